import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { detectPipeline, type DetectedPipeline, type SourceFile } from '../../../release/src/api/detect-pipeline';
import { CONFIG_NAMES } from '../../../server/src/core/config';
import type { Arguments, Command } from '../command-line';
import { discover } from '../discover';
import { DiskFiles } from '../disk-files';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { reasonOf } from '../notes';
import { printable } from '../terminal';
import { rootAt } from '../workspace-root';

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

const FILE = 'immutable.yaml';

/** Beside a proposal for delivery, the linter's part is this short. */
const SHORT_LINT = `lint:
  extends: [recommended]
`;

const MAX_BYTES = 2 * 1024 * 1024;

export const init: Command = {
  name: 'init',
  summary: 'Write an immutable.yaml to start from; with --delivery, a pipeline guessed from the files here.',
  usage: '[options]',
  options: {
    delivery: { type: 'boolean', help: 'Propose how to bake and deploy, with a comment for each guess.' },
    'dry-run': { type: 'boolean', help: 'Print the file and write nothing.' },
    json: { type: 'boolean', help: 'With --delivery: the proposal and what was found, for programs. Writes nothing.' },
  },
  notes: [
    'A configuration that is there already is left alone.',
    'Files are read, nothing is run: Packer templates, Terraform, Dockerfiles, compose, Kubernetes and workflows.',
  ],
  run: runInit,
};

function runInit(args: Arguments, io: Io): Promise<ExitCode> {
  if (args.positionals.length > 0) throw new UsageError('`init` takes no paths: it writes to the working directory.');
  const isDelivery = args.flag('delivery') || args.flag('json');
  const existing = CONFIG_NAMES.find((name) => existsSync(join(io.cwd, name)));
  const isDry = args.flag('dry-run') || args.flag('json');
  if (existing !== undefined && !isDry) {
    const next = isDelivery ? ' See what could be added: immutable-infra init --delivery --dry-run' : '';
    throw new UsageError(`${existing} is there already; it was left as it is.${next}`);
  }
  if (!isDelivery) return Promise.resolve(initLint(isDry, io));
  const detected = detectHere(io);
  if (args.flag('json')) {
    io.stdout.write(`${JSON.stringify({ version: 1, ...detected }, null, 2)}\n`);
    return Promise.resolve(EXIT.ok);
  }
  const text = existing === undefined ? `${detected.text}${SHORT_LINT}` : detected.text;
  if (isDry) io.stdout.write(text);
  else write(text, io);
  const notes = [
    ...detected.found.map((line) => `Found: ${line}`),
    ...(detected.isFound ? [] : ['Nothing here is deployed yet: this is an example.']),
    ...detected.open.map((line) => `To do: ${line}`),
    ...(isDry ? [] : [`Wrote ${FILE}. Next: immutable-infra doctor`]),
  ];
  // The file alone goes to standard output, so that it can be sent somewhere.
  (isDry ? io.stderr : io.stdout).write(`${notes.map(printable).join('\n')}\n`);
  return Promise.resolve(EXIT.ok);
}

function initLint(isDry: boolean, io: Io): ExitCode {
  if (isDry) io.stdout.write(TEMPLATE);
  else {
    write(TEMPLATE, io);
    io.stdout.write(`Wrote ${FILE}. Next: immutable-infra lint\n`);
    if (detectHere(io).isFound)
      io.stdout.write('To bake and deploy from here too: immutable-infra init --delivery --dry-run\n');
  }
  return EXIT.ok;
}

function write(text: string, io: Io): void {
  try {
    writeFileSync(join(io.cwd, FILE), text, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`Cannot write ${FILE}: ${reasonOf(error)}.`);
  }
}

/** Guesses from the files that the linter would read too. */
function detectHere(io: Io): DetectedPipeline {
  const root = rootAt(io.cwd, io.cwd);
  const files = new DiskFiles(root.directory, MAX_BYTES);
  const sources = discover(root, ['.']).candidates.flatMap(({ path, peek }): SourceFile[] => {
    const { text } = files.readResult(path, peek);
    return text === undefined ? [] : [{ path, text }];
  });
  return detectPipeline(sources, basename(io.cwd));
}
