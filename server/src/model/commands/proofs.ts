import { HOLE } from '../../core/mapped-text';
import type { ShellCommand } from '../../lang/shell/ast';
import { hasFlag, positionals } from '../../lang/shell/words';
import type { PlacedCommand } from './sequence';

/** What a command proves. */
export interface Proof {
  /** Files that it names in any way: what is proven, lists of sums, signatures, keys. */
  readonly mentions: readonly string[];
  /** The files that it proves; undefined when that is not known. */
  readonly proves: readonly string[] | undefined;
  /** They are told from the name of a list only: `tool.sha256` mostly holds the sum of `tool`. */
  readonly guessed: boolean;
}

/** Programs of coreutils, BusyBox and Perl that compute or check sums. */
const SUMS = /^(sha\d*sum|shasum|b2sum|md5sum|gsha\d+sum|sha\d+)$/;

/** Programs and their verbs that check one file (their manuals), with the options that take the next word. */
const CHECKERS: Readonly<Record<string, { readonly verb: RegExp; readonly values: string }>> = {
  cosign: {
    verb: /^verify-blob(-attestation)?$/,
    values: '--signature --certificate --certificate-identity --certificate-oidc-issuer --bundle --key --type',
  },
  'slsa-verifier': { verb: /^verify-artifact$/, values: '--provenance-path --source-uri --source-tag --builder-id' },
  gh: { verb: /^attestation$/, values: '-R --repo -o --owner --bundle --signer-workflow' },
  rpm: { verb: /^$/, values: '' },
  rpmkeys: { verb: /^$/, values: '' },
  'debsig-verify': { verb: /^$/, values: '' },
  minisign: { verb: /^$/, values: '-p -P -x' },
  signify: { verb: /^$/, values: '-p -x' },
  openssl: { verb: /^dgst$/, values: '-verify -signature -prverify -sigopt -hmac -out' },
};

const GPG_VALUES: ReadonlySet<string> = new Set(
  '--keyring --homedir --status-fd --status-file --logger-fd --trust-model --keyserver --trusted-key --assert-signer'.split(
    ' ',
  ),
);

/** Ends of the names of signatures and of sums of a single file. */
const BESIDE = /\.(asc|sig|sign|gpg|minisig|(sha|md)\d+(sums?)?|sums?|checksum)(\.txt)?$/i;

function withoutEnd(name: string): string {
  return name.replace(BESIDE, '');
}

/**
 * What a command proves, when it compares a sum or a signature with a file: `sha256sum -c`, `[ "$(sha256sum x)" = … ]`,
 * `gpg --verify`, `cosign verify-blob`, or a function that is called so. Undefined for everything else, also for
 * `sha256sum x` alone: it only prints.
 */
export function proofOf(placed: PlacedCommand, all: readonly PlacedCommand[]): Proof | undefined {
  const { command } = placed;
  const { name } = command;
  // The list that `grep tool SHA256SUMS |` reads counts too.
  const words = [...command.words.slice(1), ...(feederOf(placed, all)?.command.words.slice(1) ?? [])];
  const mentions = words.flatMap(({ text }) => {
    const equals = text.indexOf('=');
    return equals < 0 ? [text] : [text, text.slice(equals + 1)];
  });
  const proof = (proves: readonly string[] | undefined, guessed = false): Proof => ({
    mentions,
    proves: known(proves),
    guessed,
  });
  if (SUMS.test(name)) {
    const operands = positionals(command, new Set(['-a', '--algorithm'])).map((word) => word.text);
    if (hasFlag(command, '-c', '--check')) {
      const names = listed(placed, operands, all);
      return proof(names ?? operands.filter((each) => BESIDE.test(each)).map(withoutEnd), names === undefined);
    }
    const files = operands.length > 0 ? operands : fed(placed, all);
    return isCompared(command) ? proof(files) : undefined;
  }
  if (name === 'gpg' || name === 'gpg2' || name === 'gpgv' || name === 'gpgv2') {
    const operands = positionals(command, GPG_VALUES).map((word) => word.text);
    if (name.startsWith('gpgv') || hasFlag(command, '--verify')) {
      const [signature, ...files] = operands;
      if (signature === undefined) return proof(undefined);
      return proof(files.length > 0 ? files : [withoutEnd(signature)]);
    }
    // A key is compared with its fingerprint.
    const shows = hasFlag(command, '--show-keys', '--with-fingerprint', '--fingerprint', '--import-options');
    return shows && isCompared(command) ? proof(operands.length > 0 ? operands : undefined) : undefined;
  }
  const checker = Object.hasOwn(CHECKERS, name) ? CHECKERS[name] : undefined;
  if (checker) return checkerProof(command, checker, proof);
  // A function of the script or of a library: which argument is the file is not known.
  if (!/verif|check_?sum|sha_?(256|512)|signature/i.test(name)) return undefined;
  const operands = command.words.slice(1).map((word) => word.text);
  return proof(operands.length > 0 ? operands : undefined);
}

function checkerProof(
  command: ShellCommand,
  { verb, values }: { readonly verb: RegExp; readonly values: string },
  proof: (proves: readonly string[] | undefined) => Proof,
): Proof | undefined {
  const { name } = command;
  if (name.startsWith('rpm') && !hasFlag(command, '-K', '--checksig', '--verify')) return undefined;
  if (name === 'minisign' && !hasFlag(command, '-V')) return undefined;
  if (name === 'signify' && !hasFlag(command, '-V', '-C')) return undefined;
  const operands = positionals(command, new Set(values.split(' '))).map((word) => word.text);
  // An empty verb stands for programs without verbs.
  if (verb.test('')) return proof(operands.length > 0 ? operands : undefined);
  if (!verb.test(operands.shift() ?? '')) return undefined;
  if (name === 'openssl' && !hasFlag(command, '-verify', '-prverify') && !isCompared(command)) return undefined;
  return proof(operands.length > 0 ? operands : undefined);
}

/** What is computed goes on to a comparison: a substitution, a pipe, a file. */
function isCompared({ inSubstitution, pipeline, redirects }: ShellCommand): boolean {
  const kept = redirects.some(({ operator, target }) => operator.startsWith('>') && target?.text !== '/dev/null');
  return inSubstitution || kept || pipeline.index + 1 < pipeline.length;
}

/** Names that hold nothing known tell nothing. */
function known(names: readonly string[] | undefined): readonly string[] | undefined {
  const found = names?.map((each) => each.replace(/[*?]+/g, HOLE));
  const unknown = (each: string): boolean => each === '-' || /^\uE000*$/.test(each.slice(each.lastIndexOf('/') + 1));
  return found === undefined || found.length === 0 || found.some(unknown) ? undefined : found;
}

/** The files in the lists that `sha256sum -c` reads. */
function listed(
  placed: PlacedCommand,
  operands: readonly string[],
  all: readonly PlacedCommand[],
): readonly string[] | undefined {
  const lists = operands.filter((each) => each !== '-' && each !== '/dev/stdin');
  if (lists.length === 0) return namesIn(inputText(placed, all));
  const names: string[] = [];
  for (const list of lists) {
    const written = all
      .filter(({ command }) => command.redirects.some((each) => isWrite(each.operator) && each.target?.text === list))
      .map((each) => namesIn(textOf(each)));
    if (written.length === 0 || written.some((each) => each === undefined)) return undefined;
    else names.push(...written.flatMap((each) => each ?? []));
  }
  return names;
}

function isWrite(operator: string): boolean {
  return operator.startsWith('>') || operator.startsWith('&>');
}

/** What `sha256sum` reads when it is given no file: `< tool`, `cat tool |`. */
function fed(placed: PlacedCommand, all: readonly PlacedCommand[]): readonly string[] | undefined {
  const input = placed.command.redirects.find(({ operator }) => operator === '<')?.target;
  if (input) return [input.text];
  const feeder = feederOf(placed, all)?.command;
  return feeder?.name === 'cat' ? positionals(feeder, new Set()).map((word) => word.text) : undefined;
}

function feederOf({ command, shell }: PlacedCommand, all: readonly PlacedCommand[]): PlacedCommand | undefined {
  const { id, index } = command.pipeline;
  return all.find(
    (each) => each.shell === shell && each.command.pipeline.id === id && each.command.pipeline.index === index - 1,
  );
}

/** What a command reads from a here-document, a here-string, or from `echo`, `printf` and `grep` before it. */
function inputText(placed: PlacedCommand, all: readonly PlacedCommand[]): string | undefined {
  for (const { operator, content, target } of placed.command.redirects) {
    if (content) return content.text;
    if (operator === '<<<') return target?.text;
    if (operator === '<') return undefined;
  }
  const feeder = feederOf(placed, all);
  return feeder && textOf(feeder);
}

/** What a command prints, when that can be told. */
function textOf({ command }: PlacedCommand): string | undefined {
  const words = command.words.slice(1).map((word) => word.text);
  if (command.name === 'echo' || command.name === 'printf') return words.join(' ');
  if (command.name === 'cat') return command.redirects.find(({ content }) => content !== undefined)?.content?.text;
  if (!/^[ef]?grep$/.test(command.name)) return undefined;
  // `grep tool SHA256SUMS` leaves the lines of one file, in whose name the pattern stands.
  const pattern = positionals(command, new Set(['-m', '-f', '-A', '-B', '-C']))[0]?.text;
  if (pattern === undefined || /[[|(+]/.test(pattern)) return undefined;
  return `${HOLE}${pattern.replace(/[\\^$'"()]/g, '').replaceAll('.*', HOLE)}${HOLE}`;
}

/** The names in a list of sums: a hash, blanks, an asterisk for binary files, a name. */
function namesIn(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const tokens = text.split(/\s+|\\n/).filter((token) => token !== '' && !/^-[en]+$/.test(token));
  // The format of printf comes first: its own tokens are no names.
  const words = tokens.filter((token) => !/^\*?%/.test(token) && !/^[\dA-Fa-f]{32,}$/.test(token));
  const holes = words.filter((word) => /^\uE000+$/.test(word)).length;
  const names = words.map((word) => word.replace(/^\*/, '')).filter((word) => !/^\uE000*$/.test(word));
  return names.length === 0 || holes > names.length ? undefined : names;
}

/** True when two paths may name the same file: their last parts fit, where holes stand for anything. */
export function mayBeSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => path.slice(path.lastIndexOf('/') + 1));
  if (a === undefined || b === undefined) return true;
  if (a === b || (a.includes(HOLE) && b.includes(HOLE))) return true;
  if (a.includes(HOLE)) return fits(a, b);
  return b.includes(HOLE) && fits(b, a);
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split(/\uE000+/);
  const last = parts.length - 1;
  let at = 0;
  return parts.every((part, index) => {
    if (index === 0) at = name.startsWith(part) ? part.length : -1;
    else if (index === last) return at >= 0 && name.length - part.length >= at && name.endsWith(part);
    else if (at >= 0) {
      const found = name.indexOf(part, at);
      at = found < 0 ? -1 : found + part.length;
    }
    return at >= 0;
  });
}
