import type { ShellCommand, ShellWord } from '../../lang/shell/ast';
import { mutationOf } from '../../model/commands/mutations';
import { isUnderMount } from '../../model/commands/mounts';
import { isGithubAction } from '../../model/dockerfile/github-action';
import { defineRule, type ScriptUse } from '../../model/facts';

/** Where a program keeps its data: written at run time by its nature. */
const DATA = /^\/(tmp|run|dev|proc|sys|mnt|data|var\/(tmp|run|cache|lib|log|spool))(\/|$)/;

export default defineRule({
  meta: {
    id: 'in-place-mutation/startup-mutation',
    severity: 'error',
    languages: ['dockerfile', 'compose', 'kubernetes', 'terraform'],
    since: '0.1.0',
    recommended: true,
    summary: 'A container must start what its image holds, not install it first',
    peers: [],
    messages: {
      install:
        '`{what}` installs software when the container starts: two replicas of one image can run different versions, and a start fails when the network does. Move it to a `RUN` of the image build.',
      refresh:
        '`{what}` fetches a package index when the container starts, which only an installation needs. Install in a `RUN` of the image build.',
      checkout:
        '`{what}` fetches code when the container starts, so the image does not say what runs. Copy one commit into the image while it is built.',
      pipedScript:
        '`{what}` runs a script from the network when the container starts, so the image does not say what runs. Run it in the image build, with its checksum verified.',
      initContainer:
        '`{what}` fetches data into a volume when the pod starts, so two pods can get different data. Ship it in an image, or name it by version.',
      rewrite:
        '`{what}` rewrites what the image ships when the container starts. Do it in the image build; write run-time configuration to a volume.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'start' || context.environment === 'development' || isDevelopmentStage(script)) return;
      // What a step of a pipeline fetches is its work.
      if (script.owner.type === 'dockerfile' && isGithubAction(context.file.directory, context.project)) return;
      const at = command.at;
      const mutation = mutationOf(command, script.shell);
      if (!mutation) {
        const what = rewrites(command, script);
        if (what !== undefined) context.report({ at, anchor, message: 'rewrite', data: { what }, severity: 'info' });
        return;
      }
      const data = { what: mutation.what };
      const init = script.owner.type === 'kubernetes' && script.owner.role === 'init';
      switch (mutation.type) {
        case 'install':
        case 'upgrade':
          context.report({ at, anchor, message: 'install', data });
          return;
        case 'refresh':
          // With an installation behind it, one finding says it all.
          if (!installs(script)) context.report({ at, anchor, message: 'refresh', data });
          return;
        case 'piped-script':
          context.report({ at, anchor, message: 'pipedScript', data });
          return;
        case 'source-checkout':
          context.report(
            init
              ? { at, anchor, message: 'initContainer', data, severity: 'info' }
              : { at, anchor, message: 'checkout', data },
          );
          return;
        case 'artifact-download':
          if (init) context.report({ at, anchor, message: 'initContainer', data, severity: 'info' });
          return;
        default:
          // Containers that deploy (`helm upgrade` in a Job) or run others change nothing in themselves.
          return;
      }
    },
  }),
});

/** A stage that only `--target dev` builds: what it runs is not what is deployed. */
function isDevelopmentStage({ owner }: ScriptUse): boolean {
  return (
    owner.type === 'dockerfile' &&
    /(^|[-_])(dev|development|devel|debug|local|test|tests)($|[-_])/i.test(owner.stage.name ?? '')
  );
}

function installs({ shell }: ScriptUse): boolean {
  return shell.commands.some((command) => /^(install|upgrade)$/.test(mutationOf(command, shell)?.type ?? ''));
}

/** `chmod -R`, `chown -R` and `sed -i` on files that come with the image. */
function rewrites(command: ShellCommand, script: ScriptUse): string | undefined {
  const words = command.words.slice(1);
  const option = words.find((word) =>
    command.name === 'sed' ? /^-\w*i|^--in-place/.test(word.text) : /^-\w*R|^--recursive$/.test(word.text),
  );
  if (!option || !/^(chmod|chown|sed)$/.test(command.name)) return undefined;
  const target = words.at(-1);
  if (!target?.complete || !target.text.startsWith('/') || DATA.test(target.text)) return undefined;
  if (isUnderMount(target.text, script.owner) || isMadeHere(target, command, script)) return undefined;
  return `${command.name} ${option.text} … ${target.text}`;
}

/** A folder that the script makes itself does not come with the image. */
function isMadeHere(target: ShellWord, command: ShellCommand, { shell }: ScriptUse): boolean {
  // Commands that stand in a quoted text all have the range of that text: their order tells what comes first.
  return shell.commands
    .slice(0, shell.commands.indexOf(command))
    .some(
      ({ name, words }) =>
        name === 'mkdir' &&
        words
          .slice(1)
          .some(({ text }) => text.startsWith('/') && `${target.text}/`.startsWith(`${text.replace(/\/+$/, '')}/`)),
    );
}
