import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { flagValue, hasFlag, positionals } from '../../lang/shell/words';
import { mutationOf } from '../../model/commands/mutations';
import { isFetch, isRunUnseen } from '../../model/commands/downloads';
import { defineRule } from '../../model/facts';

/** Programs that prove what a file is; gpg and openssl do so with one option. */
const VERIFIERS: ReadonlySet<string> = new Set([
  'sha256sum',
  'sha512sum',
  'sha384sum',
  'sha1sum',
  'shasum',
  'md5sum',
  'b2sum',
  'gpgv',
  'cosign',
  'minisign',
  'slsa-verifier',
  'signify',
]);

const MOVING_URL =
  /\/latest\/|\/releases\/latest\/download\/|raw\.githubusercontent\.com\/[^/]+\/[^/]+\/(refs\/heads\/)?(main|master|HEAD|develop)\/|github\.com\/[^/]+\/[^/]+\/(raw|archive)\/(refs\/heads\/)?(main|master|HEAD)\b/;

const GIT_VALUES: ReadonlySet<string> = new Set(
  '-b --branch -c --config --depth -o --origin --reference --filter -j --jobs -C'.split(' '),
);

export default defineRule({
  meta: {
    id: 'mutable-reference/unverified-download',
    severity: 'warning',
    languages: ['dockerfile', 'packer', 'packer-json', 'cloud-init', 'terraform', 'shell', 'workflow'],
    since: '0.1.0',
    recommended: true,
    summary: 'What an image is built from must be proven by a checksum or a commit',
    peers: ['semgrep curl-eval'],
    messages: {
      addUrl:
        '`ADD {url}` takes whatever the server gives on that day. Prove it: `ADD --checksum=sha256:<hex> {url} …`.',
      addGit: '`ADD {url}` takes the default branch of that day. Name a commit: `{url}#<commit>`.',
      piped:
        'This pipes a download into a shell: the same build can do something else tomorrow. Download a named version, verify it with `sha256sum -c`, then run it.',
      movingUrl:
        '`{url}` is another file after each release. Download a named version and verify it with `sha256sum -c`.',
      clone:
        '`git clone {url}` takes the default branch of that day. Clone a tag (`--branch v1.2.3`) or check out a commit afterwards.',
    },
  },
  create: (context) => ({
    dockerfile: ({ stages }) => {
      for (const stage of stages) {
        for (const instruction of stage.instructions) {
          if (instruction.keyword !== 'ADD') continue;
          const sources = instruction.execForm ?? instruction.words;
          for (const source of sources.slice(0, -1)) {
            const url = source.text.replace(/^["']|["']$/g, '');
            const at = source.sourceOf() ?? instruction.range;
            const anchor = `stage.${stage.name ?? stage.index}/ADD`;
            if (/^(git@|ssh:\/\/git@)|^https?:\/\/\S+\.git([#?]|$)/.test(url)) {
              if (!/#[^:]|[?&](ref|commit|tag|checksum)=/.test(url))
                context.report({ at, anchor, message: 'addGit', data: { url: shown(url) } });
            } else if (/^https?:\/\//.test(url)) {
              const proven = instruction.flags.some((flag) => flag.name === 'checksum');
              if (!proven) context.report({ at, anchor, message: 'addUrl', data: { url: shown(url) } });
            }
          }
        }
      }
    },
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'bake' && phase !== 'boot' && phase !== 'pipeline') return;
      const { shell } = script;
      // At boot, in-place-mutation/boot-time-install reports what is fetched: it must be baked first of all.
      if (phase === 'boot' && mutationOf(command, shell)) return;
      if (isFetch(command)) {
        if (isRunUnseen(command, shell)) {
          const severity = phase === 'pipeline' ? 'info' : 'warning';
          context.report({ at: command.at, anchor, message: 'piped', severity });
          return;
        }
        if (phase === 'pipeline' || isVerified(shell, command)) return;
        const url = command.words.find((word) => isMovingUrl(word.text));
        if (url) context.report({ at: url.at, anchor, message: 'movingUrl', data: { url: shown(url.text) } });
      } else if (command.name === 'git' && phase !== 'pipeline') {
        const url = unpinnedClone(command, shell);
        if (url !== undefined) context.report({ at: command.at, anchor, message: 'clone', data: { url: shown(url) } });
      }
    },
  }),
});

/** Without what is not known and without a password. */
function shown(url: string): string {
  return url
    .replace(/\$\{(\w+)[^}]*\}/g, '$$$1')
    .replace(/\uE000+/g, '…')
    .replace(/\/\/[^/@\s]+@/, '//…@');
}

/** The metadata service of a cloud has `/latest/` in its paths too. */
function isMovingUrl(text: string): boolean {
  if (/^(https?:)?\/*(169\.254\.169\.254|\[fd00:|metadata\.google\.internal|localhost|127\.)/.test(text)) return false;
  return /^(https?:\/\/|raw\.|github\.)/.test(text) && MOVING_URL.test(text);
}

/** A verifier runs later in the same script. Which file it proves is not followed further. */
function isVerified(script: ShellScript, command: ShellCommand): boolean {
  return script.commands.some((other) => other.range.start > command.range.start && verifies(other));
}

function verifies(command: ShellCommand): boolean {
  if (command.name === 'gpg') return hasFlag(command, '--verify');
  if (command.name === 'openssl') return command.words[1]?.text === 'dgst';
  return VERIFIERS.has(command.name);
}

const BRANCH = /^(origin\/)?(main|master|develop|development|dev|trunk|HEAD)$/;

/** The URL of a clone that names no tag and whose script checks out no commit. */
function unpinnedClone(command: ShellCommand, script: ShellScript): string | undefined {
  const words = positionals(command, GIT_VALUES);
  const url = words[0]?.text === 'clone' ? words[1] : undefined;
  if (!url || !/^(https?|git|ssh):\/\/[^\uE000]|^git@/.test(url.text)) return undefined;
  const ref = flagValue(command, '--branch', '-b', '--revision');
  if (ref !== undefined && !BRANCH.test(ref)) return undefined;
  const fixed = script.commands.some((other) => {
    if (other.name !== 'git' || other.range.start <= command.range.start) return false;
    const [verb, ...rest] = positionals(other, GIT_VALUES);
    if (!verb || !/^(checkout|reset|switch|fetch)$/.test(verb.text)) return false;
    return rest.length > 0 && !rest.every((word) => BRANCH.test(word.text));
  });
  return fixed ? undefined : url.text;
}
