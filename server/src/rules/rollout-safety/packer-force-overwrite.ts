import type { Fix, TextEdit } from '../../core/finding';
import { hasFlag, positionals } from '../../lang/shell/words';
import { isEphemeral } from '../../model/commands/terraform-runs';
import type { ConfigAttribute } from '../../model/config-block';
import { removeAttribute } from '../../model/edits/hcl';
import { removeWord } from '../../model/edits/shell';
import { joinRemovals } from '../../model/edits/removals';
import { defineRule, type CommandUse } from '../../model/facts';
import { buildsLocally, imageNameOf, nameBehaviour } from '../../model/packer/image-names';
import type { PackerSource } from '../../model/packer/types';
import { joinPath } from '../../core/paths';
import type { Project } from '../../model/project';
import { literalPlace } from '../../model/terraform/literals';
import { booleanIn, every } from '../../model/values/value';

/** Arguments that delete the image of the same name, and those that delete its disks with it. */
const FORCE: readonly (readonly [builder: RegExp, image: string, disks: string])[] = [
  [/^amazon-(ebs|ebssurrogate|chroot|instance)$/, 'force_deregister', 'force_delete_snapshot'],
  [/^alicloud-ecs$/, 'image_force_delete', 'image_force_delete_snapshots'],
];

/** packer(1): options of `build` that take a value write it with `=`; these may also stand apart. */
const VALUES: ReadonlySet<string> = new Set(['-var', '-var-file', '-only', '-except', '--var', '--var-file']);

export default defineRule({
  meta: {
    id: 'rollout-safety/packer-force-overwrite',
    severity: 'error',
    languages: ['packer', 'packer-json', 'workflow', 'shell'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A build must keep the images before it',
    peers: [],
    messages: {
      force:
        'Remove `{argument}` and give each image a name of its own. This deletes the previous image of the same name: there is nothing to roll back to, and groups that still launch it cannot start a server.',
      snapshots:
        'Remove `{argument}`. It deletes the disks of the previous image, so that nobody can bring the image back for a rollback.',
      fixedName:
        'Add the time or a version to `{argument}`. With the name `{name}` the second build fails or has to delete the first image, and then there is nothing to roll back to.',
      command:
        'Remove `-force` and give each image a name of its own. `packer build -force` deletes the previous image of the same name: there is nothing to roll back to.',
    },
  },
  create: (context) => ({
    'packer.source': (source) => {
      const anchor = `source.${source.builder}.${source.name}`;
      const name = imageNameOf(source);
      const behaviour = name ? nameBehaviour(name) : 'unknown';
      const arguments_ = FORCE.find(([builder]) => builder.test(source.builder));
      const force = arguments_ && isTrue(source.block.attribute(arguments_[1]));
      const disks = arguments_ && isTrue(source.block.attribute(arguments_[2]));
      if (force) {
        context.report({
          at: literalPlace(force),
          anchor: `${anchor}/${force.name}`,
          message: 'force',
          data: { argument: force.name },
          fixes: withoutForce(force, disks, name, behaviour),
        });
        if (disks) {
          context.report({
            at: literalPlace(disks),
            anchor: `${anchor}/${disks.name}`,
            message: 'snapshots',
            data: { argument: disks.name },
            fixes: removal('suggestion', `Remove \`${disks.name}\``, removeAttribute(disks)),
          });
        }
        return;
      }
      if (!name || behaviour !== 'fixed' || publishesVersions(source)) return;
      // `%s`: the template is itself the input of a program that fills it in.
      if (/%[sdv]/.test(shown(name))) return;
      context.report({
        at: literalPlace(name),
        anchor: `${anchor}/${name.name}`,
        message: 'fixedName',
        data: { argument: name.name, name: shown(name) },
        severity: 'warning',
        fixes: removal('suggestion', 'Add the time to the name', withTime(name)),
      });
    },
    command: (use) => {
      const { command, script, phase, anchor } = use;
      if (command.name !== 'packer' || (phase !== 'pipeline' && phase !== 'script' && phase !== 'local')) return;
      if (positionals(command, VALUES)[0]?.text !== 'build') return;
      const flag = command.words.find((word) => /^--?force(=true)?$/.test(word.text));
      if (!flag || !hasFlag(command, '-force', '--force') || isEphemeral(script)) return;
      if (buildsLocalImages(use, context.project, context.file.directory)) return;
      const edit = removeWord(script.shell, flag);
      context.report({
        at: flag.at,
        anchor: `${anchor}/force`,
        message: 'command',
        fixes: edit ? removal('suggestion', 'Remove `-force`', [edit]) : [],
      });
    },
  }),
});

/** The argument when it is known to be true. */
function isTrue(attribute: ConfigAttribute | undefined): ConfigAttribute | undefined {
  return attribute && every(attribute.value, (option) => booleanIn(option) === true) ? attribute : undefined;
}

/** An Azure gallery keeps versions of its own: the managed image is only a step on the way. */
function publishesVersions(source: PackerSource): boolean {
  return source.block.has('shared_image_gallery_destination') !== 'no';
}

function shown(name: ConfigAttribute): string {
  const { value } = name;
  return value.type === 'text' ? value.text.text : name.name;
}

/**
 * Without the arguments nothing is deleted. That changes nothing but the deletion when each build has a name of its own;
 * with a fixed name the next build would fail, so the name gets the time as well.
 */
function withoutForce(
  force: ConfigAttribute,
  disks: ConfigAttribute | undefined,
  name: ConfigAttribute | undefined,
  behaviour: 'fixed' | 'unique' | 'unknown',
): readonly Fix[] {
  const renamed = name && behaviour === 'fixed' ? withTime(name) : [];
  const removed = disks ? [...removeAttribute(force), ...removeAttribute(disks)] : removeAttribute(force);
  if (behaviour === 'fixed' && renamed.length === 0) return [];
  const title = renamed.length > 0 ? 'Add the time to the name and keep the images before' : `Remove \`${force.name}\``;
  return removal(behaviour === 'unique' ? 'safe' : 'suggestion', title, joinRemovals([...removed, ...renamed]));
}

function removal(level: 'safe' | 'suggestion', title: string, edits: readonly TextEdit[]): readonly Fix[] {
  return edits.length > 0 ? [{ level, title, edits }] : [];
}

/** Adds the time of the build at the end of a name that is written as a string. */
function withTime(name: ConfigAttribute): readonly TextEdit[] {
  const { expression, file, path } = name;
  const { end } = expression.range;
  if (expression.type !== 'template' || expression.form !== 'quoted' || file.text[end - 1] !== '"') return [];
  const time = file.form === 'json' ? '-{{timestamp}}' : '-${formatdate("YYYYMMDDhhmmss", timestamp())}';
  return [{ at: { start: end - 1, end: end - 1, path }, text: time }];
}

/** True when the template that the command builds is known and makes files or containers of this machine only. */
function buildsLocalImages(use: CommandUse, project: Project, directory: string): boolean {
  const { owner } = use.script;
  const words = positionals(use.command, VALUES);
  const target = words.at(-1);
  if (!target?.complete || words.length < 2) return false;
  const start =
    owner.type === 'workflow' ? joinPath('', owner.step.workingDirectory?.text ?? '') : joinPath(directory, '');
  const path = start === undefined ? undefined : joinPath(start, target.text);
  if (path === undefined) return false;
  const isFile = /\.(hcl|json)$/.test(path);
  return buildsLocally(project.packerTemplate(isFile ? path : path === '' ? 'x.pkr.hcl' : `${path}/x.pkr.hcl`).sources);
}
