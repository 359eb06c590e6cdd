import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { hasFlag, positionals } from '../../lang/shell/words';
import { isRunUnseen } from './downloads';
import { packageCommand, type PackageCommand } from './package-manager';

/** What a command brings onto the machine that runs it. */
export type Mutation =
  | { readonly type: 'install'; readonly what: string }
  | { readonly type: 'upgrade'; readonly what: string }
  | { readonly type: 'refresh'; readonly what: string }
  | { readonly type: 'piped-script'; readonly what: string }
  | { readonly type: 'source-checkout'; readonly what: string }
  | { readonly type: 'artifact-download'; readonly what: string }
  /** A release into a cluster: changes nothing on this machine. */
  | { readonly type: 'chart'; readonly what: string }
  /** `pinned` when the image is named by digest. */
  | { readonly type: 'image-pull'; readonly what: string; readonly pinned: boolean };

/** Names that programs are shipped under. Configuration, certificates and keys are an instance's own business. */
const ARTIFACT = /\.(tar|tgz|tar\.\w+|zip|jar|war|ear|deb|rpm|apk|whl|exe|msi|AppImage|run)(\?|$)/i;

/** Where programs are put. */
const PROGRAMS = /(^|\/)s?bin(\/|$)/;

const GIT_VALUES: ReadonlySet<string> = new Set('-C -c --git-dir --work-tree -b --branch --depth -o -j'.split(' '));
const BUCKET_VALUES: ReadonlySet<string> = new Set(
  '--region --profile --endpoint-url --exclude --include --output -o -h'.split(' '),
);
const HELM_VALUES: ReadonlySet<string> = new Set('-n --namespace --kube-context --kubeconfig -f --values'.split(' '));
const ENGINE_VALUES: ReadonlySet<string> = new Set('-H --host --context -f --file -p --project-name'.split(' '));

/**
 * What the command changes on the machine that runs it, or undefined. A command whose words are not known is no mutation.
 */
export function mutationOf(command: ShellCommand, script: ShellScript): Mutation | undefined {
  const found = packageCommand(command);
  if (found) return ofPackage(found);
  switch (command.name) {
    case 'curl':
    case 'wget':
      if (isRunUnseen(command, script)) return { type: 'piped-script', what: showFetch(command) };
      return fetchesProgram(command) ? { type: 'artifact-download', what: showFetch(command) } : undefined;
    case 'git': {
      const [verb] = positionals(command, GIT_VALUES);
      return verb && /^(clone|pull)$/.test(verb.text)
        ? { type: 'source-checkout', what: show(command, positionals(command, GIT_VALUES)) }
        : undefined;
    }
    case 'aws': {
      const words = positionals(command, BUCKET_VALUES);
      const copies = words[0]?.text === 's3' && /^(cp|sync|mv)$/.test(words[1]?.text ?? '');
      return copies &&
        copiesProgram(
          command,
          words.slice(2).map((word) => word.text),
          words[1]?.text === 'sync',
        )
        ? { type: 'artifact-download', what: show(command, words) }
        : undefined;
    }
    case 'gsutil':
    case 'gcloud': {
      const words = positionals(command, BUCKET_VALUES);
      const verbAt = command.name === 'gsutil' ? 0 : words[0]?.text === 'storage' ? 1 : -1;
      const verb = words[verbAt]?.text ?? '';
      return /^(cp|rsync)$/.test(verb) &&
        copiesProgram(
          command,
          words.slice(verbAt + 1).map((word) => word.text),
          verb === 'rsync',
        )
        ? { type: 'artifact-download', what: show(command, words) }
        : undefined;
    }
    case 'helm': {
      const words = positionals(command, HELM_VALUES);
      const verb = words[0]?.text;
      return verb === 'install' || verb === 'upgrade' ? { type: 'chart', what: show(command, words) } : undefined;
    }
    case 'docker':
    case 'podman':
    case 'nerdctl': {
      const [verb] = positionals(command, ENGINE_VALUES);
      if (verb?.text !== 'pull' && verb?.text !== 'run') return undefined;
      const pinned = command.words.some((word) => word.text.includes('@sha256:'));
      return { type: 'image-pull', what: `${command.name} ${verb.text}`, pinned };
    }
    case 'dpkg':
      return hasFlag(command, '-i', '--install') ? { type: 'install', what: show(command) } : undefined;
    case 'rpm':
      return command.words.some((word) => /^(-[iUF][vh]*|-[vh]+[iUF]\w*|--install|--upgrade)$/.test(word.text))
        ? { type: 'install', what: show(command) }
        : undefined;
    default:
      return undefined;
  }
}

function ofPackage(found: PackageCommand): Mutation | undefined {
  const [first] = found.packages;
  const words = [found.manager, found.verb, first && masked(first.text)].filter((word) => word !== undefined);
  const what = words.join(' ').slice(0, 60);
  return found.action === 'remove' ? undefined : { type: found.action, what };
}

/** Downloads something that is shipped as a program; `curl -I` and `wget --spider` only ask. */
function fetchesProgram(command: ShellCommand): boolean {
  if (hasFlag(command, '-I', '--head', '--spider')) return false;
  return command.words.some((word) => /^https?:/.test(word.text) && ARTIFACT.test(word.text));
}

/**
 * Copies programs from a bucket to the machine: the first location is remote, the last is not. A single file that is no
 * archive and does not go where programs are is taken for configuration.
 */
function copiesProgram(command: ShellCommand, locations: readonly string[], wholeDirectory: boolean): boolean {
  const [source] = locations;
  const target = locations.at(-1);
  if (source === undefined || target === undefined || locations.length < 2) return false;
  if (!/^(s3|gs):\/\//.test(source) || /^(s3|gs):\/\//.test(target)) return false;
  if (/(^|[/._-])(conf|config|configs|env|secrets?|certs?|keys?)([/._-]|$)/i.test(source)) return false;
  if (ARTIFACT.test(source) || PROGRAMS.test(target)) return true;
  return wholeDirectory || hasFlag(command, '--recursive', '-r', '-R');
}

/** The command's first words, as a person would name it: `git clone https://example.com/app.git`. */
function show(command: ShellCommand, rest: readonly { readonly text: string }[] = plain(command)): string {
  return [command.name, ...rest.slice(0, 2).map((word) => masked(word.text))].join(' ').slice(0, 80);
}

function showFetch(command: ShellCommand): string {
  const url = command.words.find((word) => /^https?:/.test(word.text));
  return url ? show(command, [url]) : command.name;
}

function plain(command: ShellCommand): { readonly text: string }[] {
  return command.words.slice(1).filter((word) => !word.text.startsWith('-'));
}

/** Without what is not known and without a password in a URL. */
function masked(text: string): string {
  return text.replace(/\uE000+/g, '…').replace(/\/\/[^/@\s]+@/, '//…@');
}
