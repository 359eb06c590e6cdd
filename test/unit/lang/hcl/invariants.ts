import { MappedText } from '../../../../server/src/core/mapped-text';
import type { HclFile } from '../../../../server/src/lang/hcl/ast';

/**
 * Checks what must hold for every tree: ranges inside the text and inside the parent's, siblings that own a range in
 * order, literal text that really stands where it says. Gives the first violation.
 */
export function violation(file: HclFile): string | undefined {
  const { text } = file;
  const check = (value: unknown, start: number, end: number, path: string): string | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (value instanceof MappedText) return mapped(value, text, path);
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) {
        const found = check(item, start, end, `${path}[${i}]`);
        if (found) return found;
      }
      return undefined;
    }
    if ('start' in value && 'end' in value) {
      const range = value as { start: number; end: number };
      const fits = start <= range.start && range.start <= range.end && range.end <= end;
      return fits ? undefined : `${path} ${range.start}-${range.end} is not inside ${start}-${end}`;
    }
    const own = (value as { range?: { start: number; end: number } }).range ?? { start, end };
    const outside = check(own, start, end, `${path}.range`);
    if (outside) return outside;
    for (const [key, child] of Object.entries(value)) {
      const found = check(child, own.start, own.end, `${path}.${key}`);
      if (found) return found;
    }
    return undefined;
  };
  return (
    check(file.body, 0, text.length, 'body') ??
    check(file.comments, 0, text.length, 'comments') ??
    check(file.problems, 0, text.length + 1, 'problems')
  );
}

function mapped(value: MappedText, text: string, path: string): string | undefined {
  for (const { start, end, source, verbatim } of value.segments) {
    if (verbatim && value.text.slice(start, end) !== text.slice(source.start, source.end))
      return `${path} does not stand at ${source.start}`;
  }
  return undefined;
}
