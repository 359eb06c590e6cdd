import type { Fix } from '../../core/finding';
import type { ShellCommand } from '../../lang/shell/ast';
import { mutationOf } from '../commands/mutations';
import type { CommandUse } from '../facts';
import type { PackerBuild } from '../packer/types';
import type { Project } from '../project';
import type { SourceFile } from '../source-file';
import { textOf } from '../values/value';
import { insertBlock } from './hcl';

/**
 * Moves a line of a boot script into the one Packer build of the workspace, as a `shell` provisioner at its end. Offered when
 * the line holds nothing but commands that bring software, in the linted file as it is.
 */
export function moveToPacker({ command, script }: CommandUse, file: SourceFile, project: Project): readonly Fix[] {
  const [path, other] = project.index?.bakingFiles ?? [];
  if (path === undefined || other !== undefined) return [];
  const [build, second] = project.packerTemplate(path).builds;
  if (!build || second || build.block.path !== path) return [];
  const { source, commands } = script.shell;
  const start = source.text.lastIndexOf('\n', command.range.start - 1) + 1;
  const newline = source.text.indexOf('\n', command.range.start);
  const end = newline < 0 ? source.text.length : newline;
  const moved = commands.filter(({ range }) => range.start >= start && range.start < end);
  const [first] = moved;
  const last = moved.at(-1);
  if (!first || !last || !moved.every((each) => mutationOf(each, script.shell) && isPlain(each))) return [];
  const range = { start: first.range.start, end: last.range.end };
  const at = range.end <= end && source.isVerbatim(range) ? source.sourceOf(range) : undefined;
  if (!at || (at.path ?? file.path) !== file.path) return [];
  const lineStart = file.text.lastIndexOf('\n', at.start - 1) + 1;
  const rest = /^[ \t]*(\r?\n|$)/.exec(file.text.slice(at.end));
  if (!rest || file.text.slice(lineStart, at.start).trim() !== '') return [];
  const inline = moved.map((each) => quoted(asRoot(each, source.text.slice(each.range.start, each.range.end), build)));
  const added = insertBlock(build.block, ['provisioner "shell" {', `  inline = [${inline.join(', ')}]`, '}']);
  if (added.length === 0) return [];
  const removed = { at: { start: lineStart, end: at.end + rest[0].length }, text: '' };
  return [{ level: 'suggestion', title: `Move it into the image: \`${path}\``, edits: [removed, ...added] }];
}

/** Runs whatever happened before it, and hands nothing to another command. */
function isPlain(command: ShellCommand): boolean {
  return (
    !command.conditional &&
    command.inFunction === undefined &&
    !command.inSubstitution &&
    command.pipeline.length === 1 &&
    command.redirects.length === 0 &&
    !command.background &&
    command.joinedBy !== '||'
  );
}

/** Boot scripts run as root; Packer logs in as the image's user, except in a container. */
function asRoot(command: ShellCommand, text: string, build: PackerBuild): string {
  const root = build.sources.some(
    ({ builder, block }) => builder === 'docker' || textOf(block.value('ssh_username')) === 'root',
  );
  return root || command.wrappers.includes('sudo') ? text : `sudo ${text}`;
}

function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/([$%])\{/g, '$1$1{');
  return `"${escaped}"`;
}
