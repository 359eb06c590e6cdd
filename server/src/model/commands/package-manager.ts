import type { ShellCommand, ShellWord } from '../../lang/shell/ast';

export type PackageAction = 'install' | 'refresh' | 'upgrade' | 'remove';

/** What a package manager's command does to the machine it runs on. */
export interface PackageCommand {
  readonly manager: string;
  /** `system` for the distribution's packages, `language` for npm, pip, gem … */
  readonly scope: 'system' | 'language';
  readonly action: PackageAction;
  /** As written: `install`, `ci`, `-Syu`. */
  readonly verb: string | undefined;
  /** Words after the verb that are neither options nor their values. */
  readonly packages: readonly ShellWord[];
}

interface Manager {
  readonly scope: 'system' | 'language';
  readonly install: readonly string[];
  readonly refresh?: readonly string[];
  readonly upgrade?: readonly string[];
  readonly remove?: readonly string[];
  /** Verb that names the action when there is none on the command line (`pacman -S`, `npm ci`). */
  readonly flags?: Readonly<Record<string, PackageAction>>;
}

const APT: Manager = {
  scope: 'system',
  install: ['install', 'build-dep', 'reinstall'],
  refresh: ['update'],
  upgrade: ['upgrade', 'dist-upgrade', 'full-upgrade'],
  remove: ['remove', 'purge', 'autoremove', 'clean', 'autoclean'],
};

const RPM: Manager = {
  scope: 'system',
  install: ['install', 'localinstall', 'groupinstall', 'reinstall', 'module'],
  refresh: ['makecache', 'check-update'],
  upgrade: ['update', 'upgrade', 'distro-sync', 'dup', 'patch'],
  remove: ['remove', 'erase', 'autoremove', 'clean'],
};

const MANAGERS: Readonly<Record<string, Manager>> = {
  'apt-get': APT,
  apt: APT,
  aptitude: APT,
  yum: RPM,
  dnf: RPM,
  microdnf: RPM,
  tdnf: RPM,
  dnf5: RPM,
  zypper: {
    ...RPM,
    install: ['install', 'in'],
    refresh: ['refresh', 'ref'],
    upgrade: ['update', 'up', 'dup', 'patch'],
    remove: ['remove', 'rm', 'clean'],
  },
  apk: { scope: 'system', install: ['add'], refresh: ['update'], upgrade: ['upgrade'], remove: ['del', 'cache'] },
  'amazon-linux-extras': { scope: 'system', install: ['install'], remove: ['disable'] },
  snap: { scope: 'system', install: ['install'], upgrade: ['refresh'], remove: ['remove'] },
  brew: { scope: 'system', install: ['install'], refresh: ['update'], upgrade: ['upgrade'], remove: ['uninstall'] },
  pacman: {
    scope: 'system',
    install: [],
    flags: { '-S': 'install', '-Sy': 'install', '-U': 'install', '-Syu': 'upgrade', '-R': 'remove' },
  },
  npm: {
    scope: 'language',
    install: ['install', 'i', 'ci', 'add'],
    upgrade: ['update', 'upgrade'],
    remove: ['uninstall', 'prune', 'cache'],
  },
  pnpm: { scope: 'language', install: ['install', 'i', 'add'], upgrade: ['update', 'up'], remove: ['remove', 'prune'] },
  yarn: { scope: 'language', install: ['install', 'add'], upgrade: ['upgrade', 'up'], remove: ['remove', 'cache'] },
  pip: { scope: 'language', install: ['install'], remove: ['uninstall'] },
  pip3: { scope: 'language', install: ['install'], remove: ['uninstall'] },
  pipx: { scope: 'language', install: ['install'], upgrade: ['upgrade'], remove: ['uninstall'] },
  uv: { scope: 'language', install: ['sync'] },
  poetry: { scope: 'language', install: ['install', 'add'], upgrade: ['update'] },
  gem: { scope: 'language', install: ['install'], upgrade: ['update'], remove: ['uninstall'] },
  bundle: { scope: 'language', install: ['install'], upgrade: ['update'] },
  composer: { scope: 'language', install: ['install', 'require'], upgrade: ['update'] },
  conda: {
    scope: 'language',
    install: ['install', 'create'],
    upgrade: ['update', 'upgrade'],
    remove: ['remove', 'clean'],
  },
  mamba: {
    scope: 'language',
    install: ['install', 'create'],
    upgrade: ['update', 'upgrade'],
    remove: ['remove', 'clean'],
  },
  cargo: { scope: 'language', install: ['install'] },
  go: { scope: 'language', install: ['install', 'get'] },
};

/** Options that take the next word as their value. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-t',
  '--target-release',
  '--default-release',
  '-o',
  '--option',
  '-c',
  '--config-file',
  '--repository',
  '-X',
  '--virtual',
  '--root',
  '--installroot',
  '--enablerepo',
  '--disablerepo',
  '--releasever',
  '-r',
  '--requirement',
  '--constraint',
  '-i',
  '--index-url',
  '--extra-index-url',
  '--target',
  '--prefix',
  '--registry',
  '--cache',
  '--version',
  '--channel',
  '--arch',
  '--setopt',
  '--exclude',
  '--cwd',
  '-C',
  '--dir',
  '--path',
  '--gemfile',
  '-j',
  '--jobs',
]);

/**
 * The package command that a shell command is, or undefined. `python -m pip install x` counts; `yarn` alone installs.
 * Sources of the verbs: the managers' own manuals.
 */
export function packageCommand(command: ShellCommand): PackageCommand | undefined {
  let name = command.name;
  let words = command.words.slice(1);
  if (/^python[\d.]*$/.test(name) && words[0]?.text === '-m' && words[1]?.text === 'pip') {
    name = 'pip';
    words = words.slice(2);
  }
  if (name === 'uv' && words[0]?.text === 'pip') words = words.slice(1);
  const manager = Object.hasOwn(MANAGERS, name) ? MANAGERS[name] : undefined;
  if (!manager) return undefined;
  const rest = positional(words);
  const byFlag = manager.flags && words.find((word) => manager.flags && Object.hasOwn(manager.flags, word.text));
  if (byFlag) {
    const action = manager.flags?.[byFlag.text];
    return action && { manager: name, scope: manager.scope, action, verb: byFlag.text, packages: rest };
  }
  const verb = rest[0]?.text;
  if (verb === undefined) {
    // `yarn` installs what package.json lists; the others only print their help.
    const asks = words.some((word) => /^(-v|--version|-h|--help)$/.test(word.text));
    return name === 'yarn' && !asks
      ? { manager: name, scope: 'language', action: 'install', verb: undefined, packages: [] }
      : undefined;
  }
  const action = actionOf(manager, name === 'uv' && verb === 'install' ? 'sync' : verb);
  if (!action) return undefined;
  // apt-get(8): `install --only-upgrade` never installs what is not there.
  const upgrades = action === 'install' && words.some((word) => word.text === '--only-upgrade');
  return {
    manager: name,
    scope: manager.scope,
    action: upgrades ? 'upgrade' : action,
    verb,
    packages: rest.slice(1),
  };
}

function actionOf(manager: Manager, verb: string): PackageAction | undefined {
  if (manager.install.includes(verb)) return 'install';
  if (manager.refresh?.includes(verb)) return 'refresh';
  if (manager.upgrade?.includes(verb)) return 'upgrade';
  return manager.remove?.includes(verb) ? 'remove' : undefined;
}

function positional(words: readonly ShellWord[]): ShellWord[] {
  const found: ShellWord[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word) break;
    if (!word.text.startsWith('-') || word.text === '-') {
      if (!isRedirected(word)) found.push(word);
    } else if (WITH_VALUE.has(word.text)) i++;
  }
  return found;
}

function isRedirected(word: ShellWord): boolean {
  return word.text === '';
}
