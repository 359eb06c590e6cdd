import type { MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import type { ShellCommand, ShellRedirect, ShellScript, ShellWord } from '../../lang/shell/ast';

/** A log that goes to a file on the disk of what writes it. */
export interface LogFile {
  readonly path: string;
  readonly at: Place;
  /** The file's literal, when another file name can take its place there. */
  readonly value?: MappedText | undefined;
  /** The redirection or the `| tee …` in the script's text, when it can be dropped. */
  readonly redirect?: Range | undefined;
  /** A copy beside standard output (`tee`), or the trace of a boot script. */
  readonly trace: boolean;
}

/** Programs that print text of their own: what they redirect is a file they make, not a log. */
const PRINTERS: ReadonlySet<string> = new Set(
  ': true echo printf cat date envsubst sed awk grep jq yq base64 touch env openssl curl wget aws'.split(' '),
);

const LOG_PATH = /(^|\/)logs?(\/|$)|\.(log|out|err)$/i;

/** Options of servers and runtimes that name the file of their log (their manuals). */
const OPTIONS =
  /^--?(log-?file|log-?path|logpath|access-?log-?file|error-?log-?file|access-log|error-log|log-error|slow-query-log-file)$/;

/** True for a regular file: standard streams, devices and the descriptors of process 1 are none. */
export function isRegularFile(path: string): boolean {
  return path !== '' && path !== '-' && !/^&?\d*$/.test(path) && !/^\/(dev|proc)\//.test(path);
}

/** Names of variables that give the file of a log. */
export function isLogVariable(name: string): boolean {
  return /(^|_)LOG_?(FILE|PATH|FILE_PATH|FILENAME)$/.test(name);
}

/** The log files that a command writes: by redirection, by `tee`, by an option. */
export function logFiles(command: ShellCommand, script: ShellScript): LogFile[] {
  const found: LogFile[] = [];
  for (const redirect of PRINTERS.has(command.name) ? [] : command.redirects) {
    const { target } = redirect;
    if (!isOutput(redirect) || !target?.complete || !isRegularFile(target.text) || !LOG_PATH.test(target.text))
      continue;
    const range = rangeOf(redirect, script);
    found.push({ path: target.text, at: redirect.at, redirect: range, trace: command.name === 'exec' });
  }
  if (command.name === 'tee' && (command.pipeline.index > 0 || command.inSubstitution)) {
    const file = command.words.slice(1).find((word) => !word.text.startsWith('-'));
    const feeder = script.commands.find(
      (other) => other.pipeline.id === command.pipeline.id && other.pipeline.index === command.pipeline.index - 1,
    );
    const prints = feeder !== undefined && PRINTERS.has(feeder.name);
    if (file?.complete && !prints && isRegularFile(file.text) && LOG_PATH.test(file.text)) {
      const redirect = feeder && pipeToFile(command, feeder, script);
      found.push({ path: file.text, at: file.at, redirect, trace: command.inSubstitution });
    }
  }
  const option = optionFile(command);
  if (option?.complete && /^(\/|\.\/)|\.log$/.test(option.text) && isRegularFile(option.text)) {
    found.push({ path: option.text, at: option.value.sourceOf() ?? option.at, value: option.value, trace: false });
  }
  // `app > app.log & tail -f app.log` streams the file to standard output.
  return found.filter(({ path }) => !script.commands.some((other) => follows(other, path)));
}

function follows(command: ShellCommand, path: string): boolean {
  return command.name === 'tail' && command.words.some((word) => word.text === path);
}

function isOutput({ operator }: ShellRedirect): boolean {
  return operator === '>' || operator === '>>' || operator === '&>' || operator === '&>>' || operator === '>|';
}

/** The redirection with its operator and the blanks before it. */
function rangeOf({ target }: ShellRedirect, script: ShellScript): Range | undefined {
  if (!target) return undefined;
  const before = /[ \t]+\d?&?>{1,2}\|?[ \t]*$/.exec(script.source.text.slice(0, target.range.start));
  return before ? { start: before.index, end: target.range.end } : undefined;
}

/** `| tee file` at the end of a pipeline: without it the same text goes to standard output. */
function pipeToFile(command: ShellCommand, feeder: ShellCommand, script: ShellScript): Range | undefined {
  const files = command.words.slice(1).filter((word) => !word.text.startsWith('-'));
  const isLast = command.pipeline.index === command.pipeline.length - 1;
  if (!isLast || files.length !== 1 || command.redirects.length > 0) return undefined;
  // A group or a loop ends after its last command.
  const between = script.source.text.slice(feeder.range.end, command.range.start);
  if (!/^\s*\|&?\s*$/.test(between)) return undefined;
  return { start: feeder.range.end, end: command.range.end };
}

function optionFile(command: ShellCommand): Pick<ShellWord, 'text' | 'value' | 'at' | 'complete'> | undefined {
  for (let i = 1; i < command.words.length; i++) {
    const word = command.words[i];
    if (!word) continue;
    // java(1): `-Xloggc:file`, `-Xlog:gc*:file=path:tags`.
    const java = /^-Xloggc:|^-Xlog:[^:]*:file=/.exec(word.text);
    const equals = /^(--?[\w-]+)=/.exec(word.text);
    if (java) return part(word, java[0].length, /:(?!\\)/.exec(word.text.slice(java[0].length))?.index);
    if (equals && OPTIONS.test(equals[1] ?? '')) return part(word, equals[0].length);
    if (OPTIONS.test(word.text)) return command.words[i + 1];
  }
  return undefined;
}

function part(word: ShellWord, from: number, length?: number) {
  const value = word.value.slice(from, length === undefined ? undefined : from + length);
  return { text: value.text, value, at: value.sourceOf() ?? word.at, complete: value.complete };
}

/** systemd.exec(5): `StandardOutput=append:/var/log/app.log` and the like, in the text of a unit. */
export function unitLogFiles(unit: MappedText): LogFile[] {
  const found: LogFile[] = [];
  for (const match of unit.text.matchAll(/^[ \t]*Standard(?:Output|Error)=(?:file|append|truncate):(\/\S+)/gm)) {
    const path = match[1] ?? '';
    const start = match.index + match[0].length - path.length;
    const at = unit.sourceOf({ start, end: start + path.length });
    if (at && isRegularFile(path) && !path.includes('\uE000')) found.push({ path, at, trace: false });
  }
  return found;
}

/** nginx, module "ngx_http_log_module": `access_log /path`. */
export function serverLogFiles(configuration: MappedText): LogFile[] {
  const found: LogFile[] = [];
  for (const match of configuration.text.matchAll(/^[ \t]*(?:access|error)_log[ \t]+(\/[^\s;]+)/gm)) {
    const path = match[1] ?? '';
    const start = match.index + match[0].length - path.length;
    const at = configuration.sourceOf({ start, end: start + path.length });
    if (at && isRegularFile(path))
      found.push({ path, at, value: configuration.slice(start, start + path.length), trace: false });
  }
  return found;
}

/** Paths that a build links to a standard stream: `ln -sf /dev/stdout /var/log/nginx/access.log`. */
export function linkedToStream(text: string): string[] {
  const links = /\bln\s+(?:-\S+\s+)*(?:\/dev\/(?:stdout|stderr|fd\/\d)|\/proc\/(?:1|self)\/fd\/\d)\s+(\/[^\s;&|]+)/g;
  return [...text.matchAll(links)].map((match) => match[1] ?? '');
}
