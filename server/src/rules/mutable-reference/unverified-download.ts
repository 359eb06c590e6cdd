import { unpinnedClone, isMovingRef } from '../../model/commands/clones';
import { isFetch, isRunUnseen } from '../../model/commands/downloads';
import { isProvenDownload, isProvenFile, nameOf } from '../../model/commands/fetched-files';
import { mutationOf } from '../../model/commands/mutations';
import { commandsAfter, commandsFrom } from '../../model/commands/sequence';
import { defineRule } from '../../model/facts';

/** Addresses whose file changes: the latest release, a branch of a repository on GitHub or GitLab. */
const MOVING_URL =
  /\/latest\/|\/releases\/latest\/download\/|raw\.githubusercontent\.com\/[^/]+\/[^/]+\/(refs\/heads\/|(main|master|HEAD|develop)\/)|github\.com\/[^/]+\/[^/]+\/(raw|archive|tar\.gz|zip)\/(refs\/heads\/|(main|master|HEAD)\b)|\/-\/(raw|archive)\/(main|master)\//;

/** A file of a repository at a commit, or at a ref that is not known: it may be one. */
const FIXED_URL =
  /(raw\.githubusercontent\.com\/[^/]+\/[^/]+|github\.com\/[^/]+\/[^/]+\/raw)\/([\da-f]{40}|[^/]*\uE000[^/]*)\//;

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
      addBranch: '`ADD {url}` takes a branch as it is on that day. Name a commit instead of the branch.',
      piped:
        'This pipes a download into a shell: the same build can do something else tomorrow. Download a named version, verify it with `sha256sum -c`, then run it.',
      movingUrl:
        '`{url}` is another file after each release. Download a named version and verify it with `sha256sum -c`.',
      clone:
        '`git clone {url}` takes the default branch of that day. Clone a tag (`--branch v1.2.3`) or check out a commit afterwards.',
    },
  },
  create: (context) => ({
    dockerfile: (dockerfile) => {
      for (const stage of dockerfile.stages) {
        for (const instruction of stage.instructions) {
          if (instruction.keyword !== 'ADD') continue;
          const words = instruction.execForm ?? instruction.words;
          const target = words.at(-1)?.text ?? '';
          // For a repository the sum is its commit (Dockerfile reference, `ADD --checksum`).
          if (instruction.flags.some((flag) => flag.name === 'checksum')) continue;
          for (const source of words.slice(0, -1)) {
            const url = source.text.replace(/^["']|["']$/g, '');
            const at = source.sourceOf() ?? instruction.range;
            const anchor = `stage.${stage.name ?? stage.index}/ADD`;
            if (/^(git@|git:\/\/|ssh:\/\/git@)|^https?:\/\/\S+\.git([#?]|$)/.test(url)) {
              const message = repositoryMessage(url);
              if (message) context.report({ at, anchor, message, data: { url: shown(url) } });
            } else if (/^https?:\/\//.test(url)) {
              const file = target.endsWith('/') ? nameOf(url) : target;
              if (isProvenFile(file, commandsAfter(dockerfile, stage, instruction))) continue;
              context.report({ at, anchor, message: 'addUrl', data: { url: shown(url) } });
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
          if (command.words.some((word) => FIXED_URL.test(word.text))) return;
          const severity = phase === 'pipeline' ? 'info' : 'warning';
          context.report({ at: command.at, anchor, message: 'piped', severity });
          return;
        }
        const url = phase === 'pipeline' ? undefined : command.words.find((word) => isMovingUrl(word.text));
        if (!url || isProvenDownload(command, commandsFrom(script))) return;
        context.report({ at: url.at, anchor, message: 'movingUrl', data: { url: shown(url.text) } });
      } else if (command.name === 'git' && phase !== 'pipeline') {
        const url = unpinnedClone(command, commandsFrom(script));
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

/** What is wrong with the ref of a Git repository in `ADD`; undefined when it names a tag, a commit or something unknown. */
function repositoryMessage(url: string): 'addGit' | 'addBranch' | undefined {
  const ref = /#([^:]+)/.exec(url)?.[1] ?? /[?&](?:ref|tag|commit|checksum|branch)=([^&#]+)/.exec(url)?.[1];
  if (ref === undefined) return 'addGit';
  return isMovingRef(ref) || /[?&]branch=/.test(url) ? 'addBranch' : undefined;
}
