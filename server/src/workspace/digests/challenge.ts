/** One way to log in that a server offers in `WWW-Authenticate` (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Longer headers are made in bad faith. */
const MAX_HEADER = 8192;

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;

/**
 * Parses the challenges of a header. Tolerant: what cannot be read is left out.
 *
 * @returns none for a missing, malformed or oversized header
 */
export function parseChallenges(header: string | undefined): readonly Challenge[] {
  if (header === undefined || header.length > MAX_HEADER) return [];
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const token = (): string | undefined => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(header)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const skip = (pattern: RegExp): void => {
    while (at < header.length && pattern.test(header.charAt(at))) at++;
  };
  while (at < header.length) {
    skip(/[\s,]/);
    const word = token();
    if (word === undefined) {
      at++;
      continue;
    }
    skip(/\s/);
    if (header.charAt(at) !== '=') {
      challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
      continue;
    }
    at++;
    skip(/\s/);
    let value: string | undefined;
    if (header.charAt(at) === '"') [value, at] = quoted(header, at);
    else value = token();
    if (value !== undefined) challenges.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
  return challenges;
}

/** A quoted string and the place behind it; an unclosed one has no value. */
function quoted(header: string, open: number): [string | undefined, number] {
  let value = '';
  for (let at = open + 1; at < header.length; at++) {
    const character = header.charAt(at);
    if (character === '"') return [value, at + 1];
    value += character === '\\' ? header.charAt(++at) : character;
  }
  return [undefined, header.length];
}
