import { stripVTControlCharacters } from 'node:util';
import { PEM_BEGIN, PEM_END, SECRET_SHAPES } from './patterns';

/** A value that must never be written. */
export interface Secret {
  /** What the mask says: the name of the variable. */
  readonly name: string;
  readonly value: string;
}

/** Shorter ones would mask half of the output, and guess nothing. */
const SHORTEST = 6;

/**
 * Replaces secrets in texts by `«secret:NAME»`: the values themselves, encoded forms of them, and known shapes. Escapes
 * of terminals go first: they would cut a secret in two, and they have no business in a log.
 */
export class Redactor {
  private readonly values: RegExp | undefined;
  private readonly names = new Map<string, string>();

  constructor(secrets: readonly Secret[]) {
    for (const { name, value } of secrets) {
      for (const form of formsOf(value)) if (!this.names.has(form)) this.names.set(form, name);
    }
    // The longest first, so that a secret that begins with another one is masked as a whole.
    const forms = [...this.names.keys()].sort((a, b) => b.length - a.length);
    if (forms.length > 0) this.values = new RegExp(forms.map(escapePattern).join('|'), 'g');
  }

  /** Masks one text that is whole. */
  mask(text: string): string {
    return this.stream().push(`${text}\n`).slice(0, -1);
  }

  /** For text that comes in pieces. */
  stream(): RedactedStream {
    return new RedactedStream(
      (line) => this.maskLine(line),
      (text, at) => this.cutOutside(text, at),
    );
  }

  /** A place to cut a text, at or before the given one, where no secret is cut in two. */
  private cutOutside(text: string, at: number): number {
    for (const found of this.values ? text.matchAll(this.values) : []) {
      if (found.index < at && found.index + found[0].length > at) return found.index;
    }
    return at;
  }

  private maskLine(line: string): string {
    let masked = stripVTControlCharacters(line);
    if (this.values) masked = masked.replace(this.values, (form) => maskOf(this.names.get(form) ?? 'value'));
    for (const { kind, pattern } of SECRET_SHAPES) {
      masked = masked.replace(pattern, (found) => (found.startsWith('«secret:') ? found : maskOf(kind)));
    }
    return masked;
  }
}

/** Longer lines are passed on in pieces. */
const LONGEST_LINE = 64 * 1024;

/** Masks whole lines; what is not a whole line yet is held back. A private key is masked over its lines. */
export class RedactedStream {
  private held = '';
  private inKey = false;

  constructor(
    private readonly maskLine: (line: string) => string,
    private readonly cutOutside: (text: string, at: number) => number,
  ) {}

  /** The part of the text so far that can be shown. */
  push(chunk: string): string {
    this.held += chunk;
    let shown = '';
    for (let end = this.nextEnd(); end > 0; end = this.nextEnd()) {
      shown += this.line(this.held.slice(0, end));
      this.held = this.held.slice(end);
    }
    return shown;
  }

  /** Where the next piece to show ends; 0 when more must come first. */
  private nextEnd(): number {
    const end = lineEnd(this.held);
    // Twice as long, so that a secret at the cut is there as a whole.
    if (end > 0 || this.held.length < 2 * LONGEST_LINE) return end;
    return this.cutOutside(this.held, LONGEST_LINE) || LONGEST_LINE;
  }

  /** The rest, when no more comes. */
  end(): string {
    const rest = this.held;
    this.held = '';
    return rest === '' ? '' : this.line(rest);
  }

  private line(line: string): string {
    if (this.inKey) {
      const end = PEM_END.exec(line);
      if (!end) return '';
      this.inKey = false;
      return this.line(line.slice(end.index + end[0].length));
    }
    const begin = PEM_BEGIN.exec(line);
    if (!begin) return this.maskLine(line);
    this.inKey = true;
    const before = this.maskLine(line.slice(0, begin.index)) + maskOf('private-key');
    return before + this.line(line.slice(begin.index + begin[0].length));
  }
}

/** Behind the first line end (LF, CRLF, or CR of a progress line); 0 when there is none yet. */
function lineEnd(text: string): number {
  const at = text.search(/[\r\n]/);
  if (at < 0) return 0;
  // A CR at the very end may be half of a CRLF.
  if (text[at] === '\r') return at + 1 === text.length ? 0 : at + (text[at + 1] === '\n' ? 2 : 1);
  return at + 1;
}

function maskOf(name: string): string {
  return `«secret:${name}»`;
}

/** The value as tools print it: as it is, line by line, and encoded. */
function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/);
  const bytes = Buffer.from(value);
  const forms = [
    ...lines,
    ...lines.map((line) => line.trim()),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    value.replaceAll("'", "'\\''"),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

function escapePattern(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
