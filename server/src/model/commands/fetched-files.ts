import { HOLE } from '../../core/mapped-text';
import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { positionals } from '../../lang/shell/words';
import { isFetch } from './downloads';
import { mayBeSame, proofOf, type Proof } from './proofs';
import type { PlacedCommand } from './sequence';

/** curl(1): options that take the next word. */
const CURL_VALUES: ReadonlySet<string> = new Set(
  '-H --header -A --user-agent -u --user -e --referer --retry --retry-delay --retry-max-time --max-time -m --connect-timeout --proto --proto-redir --cacert --cert --key -x --proxy -b --cookie -c --cookie-jar -X --request -d --data -o --output --output-dir'.split(
    ' ',
  ),
);
/** wget(1): options that take the next word. */
const WGET_VALUES: ReadonlySet<string> = new Set(
  '--header -U --user-agent --user --password -t --tries -T --timeout --waitretry -O --output-document -o --output-file -a -P --directory-prefix -e --ca-certificate'.split(
    ' ',
  ),
);

/** Programs that take a file apart. */
const EXTRACTORS =
  /^(bsd)?tar$|^(un|bsd)?zip$|^g?(un)?zip$|^(un)?xz$|^(un)?zstd?$|^b(un)?zip2$|^7za?$|^ar$|^cpio$|^dpkg(-deb)?$|^jar$/;
const MOVERS = /^(mv|cp|install|ln)$/;

interface Fetched {
  /** Names under which the download lies on the disk. */
  readonly files: readonly string[];
  /** Where it goes is not known, or it is taken apart: other names may be its own. */
  readonly open: boolean;
}

/**
 * True when a later command proves what the command downloads: the same file, or one that cannot be told from it. A proof
 * of another download of the same script is none.
 *
 * @param all the commands of the script, in order
 */
export function isProvenDownload(command: ShellCommand, all: readonly PlacedCommand[]): boolean {
  const index = all.findIndex((each) => each.command === command);
  const own = all[index];
  if (!own) return false;
  const later = all.slice(index + 1);
  const piped = later.some(
    ({ command: other, shell }) =>
      shell === own.shell && other.pipeline.id === command.pipeline.id && other.pipeline.index > command.pipeline.index,
  );
  const proofsInPipe = later.filter(({ command: other }) => other.pipeline.id === command.pipeline.id);
  if (piped && proofsInPipe.some((each) => each.shell === own.shell && proofOf(each, all))) return true;
  return isProven(fetchedBy(own, all), later, othersOf(command, all), all, own.shell);
}

/**
 * True when a later command proves a file that came otherwise (`ADD` in a Dockerfile).
 *
 * @param file its path, with holes for what is not known
 */
export function isProvenFile(file: string, later: readonly PlacedCommand[]): boolean {
  return isProven({ files: [file], open: false }, later, othersOf(undefined, later), later, undefined);
}

function othersOf(command: ShellCommand | undefined, all: readonly PlacedCommand[]): readonly string[] {
  return all.flatMap((each) =>
    each.command !== command && isFetch(each.command) ? fetchedBy(each, all).files.filter(isKnown) : [],
  );
}

function isKnown(file: string): boolean {
  return !file.includes(HOLE);
}

function isProven(
  { files, open }: Fetched,
  later: readonly PlacedCommand[],
  others: readonly string[],
  all: readonly PlacedCommand[],
  layer: ShellScript | undefined,
): boolean {
  const names = [...files];
  let loose = open || files.length === 0;
  const isOwn = (file: string): boolean => names.some((name) => mayBeSame(name, file));
  const meets = ({ mentions, proves, guessed }: Proof, sameLayer: boolean): boolean => {
    if (
      mentions.some((file) => file !== '' && isKnown(file) && names.some((name) => isKnown(name) && same(name, file)))
    )
      return true;
    // Another layer that checks something unknown checks something of its own.
    if (proves === undefined) return sameLayer;
    if (proves.some(isOwn)) return true;
    return sameLayer && (loose || guessed) && !proves.every((file) => others.some((other) => same(other, file)));
  };
  return later.some((placed) => {
    const { command } = placed;
    const operands = positionals(command, new Set(['-C', '-t', '-d'])).map((word) => word.text);
    if (MOVERS.test(command.name) && operands.slice(0, -1).some(isOwn)) names.push(operands.at(-1) ?? '');
    if (EXTRACTORS.test(command.name) && operands.some(isOwn)) loose = true;
    const proof = proofOf(placed, all);
    return proof !== undefined && meets(proof, placed.shell === layer);
  });
}

function same(one: string, other: string): boolean {
  return one.slice(one.lastIndexOf('/') + 1) === other.slice(other.lastIndexOf('/') + 1);
}

/** Where curl and wget put what they fetch. */
function fetchedBy({ command, shell }: PlacedCommand, all: readonly PlacedCommand[]): Fetched {
  const isCurl = command.name === 'curl';
  const named = isCurl
    ? values(command, /^-[A-Za-z]*o$/, '--output')
    : values(command, /^-[A-Za-z]*O$/, '--output-document');
  const files = named.filter((file) => file !== '-' && !file.startsWith('/dev/'));
  const written = command.redirects.find(({ operator, target }) => operator.startsWith('>') && target)?.target?.text;
  if (written !== undefined && !written.startsWith('/dev/') && !/^&?\d+$/.test(written)) files.push(written);
  const options = command.words.map((word) => word.text);
  const keepsName = isCurl
    ? options.some((option) => /^-[A-Za-z]*O[A-Za-z]*$|^--remote-name(-all)?$/.test(option))
    : named.length === 0;
  if (keepsName) {
    const urls = positionals(command, isCurl ? CURL_VALUES : WGET_VALUES).filter(
      (word) => word.text.includes('/') || !word.complete,
    );
    files.push(...urls.map((word) => nameOf(word.text)));
  }
  const { id, index } = command.pipeline;
  const readers = all.filter(
    (each) => each.shell === shell && each.command.pipeline.id === id && each.command.pipeline.index > index,
  );
  for (const { command: reader } of readers) {
    if (reader.name === 'tee') files.push(...positionals(reader, new Set()).map((word) => word.text));
  }
  const open = readers.some(({ command: reader }) => reader.name !== 'tee');
  return { files, open: open || (command.inSubstitution && files.length === 0) };
}

/** The last part of a URL's path. */
export function nameOf(url: string): string {
  const path = url.replace(/[?#].*$/, '');
  return path.slice(path.lastIndexOf('/') + 1) || HOLE;
}

function values(command: ShellCommand, short: RegExp, long: string): string[] {
  const found: string[] = [];
  command.words.forEach(({ text }, index) => {
    const next = command.words[index + 1]?.text;
    if ((short.test(text) || text === long) && next !== undefined) found.push(next);
    else if (text.startsWith(`${long}=`)) found.push(text.slice(long.length + 1));
    else {
      // `-qO-`, `-otool`: the value stands behind the letter.
      const glued = /^(-[a-zA-NP-Z]*[oO])([^A-Za-z].*|[a-z].+)$/.exec(text);
      if (glued && !text.startsWith('--') && short.test(glued[1] ?? '')) found.push(glued[2] ?? '');
    }
  });
  return found;
}
