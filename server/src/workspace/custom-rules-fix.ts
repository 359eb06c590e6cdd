import type { TextEdit } from '../core/finding';
import { asMap, type DataNode } from '../lang/data/tree';
import type { DataReader } from './config-file-reader';
import { parsePath, type Step } from './custom-rules-path';
import type { Subject } from './custom-rules-subjects';

/** How a rule mends what it finds. */
export interface FixTemplate {
  readonly level: 'safe' | 'suggestion';
  readonly title: string;
  /** None when the thing cannot be changed there: it stands in several places or shares its line. */
  edits(subject: Subject, fill: (template: string) => string): readonly TextEdit[];
}

export const FIX_KEYS = ['title', 'level', 'replace', 'with', 'insert', 'delete'] as const;

/** Compiles `fix: { replace: path, with: text }`, `{ insert: text }` or `{ delete: path }`. */
export function compileFix(node: DataNode, reader: DataReader): FixTemplate | undefined {
  const fields = reader.fields(node, '`fix`', FIX_KEYS);
  if (!asMap(node)) return undefined;
  const text = (key: string): string | undefined => {
    const value = fields.get(key)?.value;
    return value && reader.text(value, `\`${key}\``);
  };
  const steps = (key: string): readonly Step[] | undefined => {
    const written = text(key);
    // A thing without parts, such as an instruction, is deleted as a whole.
    const path = written === '.' ? [] : written === undefined ? undefined : parsePath(written);
    if (written !== undefined && !path)
      reader.problem(fields.get(key)?.value.range ?? node.range, 'Write the path as `a.b`.');
    return path;
  };
  const levelNode = fields.get('level')?.value;
  const level = (levelNode && reader.choice(levelNode, '`level`', ['safe', 'suggestion'])) ?? 'suggestion';
  const actions = (['replace', 'insert', 'delete'] as const).filter((key) => fields.has(key));
  if (actions.length !== 1 || fields.has('replace') !== fields.has('with')) {
    reader.problem(node.range, '`fix` needs one of `replace` (together with `with`), `insert` or `delete`.');
    return undefined;
  }
  const title = text('title');
  const replacement = text('with');
  const inserted = text('insert');
  if (replacement !== undefined) {
    const path = steps('replace');
    if (!path) return undefined;
    return {
      level,
      title: title ?? `Write \`${replacement}\``,
      edits: (subject, fill) => {
        const [found, ...others] = subject.lookup(path);
        const isOne =
          found?.at && !found.near && others.length === 0 && found.values.length === 1 && isWritten(found.values[0]);
        return isOne && found.at ? [{ at: found.at, text: fill(replacement) }] : [];
      },
    };
  }
  if (inserted !== undefined) {
    const lines = inserted.replace(/\n$/, '').split('\n');
    return {
      level,
      title: title ?? `Add \`${lines[0] ?? ''}\``,
      edits: (subject, fill) => subject.insert?.(lines.map(fill)) ?? [],
    };
  }
  const path = steps('delete');
  return (
    path && {
      level,
      title: title ?? `Remove \`${text('delete') ?? ''}\``,
      edits: (subject) => subject.remove?.(path) ?? [],
    }
  );
}

function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'object';
}
