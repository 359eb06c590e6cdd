import { isTestCode } from '../../core/environment';
import type { MappedText } from '../../core/mapped-text';
import type { Fix } from '../../core/finding';
import type { Instruction } from '../../lang/dockerfile/ast';
import { namedValues } from '../../lang/dockerfile/named-values';
import { unquote } from '../../lang/dockerfile/words';
import type { Dockerfile, Stage } from '../../model/dockerfile';
import { builtStages } from '../../model/dockerfile/built-stages';
import { removeInstruction } from '../../model/edits/dockerfile';
import { defineRule } from '../../model/facts';
import { hasKeyFormat, isPlaceholder, isSecretName } from '../../model/secrets';

interface Setting {
  readonly name: string;
  readonly value: MappedText | undefined;
  readonly word: MappedText;
}

export default defineRule({
  meta: {
    id: 'baked-config/secret-in-image',
    severity: 'error',
    languages: ['dockerfile'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'An image must not hold a secret',
    peers: ['buildkit SecretsUsedInArgOrEnv', 'hadolint DL3064', 'trivy DS-0031', 'KICS Passwords And Secrets'],
    messages: {
      literal:
        '`{name}` puts a secret into the image: everybody who can pull it can read it, and it cannot be changed without a new image. Give it at run time, or to one build step with `RUN --mount=type=secret`.',
      argument:
        '`{name}` is a build argument that a `RUN` uses: its value stays in the history of the build. Use `RUN --mount=type=secret,id={id},env={name}` instead.',
      empty:
        '`{name}` is declared in the image without a value. Set it only where the container runs, so that no build can bake it in.',
    },
  },
  create: (context) => ({
    dockerfile: (dockerfile) => {
      // A password of a test is known to everybody who can read the repository.
      const isTest = isTestCode(context.file.path);
      const built = builtStages(dockerfile, context.project.index?.buildsOf(context.file.path) ?? []);
      const shipped = new Set(built.flatMap(({ stage }) => dockerfile.reachable(stage).layers));
      const reached = new Set([...shipped, ...built.flatMap(({ stage }) => dockerfile.reachable(stage).used)]);
      for (const stage of dockerfile.stages) {
        // A test stage is built on its own, if at all: no image holds what it knows.
        if (!reached.has(stage)) continue;
        const anchor = `stage.${stage.name ?? stage.index}`;
        for (const instruction of stage.instructions) {
          if (instruction.keyword === 'ENV' && shipped.has(stage)) {
            for (const setting of settings(instruction, dockerfile)) {
              const verdict = judge(setting);
              if (verdict === undefined || verdict === 'argument') continue;
              context.report({
                at: placeOf(setting, instruction),
                anchor: `${anchor}/ENV.${setting.name}`,
                message: verdict,
                data: { name: setting.name },
                severity: isTest ? 'hint' : verdict === 'empty' ? 'info' : 'error',
                fixes: removal(context.file.text, instruction, dockerfile, setting),
              });
            }
          } else if (instruction.keyword === 'ARG') {
            for (const setting of settings(instruction, dockerfile)) {
              const verdict = judge(setting);
              if (verdict === undefined) continue;
              const consumer = verdict === 'literal' ? undefined : consumerOf(stage, instruction, setting.name);
              if (verdict !== 'literal' && !consumer) continue;
              context.report({
                at: placeOf(setting, instruction),
                anchor: `${anchor}/ARG.${setting.name}`,
                message: verdict === 'literal' ? 'literal' : 'argument',
                data: { name: setting.name, id: setting.name.toLowerCase() },
                severity: isTest ? 'hint' : verdict === 'literal' ? 'error' : 'warning',
                fixes: consumer ? secretMount(context.file.text, dockerfile, instruction, consumer, setting.name) : [],
              });
            }
          }
        }
      }
    },
  }),
});

/** `literal`: a real value. `argument`: no value, given by the build. `empty`: declared without a value. */
function judge({ name, value }: Setting): 'literal' | 'argument' | 'empty' | undefined {
  const text = value?.text;
  if (text !== undefined && hasKeyFormat(text)) return 'literal';
  if (!isSecretName(name)) return undefined;
  if (text === undefined) return 'argument';
  if (text === '') return 'empty';
  // What a variable brings is not known.
  if (/(?<!\\)\$[A-Za-z_{]/.test(text)) return undefined;
  return isPlaceholder(text) ? undefined : 'literal';
}

function settings(instruction: Instruction, dockerfile: Dockerfile): Setting[] {
  return namedValues(instruction).map(({ name, value }, index) => ({
    name,
    value: value && unquote(value, dockerfile.syntax.escape),
    word: instruction.words[index] ?? instruction.argument,
  }));
}

function placeOf(setting: Setting, instruction: Instruction) {
  return setting.word.sourceOf() ?? instruction.range;
}

/** The first RUN of the stage after the argument that uses it. */
function consumerOf(stage: Stage, argument: Instruction, name: string): Instruction | undefined {
  const from = stage.instructions.indexOf(argument);
  return stage.instructions
    .slice(from + 1)
    .find((instruction) => instruction.keyword === 'RUN' && !instruction.execForm && mentions(instruction, name));
}

/** A heredoc with a quoted name is still a script whose shell sees the argument. */
function mentions(instruction: Instruction, name: string): boolean {
  const used = new RegExp(`\\$(${name}\\b|\\{${name}\\b)`);
  return [instruction.argument, ...instruction.heredocs.map(({ content }) => content)].some((text) =>
    used.test(text.text),
  );
}

/** An ENV of its own can go; among others, the author decides. */
function removal(text: string, instruction: Instruction, dockerfile: Dockerfile, setting: Setting): readonly Fix[] {
  if (settings(instruction, dockerfile).length !== 1) return [];
  return [
    {
      level: 'suggestion',
      title: `Remove \`${setting.name}\` from the image`,
      edits: [removeInstruction(text, instruction)],
    },
  ];
}

/** Replaces the argument by a secret mount of the RUN that uses it (Dockerfile reference, `RUN --mount=type=secret`). */
function secretMount(
  text: string,
  dockerfile: Dockerfile,
  argument: Instruction,
  consumer: Instruction,
  name: string,
): readonly Fix[] {
  // With several users, or several arguments in one instruction, the author decides.
  const users = dockerfile.syntax.instructions.filter((instruction) => mentions(instruction, name));
  if (argument.words.length !== 1 || users.length !== 1) return [];
  const at = consumer.keywordRange.end;
  const mount = ` --mount=type=secret,id=${name.toLowerCase()},env=${name}`;
  return [
    {
      level: 'suggestion',
      title: 'Mount the secret for the step that needs it',
      edits: [removeInstruction(text, argument), { at: { start: at, end: at }, text: mount }],
    },
  ];
}
