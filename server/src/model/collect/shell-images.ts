import type { MappedText } from '../../core/mapped-text';
import type { ShellCommand, ShellWord } from '../../lang/shell/ast';
import { positionals } from '../../lang/shell/words';
import type { ScriptUse } from '../facts';
import type { ImageSource } from './emitter';

/** Options of `docker run` and `docker pull` that take the next word (docker CLI reference). */
const RUN_OPTIONS: ReadonlySet<string> = new Set(
  (
    '-a --attach --add-host --annotation --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile -c --cpus ' +
    '--cpu-shares --cpuset-cpus --device --dns --entrypoint -e --env --env-file --expose --gpus --group-add --health-cmd ' +
    '--health-interval --health-retries --health-timeout -h --hostname --ip --ipc --isolation --label -l --label-file --link ' +
    '--log-driver --log-opt --mac-address -m --memory --mount --name --network --net --network-alias --pid --pids-limit ' +
    '--platform -p --publish --pull --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt ' +
    '--sysctl --tmpfs --ulimit -u --user --userns --uts -v --volume --volume-driver --volumes-from -w --workdir -H --host ' +
    '--context --config --log-level --namespace --address'
  ).split(' '),
);

const ENGINES: ReadonlySet<string> = new Set(['docker', 'podman', 'nerdctl', 'crictl', 'ctr']);

/** `web:test`, without a registry or an owner: no official image has such a tag, so it was built on this machine. */
const LOCAL_NAME = /^[a-z0-9][a-z0-9._-]*:(test|dev|develop|local|ci|wip|tmp)$/;

export interface ShellImage {
  readonly source: ImageSource;
  readonly text: MappedText;
}

/**
 * Images that a script pulls or runs (`docker pull`, `podman run`, `crictl pull`) and the names it gives
 * (`docker tag`). Images that the same script built before are its own.
 */
export function shellImages(script: ScriptUse): ShellImage[] {
  const found: ShellImage[] = [];
  const built = new Set<string>();
  for (const command of script.shell.commands) {
    if (!ENGINES.has(command.name)) continue;
    const words = positionals(command, RUN_OPTIONS);
    const verb = words[0]?.text === 'image' || words[0]?.text === 'container' ? words[1] : words[0];
    const rest = words.slice(words.indexOf(verb as ShellWord) + 1);
    if (!verb) continue;
    if (verb.text === 'build' || verb.text === 'buildx') for (const name of buildNames(command)) built.add(name);
    if (verb.text === 'tag' && rest[1]) {
      built.add(rest[1].text);
      if (rest[0] && built.has(rest[0].text)) continue;
      found.push(image(script, rest[1], 'shell.tag', command, false));
      continue;
    }
    const pulls =
      verb.text === 'pull' ||
      verb.text === 'run' ||
      verb.text === 'create' ||
      (command.name === 'ctr' && verb.text === 'pull');
    if (pulls && rest[0]) {
      const own = built.has(rest[0].text) || LOCAL_NAME.test(rest[0].text);
      found.push(image(script, rest[0], 'shell.run', command, own));
    }
  }
  return found;
}

/** Names given with `-t`/`--tag` to a build. */
export function buildNames(command: ShellCommand): string[] {
  const names: string[] = [];
  command.words.forEach((word, index) => {
    const next = command.words[index + 1];
    if ((word.text === '-t' || word.text === '--tag') && next) names.push(next.text);
    else if (word.text.startsWith('--tag=')) names.push(word.text.slice('--tag='.length));
    else if (/^-t[^-]/.test(word.text)) names.push(word.text.slice(2));
  });
  return names;
}

function image(
  script: ScriptUse,
  word: ShellWord,
  site: 'shell.run' | 'shell.tag',
  command: ShellCommand,
  builtHere: boolean,
): ShellImage {
  return {
    text: word.value,
    source: {
      site,
      at: word.at,
      anchor: `${script.anchor}/${command.name}`,
      shipped: script.phase !== 'pipeline',
      builtHere,
    },
  };
}
