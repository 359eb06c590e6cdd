import type { Fix } from '../../core/finding';
import type { ShellWord } from '../../lang/shell/ast';
import type { CommandUse } from '../facts';
import { parseImageReference } from '../image-reference';
import type { Project } from '../project';

/**
 * A suggestion that sets the image in the kustomization of the workspace in place of `kubectl set image`. Only when exactly one
 * kustomization names each of the images, and the step runs at the root of the repository: its path is then known.
 *
 * @param text the linted file
 */
export function setInGit({ command, script }: CommandUse, project: Project, text: string): readonly Fix[] {
  const { owner } = script;
  const isSet = (command.name === 'kubectl' || command.name === 'oc') && command.words.some((w) => w.text === 'image');
  if (!isSet || owner.type !== 'workflow' || owner.step.workingDirectory || command.at.path !== undefined) return [];
  const pairs = command.words.filter((word) => /^[\w.*-]+=/.test(word.text));
  const images = pairs.map((word) => inKustomization(word, project, text));
  const directories = new Set(images.map((image) => image?.directory));
  const [directory] = directories;
  if (directories.size !== 1 || directory === undefined || command.assignments.length > 0) return [];
  const set = `kustomize edit set image ${images.map((image) => image?.argument).join(' ')}`;
  const inDirectory = directory === '' ? set : `(cd ${directory} && ${set})`;
  const { start, end } = command.at;
  return [
    {
      level: 'suggestion',
      title: 'Set the image in the kustomization and commit it',
      edits: [
        {
          at: { start, end },
          text: `${inDirectory} && git commit --all --message=${owner.job?.id ?? 'deploy'} && git push`,
        },
      ],
    },
  ];
}

/** `web=registry.example.com/web:$TAG` as kustomize wants it, and the directory of the kustomization that has the image. */
function inKustomization(
  word: ShellWord,
  project: Project,
  text: string,
): { readonly directory: string; readonly argument: string } | undefined {
  const equals = word.text.indexOf('=');
  const reference = parseImageReference(word.text.slice(equals + 1));
  if (!reference || reference.repository.includes('\uE000') || reference.text === reference.name) return undefined;
  const found = (project.index?.images(reference.repository) ?? []).filter(({ site }) => site === 'kustomize');
  const paths = [...new Set(found.map(({ at }) => at.path))];
  const path = paths.length === 1 ? paths[0] : undefined;
  // An entry that renames the image has another name, by which it must be set.
  const entry = /^\s*(?:- )?\s*name:\s*["']?([^\s"'#]+)["']?\s*$/gm;
  const names = path === undefined ? [] : [...(project.read(path) ?? '').matchAll(entry)].map((match) => match[1]);
  if (path === undefined || !names.includes(reference.name)) return undefined;
  const written = text.slice(word.at.start, word.at.end);
  const name = written.indexOf('=');
  const quote = /^["']/.exec(written)?.[0] ?? '';
  return {
    directory: path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '',
    argument: `${quote}${reference.name}=${written.slice(name + 1)}`,
  };
}
