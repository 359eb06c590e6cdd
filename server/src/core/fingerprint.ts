/**
 * A 64-bit hash of a text as 16 hexadecimal digits (two 32-bit multiplicative hashes with different seeds, mixed).
 * Not for security: it only has to spread, be the same everywhere and need no Node module.
 */
export function hashText(text: string): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x27d4eb2f);
    b = Math.imul(b ^ code, 0x165667b1);
  }
  a = Math.imul(a ^ (a >>> 16), 0x7feb352d) ^ Math.imul(b ^ (b >>> 13), 0x846ca68b);
  b = Math.imul(b ^ (b >>> 16), 0x7feb352d) ^ Math.imul(a ^ (a >>> 13), 0x846ca68b);
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

/**
 * The identity of a finding that survives moved lines and reformatting: rule, anchor and the offending text with
 * its blanks folded. `occurrence` tells apart findings that are otherwise the same, in source order.
 */
export function fingerprint(rule: string, anchor: string, text: string, occurrence = 0): string {
  return hashText([rule, anchor, text.replace(/\s+/g, ' ').trim(), occurrence].join('\u0000'));
}
