/** UTF-16 code units that the HCL scanner compares with. */
export const TAB = 9;
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;
export const EXCLAMATION = 33;
export const QUOTE = 34;
export const HASH = 35;
export const DOLLAR = 36;
export const PERCENT = 37;
export const AMPERSAND = 38;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const STAR = 42;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const LESS = 60;
export const EQUALS = 61;
export const GREATER = 62;
export const QUESTION = 63;
export const UPPER_E = 69;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const UNDERSCORE = 95;
export const LOWER_E = 101;
export const OPEN_BRACE = 123;
export const PIPE = 124;
export const CLOSE_BRACE = 125;
export const TILDE = 126;
export const BYTE_ORDER_MARK = 0xfeff;

const UNICODE_START = /^\p{ID_Start}/u;
const UNICODE_CONTINUE = /^\p{ID_Continue}/u;

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isAsciiLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** True when an identifier may start at `offset` whose code unit is `code`. */
export function startsIdentifier(text: string, offset: number, code: number): boolean {
  if (code < 128) return isAsciiLetter(code) || code === UNDERSCORE;
  return UNICODE_START.test(text.slice(offset, offset + 2));
}

/** Offset after the identifier that starts at `offset`; `offset` itself when none starts there. */
export function identifierEnd(text: string, offset: number, limit: number): number {
  if (offset >= limit || !startsIdentifier(text, offset, text.charCodeAt(offset))) return offset;
  let end = offset;
  while (end < limit) {
    const code = text.charCodeAt(end);
    if (code < 128) {
      if (!isAsciiLetter(code) && !isDigit(code) && code !== UNDERSCORE && code !== MINUS) break;
      end++;
    } else {
      const character = text.slice(end, end + 2);
      if (!UNICODE_CONTINUE.test(character)) break;
      // A surrogate pair is one character of two code units.
      end += code >= 0xd800 && code <= 0xdbff ? 2 : 1;
    }
  }
  return Math.min(end, limit);
}
