import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { isDownloadPipedToShell, packageCommand } from './package-manager';

/** What a command brings onto the machine that runs it. */
export type Mutation =
  | { readonly type: 'install'; readonly what: string; readonly system: boolean }
  | { readonly type: 'upgrade'; readonly what: string }
  | { readonly type: 'refresh'; readonly what: string }
  | { readonly type: 'piped-script'; readonly what: string }
  | { readonly type: 'source-checkout'; readonly what: string }
  | { readonly type: 'artifact-download'; readonly what: string }
  | { readonly type: 'image-pull'; readonly what: string };

/** Tools that agents and bootstraps of managed platforms call: never a mutation of ours. */
const ARTIFACT = /\.(tar|tgz|tar\.gz|zip|jar|war|ear|deb|rpm|whl|exe|msi|gz|bz2|xz|AppImage)(\?|$)/i;

/**
 * What the command changes, or undefined. Reads only: it never guesses from a variable's name, and a command whose
 * words are not known is no mutation.
 */
export function mutationOf(command: ShellCommand, script: ShellScript): Mutation | undefined {
  const pkg = packageCommand(command);
  if (pkg) {
    const shown = show(command);
    if (pkg.action === 'install') return { type: 'install', what: shown, system: pkg.scope === 'system' };
    if (pkg.action === 'upgrade') return { type: 'upgrade', what: shown };
    return pkg.action === 'refresh' ? { type: 'refresh', what: shown } : undefined;
  }
  const verb = command.words[1]?.text;
  switch (command.name) {
    case 'curl':
    case 'wget': {
      const pipeline = script.commands.filter((other) => other.pipeline.id === command.pipeline.id);
      if (isDownloadPipedToShell(pipeline)) return { type: 'piped-script', what: show(command) };
      const archive = command.words.some((word) => ARTIFACT.test(word.text) && /^https?:/.test(word.text));
      return archive ? { type: 'artifact-download', what: show(command) } : undefined;
    }
    case 'git':
      return verb === 'clone' || verb === 'pull' ? { type: 'source-checkout', what: show(command) } : undefined;
    case 'aws':
      return verb === 's3' &&
        (command.words[2]?.text === 'cp' || command.words[2]?.text === 'sync') &&
        isDownload(command)
        ? { type: 'artifact-download', what: show(command) }
        : undefined;
    case 'gsutil':
      return (verb === 'cp' || verb === 'rsync') && isDownload(command)
        ? { type: 'artifact-download', what: show(command) }
        : undefined;
    case 'helm':
      return verb === 'install' || verb === 'upgrade'
        ? { type: 'install', what: show(command), system: false }
        : undefined;
    case 'docker':
    case 'podman':
    case 'nerdctl':
      return verb === 'pull' || verb === 'run' ? { type: 'image-pull', what: show(command) } : undefined;
    case 'dpkg':
    case 'rpm':
      return ['-i', '-U', '-Uvh', '-ivh', '--install', '--upgrade'].includes(verb ?? '')
        ? { type: 'install', what: show(command), system: true }
        : undefined;
    default:
      return undefined;
  }
}

/** A copy from a bucket to the machine: the first location is remote, the last is not. */
function isDownload(command: ShellCommand): boolean {
  const places = command.words.slice(2).filter((word) => !word.text.startsWith('-'));
  const remote = (text: string | undefined): boolean => text !== undefined && /^(s3|gs):\/\//.test(text);
  const locations = places.filter((word) => /^(s3|gs):\/\/|^[./~-]|\//.test(word.text) || !word.complete);
  const last = locations.at(-1)?.text;
  return remote(locations[0]?.text) && locations.length > 1 && !remote(last);
}

/** The command's first words, as a person would name it: `apt-get install`. */
function show(command: ShellCommand): string {
  const words = command.words.filter((word) => !word.text.startsWith('-')).slice(0, 3);
  return words
    .map((word) => word.text.replace(/\uE000+/g, '…'))
    .join(' ')
    .slice(0, 60);
}
