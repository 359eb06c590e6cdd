import type { ShellCommand } from '../../lang/shell/ast';
import { mutationOf } from '../../model/commands/mutations';
import { defineRule, type ScriptUse } from '../../model/facts';

/** Runs that prepare data, not software: they belong to a release, and each is idempotent by design. */
const DATA_MIGRATION = /\b(migrate|migration|migrations|alembic|flyway|liquibase|prisma|sequelize|knex|db:)/;

/** Where a container may write without changing what the image ships. */
const VOLATILE = /^\/(tmp|run|dev|proc|var\/(tmp|run|cache))(\/|$)/;

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
      checkout:
        '`{what}` fetches code when the container starts, so the image does not say what runs. Copy one commit into the image while it is built.',
      pipedScript:
        '`{what}` runs a script from the network when the container starts. Run it in the image build, with its checksum verified.',
      initContainer:
        '`{what}` fetches data into a volume when the pod starts. Two pods can get different data; ship it in an image or name it by version.',
      rewrite:
        '`{what}` rewrites what the image ships when the container starts. Do it in the image build; write run-time configuration to a volume.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'start' || context.environment === 'development') return;
      if (script.owner.type === 'kubernetes' && script.owner.key === 'probe') return;
      const at = command.at;
      const mutation = mutationOf(command, script.shell);
      if (mutation) {
        const data = { what: mutation.what };
        if (DATA_MIGRATION.test(command.words.map((word) => word.text).join(' '))) return;
        const init = script.owner.type === 'kubernetes' && script.owner.role === 'init';
        if (mutation.type === 'source-checkout' || mutation.type === 'artifact-download') {
          if (init) context.report({ at, anchor, message: 'initContainer', data, severity: 'info' });
          else if (mutation.type === 'source-checkout') context.report({ at, anchor, message: 'checkout', data });
        } else if (mutation.type === 'piped-script') context.report({ at, anchor, message: 'pipedScript', data });
        else if (mutation.type !== 'image-pull') context.report({ at, anchor, message: 'install', data });
        return;
      }
      const what = rewrites(command, script);
      if (what !== undefined) context.report({ at, anchor, message: 'rewrite', data: { what }, severity: 'info' });
    },
  }),
});

/** `chmod -R`, `chown -R` and `sed -i` on files that come with the image. */
function rewrites(command: ShellCommand, script: ScriptUse): string | undefined {
  const words = command.words.slice(1);
  const recursive =
    (command.name === 'chmod' || command.name === 'chown') &&
    words.some((word) => /^-\w*R|^--recursive$/.test(word.text));
  const inPlace = command.name === 'sed' && words.some((word) => /^-\w*i|^--in-place/.test(word.text));
  if (!recursive && !inPlace) return undefined;
  const target = words.at(-1);
  if (!target?.complete || !target.text.startsWith('/') || VOLATILE.test(target.text)) return undefined;
  // A volume is there to be written; which paths are volumes is known for pods and compose services.
  if (mountPaths(script).some((path) => target.text === path || target.text.startsWith(`${path}/`))) return undefined;
  return `${command.name} ${words.find((word) => word.text.startsWith('-'))?.text ?? ''} ${target.text}`;
}

/** Paths at which the container has a volume. */
function mountPaths(script: ScriptUse): readonly string[] {
  const { owner } = script;
  if (owner.type === 'dockerfile') {
    return owner.stage.instructions
      .filter((instruction) => instruction.keyword === 'VOLUME')
      .flatMap((instruction) => (instruction.execForm ?? instruction.words).map((word) => word.text));
  }
  return [];
}
