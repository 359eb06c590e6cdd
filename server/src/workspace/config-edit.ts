import { modify } from 'jsonc-parser';
import type { TextEdit } from '../core/finding';
import { applyEdits } from '../core/fix';
import { LineIndex, lineTerminator } from '../core/text';
import { asMap, entry, resolve, type DataNode, type MapEntry, type MapNode } from '../lang/data/tree';
import { parseJson } from '../lang/data/json';
import { parseYaml } from '../lang/data/yaml';

/** The text of a new `immutable.yaml` that turns a rule off. */
export function newConfigWithout(rule: string): string {
  return `lint:\n  rules:\n    ${rule}: off\n`;
}

/**
 * Edits that turn a rule off in a configuration file. Comments and the format of the rest stay.
 *
 * @param path tells YAML from JSON
 * @returns undefined when the file has another shape, so that a person must decide
 */
export function turnOffRule(text: string, path: string, rule: string): readonly TextEdit[] | undefined {
  const edits = path.endsWith('.json') ? inJson(text, rule) : inYaml(text, rule);
  // What would not be a configuration any more is not offered.
  return edits && isOff(applyEdits(text, edits), path, rule) ? edits : undefined;
}

function inJson(text: string, rule: string): readonly TextEdit[] {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: lineTerminator(text) };
  const edits = modify(text, ['lint', 'rules', rule], 'off', { formattingOptions });
  return edits.map(({ offset, length, content }) => ({ at: { start: offset, end: offset + length }, text: content }));
}

function inYaml(text: string, rule: string): readonly TextEdit[] | undefined {
  const root = parseYaml(text).documents[0]?.root;
  const editor = new YamlEditor(text);
  if (!root || isNothing(root)) return [editor.append(`lint:`, `  rules:`, `    ${rule}: off`)];
  if (!asMap(root)) return undefined;
  const lint = entry(root, 'lint');
  if (!lint) return [editor.append(`lint:`, `  rules:`, `    ${rule}: off`)];
  if (isNothing(lint.value)) return [editor.under(lint, `rules:`, `  ${rule}: off`)];
  const rules = entry(lint.value, 'rules');
  if (!rules) return editor.first(lint, `rules:`, `  ${rule}: off`);
  if (isNothing(rules.value)) return [editor.under(rules, `${rule}: off`)];
  const own = entry(rules.value, rule);
  if (!own) return editor.first(rules, `${rule}: off`);
  if (!asMap(own.value)) return [{ at: own.value.range, text: 'off' }];
  const severity = entry(own.value, 'severity');
  return severity ? [{ at: severity.value.range, text: 'off' }] : editor.first(own, 'severity: off');
}

function isOff(text: string, path: string, rule: string): boolean {
  const isJson = path.endsWith('.json');
  const root = (isJson ? parseJson(text) : parseYaml(text)).documents[0]?.root;
  const found = entry(entry(entry(root, 'lint')?.value, 'rules')?.value, rule)?.value;
  const severity = asMap(found) ? entry(found, 'severity')?.value : found;
  const value = resolve(severity);
  // YAML 1.1 reads a plain `off` as false.
  return value?.type === 'scalar' && (value.value === 'off' || (value.value === false && !isJson));
}

function isNothing(node: DataNode): boolean {
  const found = resolve(node);
  return found?.type === 'scalar' && found.value === null;
}

/** Writes lines into a YAML text in its own indentation. */
class YamlEditor {
  private readonly lines: LineIndex;
  private readonly terminator: string;

  constructor(private readonly text: string) {
    this.lines = new LineIndex(text);
    this.terminator = lineTerminator(text);
  }

  /** Lines at the end of the text. */
  append(...added: readonly string[]): TextEdit {
    const end = this.text.length;
    const gap = this.text === '' || /[\r\n]$/.test(this.text) ? '' : this.terminator;
    return { at: { start: end, end }, text: `${gap}${added.map((line) => line + this.terminator).join('')}` };
  }

  /** Lines below a key that has no value yet. */
  under(key: MapEntry, ...added: readonly string[]): TextEdit {
    const indent = `${this.lines.indentAt(key.keyRange.start)}  `;
    const end = this.lines.lineEnd(this.lines.lineAt(key.keyRange.start));
    const value = resolve(key.value);
    // `rules: ~` and `rules: null` would stand before what is added.
    const start = value && value.range.end > value.range.start ? value.range.start : end;
    return { at: { start, end }, text: added.map((line) => `${this.terminator}${indent}${line}`).join('') };
  }

  /** Lines before the first entry of a key's map. */
  first(key: MapEntry, ...added: readonly string[]): readonly TextEdit[] | undefined {
    const map = asMap(key.value);
    const first = map?.entries[0];
    if (!map || key.value.type === 'alias') return undefined;
    if (map.flow || !first) return this.firstOfFlow(map, added);
    const start = this.lines.lineStart(this.lines.lineAt(first.keyRange.start));
    const indent = this.text.slice(start, first.keyRange.start);
    if (indent.trim() !== '') return undefined;
    const text = added.map((line) => `${indent}${line}${this.terminator}`).join('');
    return [{ at: { start, end: start }, text }];
  }

  private firstOfFlow(map: MapNode, added: readonly string[]): readonly TextEdit[] | undefined {
    if (this.text[map.range.start] !== '{') return undefined;
    const [line = '', below] = added;
    const entryText = below === undefined ? line : `${line} { ${below.trim()} }`;
    const start = map.range.start + 1;
    return [{ at: { start, end: start }, text: map.entries.length > 0 ? ` ${entryText},` : ` ${entryText} ` }];
  }
}
