import type { ScriptUse } from '../facts';
import type { Project } from '../project';
import { joinPath } from '../../core/paths';

/** Names of what is made for one pull request or test and destroyed after it. */
const EPHEMERAL =
  /preview|ephemeral|pull[-_. ]?request|review[-_ ]?app|sandbox|tear[-_ ]?down|clean[-_ ]?up|(^|[^a-z])(pr|e2e|integration|tests?|terratest)([^a-z]|$)/i;

/**
 * True when the job is about an environment that lives as long as a pull request or a test.
 *
 * @param path the linted file, which tells for a script of its own
 */
export function isEphemeral(script: ScriptUse, path = ''): boolean {
  if (script.owner.type !== 'workflow')
    return /(^|\/)(test|tests|e2e)(\/|$)|tear[-_]?down|clean[-_]?up/i.test(script.path ?? path);
  const { workflow, job, step } = script.owner;
  const names = [workflow?.name, job?.id, job?.name, job?.environment, step.name, step.id];
  if (names.some((name) => name !== undefined && EPHEMERAL.test(name))) return true;
  const triggers = workflow?.triggers ?? [];
  return triggers.length > 0 && triggers.every((trigger) => trigger.startsWith('pull_request'));
}

/**
 * True when the configuration that the command applies uses HCP Terraform (`cloud {}`) or the `remote` backend, where runs
 * and their plans live on the server and `-out` is restricted (pitfall P23). The directory is the step's, else the root.
 */
export function usesRemoteRuns(script: ScriptUse, project: Project, file: { readonly directory: string }): boolean {
  const directories = new Set<string>();
  if (script.owner.type === 'workflow') {
    const directory = script.owner.step.workingDirectory?.text;
    directories.add((directory === undefined ? '' : joinPath('', directory)) ?? '');
  } else directories.add(file.directory);
  for (const command of script.shell.commands) {
    for (const word of command.words) {
      const changed =
        /^-chdir=(.+)$/.exec(word.text)?.[1] ??
        (command.name === 'cd' && word !== command.words[0] ? word.text : undefined);
      const joined = changed === undefined ? undefined : joinPath('', changed);
      if (joined !== undefined) directories.add(joined);
    }
  }
  return [...directories].some((directory) => {
    const names = project.list(directory);
    if (!names?.some((name) => /\.(tf|tofu)(\.json)?$/.test(name))) return false;
    const module = project.terraformModule(directory === '' ? 'main.tf' : `${directory}/main.tf`);
    return module.settings.some(
      (settings) =>
        settings.has('cloud') !== 'no' || settings.blocks('backend').some((backend) => backend.labels[0] === 'remote'),
    );
  });
}
