import type { Cursor } from './cursor';

export interface Escape {
  readonly text: string;
  /** How many code units of the source it takes, with the backslash. */
  readonly length: number;
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/**
 * The escape sequence at the cursor, which stands on a backslash (HCL specification, "Template Literals"). An unknown
 * one is a problem and stands for itself.
 */
export function decodeEscape(c: Cursor): Escape {
  const selector = c.text.charAt(c.pos + 1);
  const simple = SIMPLE[selector];
  if (simple !== undefined && c.pos + 1 < c.end) return { text: simple, length: 2 };
  const digits = selector === 'u' ? 4 : selector === 'U' ? 8 : 0;
  if (digits > 0) {
    const hexadecimal = c.text.slice(c.pos + 2, Math.min(c.pos + 2 + digits, c.end));
    const code = hexadecimal.length === digits && /^[\dA-Fa-f]+$/.test(hexadecimal) ? parseInt(hexadecimal, 16) : -1;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code >= 0 && code <= 0x10ffff && !surrogate) return { text: String.fromCodePoint(code), length: 2 + digits };
  }
  c.problem(c.pos, Math.min(c.pos + 2, c.end), 'Unknown escape: write `\\\\` for a backslash.');
  return { text: '\\', length: 1 };
}
