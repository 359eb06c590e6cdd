import type { Place } from '../../core/text';
import type { ShellCommand, ShellRedirect } from '../../lang/shell/ast';

/** sshd(8): the file that names the keys which may log in. */
const KEY_FILE = /(^|\/)authorized_keys2?["']?$|(^|\/)authorized_keys(\.d)?\//;

/** True for the path of a file that names keys which may log in. */
export function isKeyFile(path: string): boolean {
  return KEY_FILE.test(path);
}

/** Where the command lets a key log in; undefined when it takes keys away, changes the file's rights or only reads it. */
export function allowsKey(command: ShellCommand): Place | undefined {
  const redirect = command.redirects.find(
    (each) => each.operator.includes('>') && each.target && isKeyFile(each.target.text),
  );
  if (redirect) return empties(command, redirect) ? undefined : redirect.at;
  switch (command.name) {
    case 'ssh-import-id':
    case 'ssh-import-id-gh':
    case 'ssh-import-id-lp':
      return command.at;
    case 'tee':
    case 'curl':
    case 'wget':
      return command.words.slice(1).find((word) => isKeyFile(word.text))?.at;
    case 'cp':
    case 'mv':
    case 'install': {
      // `cp authorized_keys backup` takes a copy: only a target lets somebody in.
      const target = command.words.at(-1);
      const takesNothing = command.words.some((word) => word.text === '/dev/null');
      return target && isKeyFile(target.text) && !takesNothing && command.words.length > 2 ? target.at : undefined;
    }
    default:
      return undefined;
  }
}

/** `: > authorized_keys`, `echo -n > …`, `cat /dev/null > …`, `grep -v … > …`: fewer keys than before. */
function empties(command: ShellCommand, redirect: ShellRedirect): boolean {
  if (redirect.operator.includes('>>')) return false;
  const words = command.words.slice(1).map((word) => word.text);
  if (command.name === ':' || command.name === 'true') return true;
  if (command.name === 'echo' || command.name === 'printf') return words.every((word) => word === '' || word === '-n');
  if (command.name === 'cat') return words.length === 1 && words[0] === '/dev/null';
  return command.name === 'grep' && words.some((word) => /^-\w*v/.test(word));
}
