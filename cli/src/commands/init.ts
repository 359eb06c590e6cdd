import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_NAMES } from '../../../server/src/core/config';
import type { Arguments, Command } from '../command-line';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { reasonOf } from '../notes';

/** Every key is optional, so all but the preset is commented out. */
const TEMPLATE = `# Immutable Infra. The nearest immutable.yaml above a file holds for it.
lint:
  # recommended, strict (all rules, some of them harder) or prototype (only what can never be rolled back);
  # also files: ./shared.yaml
  extends: [recommended]

  # A suppression must say why: # immutable: ignore[rule] reason
  # requireReason: true

  # Files that are not linted, besides those in .gitignore.
  # ignore: ["generated/**"]

  # In development files, rules about access, state, health and rollout are mere hints.
  # environments:
  #   production: ["deploy/prod/**"]
  #   dev: ["**/*.dev.*", "playground/**"]

  # error, warning, info, hint or off; by rule or by family.
  # rules:
  #   mutable-reference/image-tag: error
  #   health-check/*: warning

  # Other settings for some files; a later one wins.
  # overrides:
  #   - files: ["legacy/**"]
  #     rules: { interactive-access/*: info }

  # Repositories whose tags never move.
  # images:
  #   trustedImmutable: ["123456789012.dkr.ecr.*/**"]

  # Rules of your own; immutable-infra test policies/ runs their tests.
  # customRules: [policies]
`;

export const init: Command = {
  name: 'init',
  summary: 'Write an immutable.yaml to start from.',
  usage: '',
  options: {},
  notes: ['A configuration that is there already is left alone.'],
  run: runInit,
};

function runInit({ positionals }: Arguments, io: Io): Promise<ExitCode> {
  if (positionals.length > 0) throw new UsageError('`init` takes no paths: it writes to the working directory.');
  const existing = CONFIG_NAMES.find((name) => existsSync(join(io.cwd, name)));
  if (existing !== undefined) throw new UsageError(`${existing} is there already; it was left as it is.`);
  try {
    writeFileSync(join(io.cwd, 'immutable.yaml'), TEMPLATE, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`Cannot write immutable.yaml: ${reasonOf(error)}.`);
  }
  io.stdout.write('Wrote immutable.yaml. Next: immutable-infra lint\n');
  return Promise.resolve(EXIT.ok);
}
