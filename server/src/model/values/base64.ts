const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of the text's UTF-8 bytes (RFC 4648, section 4). The web worker and Node share no encoder in ES2023 alone. */
export function encodeBase64(text: string): string {
  const bytes = utf8(text);
  let result = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] ?? 0;
    const b = bytes[i + 1];
    const c = bytes[i + 2];
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    result += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    result += b === undefined ? '=' : ALPHABET.charAt((group >> 6) & 63);
    result += c === undefined ? '=' : ALPHABET.charAt(group & 63);
  }
  return result;
}

/** The UTF-8 text that a base64 text stands for; undefined when it is no base64 or no UTF-8. */
export function decodeBase64(encoded: string): string | undefined {
  const plain = encoded.replace(/=+$/, '');
  if (encoded.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(plain)) return undefined;
  const escaped: string[] = [];
  let bits = 0;
  let held = 0;
  for (const character of plain) {
    bits = ((bits << 6) | ALPHABET.indexOf(character)) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      escaped.push(`%${((bits >> held) & 0xff).toString(16).padStart(2, '0')}`);
    }
  }
  try {
    return decodeURIComponent(escaped.join(''));
  } catch {
    return undefined;
  }
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}
