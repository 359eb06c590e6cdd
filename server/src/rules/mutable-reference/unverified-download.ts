import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { hasFlag, positionals } from '../../lang/shell/words';
import { isDownloadPipedToShell } from '../../model/commands/package-manager';
import { defineRule } from '../../model/facts';

/** Programs that prove what a file is. */
const VERIFIERS: ReadonlySet<string> = new Set([
  'sha256sum',
  'sha512sum',
  'sha384sum',
  'sha1sum',
  'shasum',
  'md5sum',
  'b2sum',
  'gpg',
  'gpgv',
  'cosign',
  'minisign',
  'openssl',
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
                context.report({ at, anchor, message: 'addGit', data: { url } });
            } else if (/^https?:\/\//.test(url)) {
              const proven = instruction.flags.some((flag) => flag.name === 'checksum');
              if (!proven)
                context.report({ at, anchor, message: 'addUrl', data: { url: url.replace(/\uE000+/g, '…') } });
            }
          }
        }
      }
    },
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'bake' && phase !== 'boot' && phase !== 'pipeline') return;
      const { shell } = script;
      if (command.name === 'curl' || command.name === 'wget') {
        const pipeline = shell.commands.filter((other) => other.pipeline.id === command.pipeline.id);
        // At boot, in-place-mutation/boot-time-install already says it.
        if (isDownloadPipedToShell(pipeline)) {
          if (phase !== 'boot' && !isVerified(shell, command))
            context.report({
              at: command.at,
              anchor,
              message: 'piped',
              severity: phase === 'pipeline' ? 'info' : 'warning',
            });
          return;
        }
        if (phase === 'pipeline' || isVerified(shell, command)) return;
        const url = command.words.find((word) => word.complete && MOVING_URL.test(word.text));
        if (url) context.report({ at: url.at, anchor, message: 'movingUrl', data: { url: url.text } });
        return;
      }
      if (command.name === 'git' && phase !== 'pipeline') {
        const url = unpinnedClone(command, shell);
        if (url !== undefined) context.report({ at: command.at, anchor, message: 'clone', data: { url } });
      }
    },
  }),
});

/** A verifier runs later in the same script. Which file it proves is not followed further. */
function isVerified(script: ShellScript, command: ShellCommand): boolean {
  return script.commands.some(
    (other) =>
      other.range.start > command.range.start &&
      ((VERIFIERS.has(other.name) && !(other.name === 'gpg' && hasFlag(other, '--dearmor', '--import'))) ||
        // apt keys: the key is only used for packages that are signed with it.
        ((other.name === 'gpg' || other.name === 'apt-key') &&
          /key|gpg|asc/i.test(command.words.map((word) => word.text).join(' ')))),
  );
}

/** The URL of a clone that names no tag and whose script checks out no commit. */
function unpinnedClone(command: ShellCommand, script: ShellScript): string | undefined {
  const words = positionals(command, GIT_VALUES);
  if (words[0]?.text !== 'clone' || !words[1]?.complete || !/^(https?|git|ssh):\/\/|^git@/.test(words[1].text))
    return undefined;
  const branch =
    command.words.find((_, index) => /^(-b|--branch)$/.test(command.words[index - 1]?.text ?? '')) ??
    command.words.find((word) => word.text.startsWith('--branch='));
  const ref = branch?.text.replace('--branch=', '');
  if (ref !== undefined && !/^(main|master|develop|dev|trunk|HEAD)$/.test(ref)) return undefined;
  const fixed = script.commands.some(
    (other) =>
      other.name === 'git' &&
      other.range.start > command.range.start &&
      other.words.some((word) => /^(checkout|reset|switch|fetch)$/.test(word.text)),
  );
  return fixed ? undefined : words[1].text;
}
