import { GENESIS, lineOf, type ChainedLine } from '../durable/chain';
import { checkChain, type CheckedChain } from '../durable/chained-reader';
import { parseHolder, type LockHolder } from '../lock/holder';
import { UnreachableError, type Git } from './git';

/**
 * Everything that a team shares of the releases of a pipeline. No branch, no tag: nobody checks it out.
 *
 * @param folder where the pipeline lies in its repository, as `folderInRepository` names it; undefined at the top
 */
export function ledgerRef(folder: string | undefined): string {
  return folder === undefined ? 'refs/immutable/ledger' : `refs/immutable/folders/${folder}/ledger`;
}

const CLAIM_FILE = 'claim.json';
const RECORD_FILE = /^\d{8,}-[0-9a-f]{12}\.json$/;
const ROUNDS = 5;

/** One environment as a commit of the ledger has it. */
export interface TeamState {
  /** Undefined: nobody has shared anything yet. */
  readonly commit: string | undefined;
  readonly chain: CheckedChain;
  /** All records as they are, when not all of them are as they were. */
  readonly damagedText: string | undefined;
  /** Who acts on the environment. */
  readonly claim: LockHolder | 'damaged' | undefined;
  /** The files of the environment by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** What a commit is to say of the environment. */
export interface TeamChange {
  readonly lines: readonly ChainedLine[];
  readonly claim: LockHolder | undefined;
  /** One line for `git log`. */
  readonly message: string;
}

/**
 * The ref of a remote in which an environment's records and its claim are files: `production/00000042-1f2e….json` and
 * `production/claim.json`. It changes by compare-and-swap only: a push names the commit that it was made on, and the
 * remote refuses it when somebody else was first.
 */
export class TeamRef {
  private last: TeamState | undefined;

  constructor(
    private readonly git: Git,
    readonly remote: string,
    readonly environment: string,
    private readonly timeout: number,
    private readonly ref = ledgerRef(undefined),
  ) {}

  /**
   * The commit that the remote has now.
   *
   * @throws UnreachableError
   */
  commit(timeout = this.timeout): string | undefined {
    const { code, output, problem } = this.git.run(['ls-remote', '--quiet', this.remote, this.ref], timeout);
    if (code !== 0) throw new UnreachableError(this.remote, problem);
    return /^[0-9a-f]{40,64}/.exec(output.toString('utf8'))?.[0];
  }

  /**
   * The environment as the remote has it now.
   *
   * @throws UnreachableError
   */
  look(): TeamState {
    for (let round = 0; round < ROUNDS; round++) {
      const commit = this.commit();
      if (this.last && this.last.commit === commit) return this.last;
      // Somebody may move the ref between the two questions.
      if (commit === undefined || this.has(commit) || this.fetch(commit)) return (this.last = this.read(commit));
    }
    throw new UnreachableError(this.remote, `${this.ref} changes faster than it can be fetched`);
  }

  /**
   * Writes what the change says behind a state.
   *
   * @returns undefined when it is done; else why the remote did not take it: somebody was first, most often
   */
  push(before: TeamState, change: TeamChange): string | undefined {
    const { commit, files } = this.write(before, change);
    const lease = `--force-with-lease=${this.ref}:${before.commit ?? ''}`;
    const words = ['push', '--porcelain', '--quiet', '--no-verify', '--no-signed', '--no-follow-tags'];
    const { code, output, problem } = this.git.run(
      [...words, '--recurse-submodules=no', lease, this.remote, `${commit}:${this.ref}`],
      this.timeout,
    );
    if (code !== 0) return /^!\t\S*\t(.*)$/m.exec(output.toString('utf8'))?.[1] ?? problem;
    // Keeps the objects from being collected; the remote is asked before it is trusted.
    this.git.run(['update-ref', this.ref, commit], this.timeout);
    const { lines, claim } = change;
    const chain = { lines, head: lines.at(-1)?.hash ?? GENESIS, damage: undefined };
    this.last = { commit, chain, damagedText: undefined, claim, files };
    return undefined;
  }

  private has(commit: string): boolean {
    return this.git.run(['cat-file', '-e', `${commit}^{commit}`], this.timeout).code === 0;
  }

  /** @throws UnreachableError */
  private fetch(commit: string): boolean {
    const words = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--no-prune'];
    const { code, problem } = this.git.run(
      [...words, '--no-recurse-submodules', '--refmap=', this.remote, `+${this.ref}:${this.ref}`],
      this.timeout,
    );
    if (this.has(commit)) return true;
    // Two processes of one clone may fetch at once: one of them cannot move the ref.
    if (code !== 0 && !/cannot lock ref|unable to update/i.test(problem)) {
      throw new UnreachableError(this.remote, problem);
    }
    return false;
  }

  private read(commit: string | undefined): TeamState {
    const files = commit === undefined ? new Map<string, string>() : this.filesOf(commit);
    const records = [...files.keys()].filter((name) => RECORD_FILE.test(name)).sort(bySeq);
    const claim = files.get(CLAIM_FILE);
    const names = claim === undefined ? records : [...records, CLAIM_FILE];
    const texts = this.contents(names.map((name) => files.get(name) ?? ''));
    const text = texts.slice(0, records.length).join('');
    const chain = whole(checkChain(text), records.length);
    const holder = claim === undefined ? undefined : (parseHolder(texts.at(-1) ?? '') ?? 'damaged');
    return { commit, chain, damagedText: chain.damage && text, claim: holder, files };
  }

  private filesOf(commit: string): Map<string, string> {
    const prefix = `${this.environment}/`;
    const files = new Map<string, string>();
    for (const { name, type, id } of this.list([commit, '--', prefix])) {
      if (type === 'blob') files.set(name.slice(prefix.length), id);
    }
    return files;
  }

  private list(words: readonly string[]): { mode: string; type: string; id: string; name: string }[] {
    const text = this.git.answer(['ls-tree', '-z', '--full-tree', ...words]).toString('utf8');
    return text
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [facts = '', name = ''] = entry.split('\t');
        const [mode = '', type = '', id = ''] = facts.split(' ');
        return { mode, type, id, name };
      });
  }

  /** Texts of blobs, in their order. */
  private contents(ids: readonly string[]): string[] {
    if (ids.length === 0) return [];
    const bytes = this.git.answer(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join(''));
    const texts: string[] = [];
    let at = 0;
    for (const id of ids) {
      const end = bytes.indexOf(10, at);
      const size = Number(bytes.toString('utf8', at, end).split(' ')[2]);
      if (end < 0 || !Number.isSafeInteger(size)) throw new Error(`git has no object ${id}, which the ledger names`);
      texts.push(bytes.toString('utf8', end + 1, end + 1 + size));
      at = end + 1 + size + 1;
    }
    return texts;
  }

  /** The commit of a change. Nothing but objects is written here. */
  private write(
    before: TeamState,
    { lines, claim, message }: TeamChange,
  ): { readonly commit: string; readonly files: ReadonlyMap<string, string> } {
    // A file that is there already with this name may have been changed: only the checked beginning is taken over.
    const isKept = (line: ChainedLine, index: number): boolean => before.chain.lines[index]?.hash === line.hash;
    const files = new Map<string, string>();
    for (const [index, line] of lines.entries()) {
      const name = nameOf(index + 1, line.hash);
      const id = isKept(line, index) ? before.files.get(name) : undefined;
      files.set(name, id ?? this.blob(`${lineOf(line)}\n`));
    }
    if (claim) files.set(CLAIM_FILE, this.blob(JSON.stringify(claim)));
    const entries = [...files].map(([name, id]) => `100644 blob ${id}\t${name}\0`);
    const own = this.git.word(['mktree', '-z'], entries.join(''));
    const others =
      before.commit === undefined ? [] : this.list([before.commit]).filter(({ name }) => name !== this.environment);
    const all = others.map(({ mode, type, id, name }) => `${mode} ${type} ${id}\t${name}\0`);
    if (entries.length > 0) all.push(`040000 tree ${own}\t${this.environment}\0`);
    const tree = this.git.word(['mktree', '-z'], all.join(''));
    const parent = before.commit === undefined ? [] : ['-p', before.commit];
    return { commit: this.git.word(['commit-tree', '--no-gpg-sign', ...parent, tree], `${message}\n`), files };
  }

  private blob(text: string): string {
    return this.git.word(['hash-object', '-w', '--no-filters', '--stdin'], text);
  }
}

function nameOf(seq: number, hash: string): string {
  return `${String(seq).padStart(8, '0')}-${hash.slice(0, 12)}.json`;
}

function bySeq(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
}

/** Files are whole or changed: what is torn in a local file is damage here. */
function whole(chain: CheckedChain, files: number): CheckedChain {
  const { lines, damage } = chain;
  if (!damage && lines.length === files) return chain;
  return { ...chain, damage: { kind: 'tampered', seq: lines.length + 1, offset: damage?.offset ?? 0 } };
}
