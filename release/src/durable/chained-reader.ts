import { follow, GENESIS, looksLikeRecord, type ChainedLine, type Stamp } from './chain';
import { readIfThere } from './files';

/** What stands behind the last valid record. */
export interface LogDamage {
  /**
   * `torn`: the last line was never finished, as after a power cut. `tampered`: a line in the middle was changed, taken
   * out or moved. `short`: the file ends before a record that was acknowledged.
   */
  readonly kind: 'torn' | 'tampered' | 'short';
  /** The first record that is not there as it was written. */
  readonly seq: number;
  /** Where the damage starts, in bytes. */
  readonly offset: number;
}

/** The longest valid beginning of a chained log. */
export interface LogView<Entry> {
  readonly path: string;
  /** Hash of the last valid record. */
  readonly head: string;
  readonly length: number;
  readonly damage: LogDamage | undefined;
  /** A record by its number, from 1. */
  record(seq: number): Entry & Stamp;
  /** All records, in order. */
  records(): (Entry & Stamp)[];
  /** The records from the last to the first. Whoever stops early has the others not parsed. */
  newestFirst(): Iterable<Entry & Stamp>;
}

/**
 * Reads a chained log and checks its chain. Records are parsed when they are asked for: checking 10,000 of them is cheap,
 * parsing is not. A byte order mark and CRLF, as an editor may add, change no record and are read over.
 *
 * @param acknowledged how many records there must be, when somebody noted it
 * @throws what the file system says; a file that is not there is an empty log
 */
export function readLog<Entry>(path: string, acknowledged = 0): LogView<Entry> {
  return viewOf(path, readIfThere(path) ?? '', acknowledged);
}

/** As `readLog`, for a text. */
export function viewOf<Entry>(path: string, text: string, acknowledged = 0): LogView<Entry> {
  return viewOfChain(path, checkChain(text, acknowledged));
}

/** Reads records out of lines that are checked already. */
export function viewOfChain<Entry>(path: string, { lines, head, damage }: CheckedChain): LogView<Entry> {
  const bodies = lines.map(({ body }) => body);
  return new View<Entry>(path, head, damage, bodies);
}

/** The lines of a chained text, as far as its chain holds. */
export interface CheckedChain {
  readonly lines: readonly ChainedLine[];
  /** Hash of the last of them. */
  readonly head: string;
  readonly damage: LogDamage | undefined;
}

/** Checks a chained text. @param acknowledged how many records there must be, when somebody noted it */
export function checkChain(text: string, acknowledged = 0): CheckedChain {
  const lines: ChainedLine[] = [];
  let head = GENESIS;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let damage: LogDamage | undefined;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const line = end < 0 ? undefined : text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
    const next = line === undefined ? undefined : follow(head, line);
    if (!next) {
      const seq = lines.length + 1;
      const offset = Buffer.byteLength(text.slice(0, at));
      damage = { kind: holdsRecord(text.slice(at)) ? 'tampered' : 'torn', seq, offset };
      break;
    }
    lines.push(next);
    head = next.hash;
    at = end + 1;
  }
  if (!damage && lines.length < acknowledged) {
    damage = { kind: 'short', seq: lines.length + 1, offset: Buffer.byteLength(text) };
  }
  return { lines, head, damage };
}

class View<Entry> implements LogView<Entry> {
  private readonly parsed = new Map<number, Entry & Stamp>();

  constructor(
    readonly path: string,
    readonly head: string,
    readonly damage: LogDamage | undefined,
    private readonly bodies: readonly string[],
  ) {}

  get length(): number {
    return this.bodies.length;
  }

  record(seq: number): Entry & Stamp {
    const known = this.parsed.get(seq);
    if (known) return known;
    const body = this.bodies[seq - 1];
    if (body === undefined) throw new RangeError(`${this.path} has no record ${seq}; it has ${this.length}`);
    const record = JSON.parse(body) as Entry & Stamp;
    this.parsed.set(seq, record);
    return record;
  }

  records(): (Entry & Stamp)[] {
    return this.bodies.map((_, index) => this.record(index + 1));
  }

  *newestFirst(): Generator<Entry & Stamp> {
    for (let seq = this.length; seq > 0; seq--) yield this.record(seq);
  }
}

/** A whole line that looks like a record stands in what does not follow: somebody changed the file. */
function holdsRecord(text: string): boolean {
  return text
    .split('\n')
    .slice(0, -1)
    .some((line) => looksLikeRecord(line.replace(/\r$/, '')));
}
