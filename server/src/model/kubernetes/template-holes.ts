import { HOLE } from '../../core/mapped-text';
import { asScalar } from '../../lang/data/tree';
import type { DataFile, DataNode, MapNode, SequenceNode } from '../../lang/data/tree';
import { blankTemplate, type BlankedTemplate } from '../../lang/data/template-actions';

const blanked = new WeakMap<DataFile, BlankedTemplate>();

/**
 * True when rendering the Helm template may add keys to this map or items to this list (P34): an action that writes
 * text stands in it, right before or right behind it, at its own indentation. `{{ toYaml .Values.resources | nindent 12 }}`
 * below `resources:` is deeper, so it adds nothing. Always false for plain YAML.
 */
export function mayHoldMore(file: DataFile, node: MapNode | SequenceNode): boolean {
  if (!file.template) return false;
  const { range } = node;
  if (node.flow) return file.text.slice(range.start, range.end).includes('{{');
  const start = node.type === 'map' ? node.entries[0]?.keyRange.start : range.start;
  if (start === undefined || beginsWithAction(node)) return true;
  const { text, actions } = blankedText(file);
  const column = columnOf(file.text, start);
  const from = text.slice(0, range.start).trimEnd().length;
  const end = nextContent(text, range.end);
  return actions.some((action) => {
    if (!action.wholeLine || !action.output || action.start < from || action.start >= end) return false;
    const indent = /\bn?indent\s+(\S+)/.exec(file.text.slice(action.start, action.end))?.[1];
    const level = indent === undefined ? columnOf(file.text, action.start) : Number.parseInt(indent, 10);
    return Number.isNaN(level) || level === column;
  });
}

/** `labels: {{ include "labels" . }}` with more entries below: the action stands in the tree as the first of them. */
function beginsWithAction(node: MapNode | SequenceNode): boolean {
  if (node.type === 'map') return node.entries[0]?.key.includes(HOLE) === true;
  return asScalar(node.items[0])?.text.text.includes(HOLE) === true;
}

/** True when a value is not known before rendering: it holds an action, or an action below an empty key writes it. */
export function isRendered(file: DataFile, value: DataNode | undefined): boolean {
  const scalar = asScalar(value);
  return scalar !== undefined && (scalar.text.text.includes(HOLE) || (file.template === true && scalar.value === null));
}

function blankedText(file: DataFile): BlankedTemplate {
  const known = blanked.get(file);
  if (known) return known;
  const result = blankTemplate(file.text);
  blanked.set(file, result);
  return result;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Offset of the next thing that is neither a blank nor a comment line. */
function nextContent(text: string, from: number): number {
  const found = /(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*/y;
  found.lastIndex = from;
  return from + (found.exec(text)?.[0].length ?? 0);
}
