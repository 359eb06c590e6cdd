import {
  l10n,
  Task,
  TaskGroup,
  TaskRevealKind,
  TaskScope,
  workspace,
  type TaskDefinition,
  type TaskProvider,
  type Uri,
  type WorkspaceFolder,
} from 'vscode';
import type { Platform } from '../platform';

export const TASK_TYPE = 'immutable-infra';

/** A task of ours in `tasks.json`. */
interface LintTaskDefinition extends TaskDefinition {
  readonly args?: unknown;
}

/** *Lint Workspace* as a task: the command line on a folder, its findings in the Problems panel. */
export class LintTasks implements TaskProvider {
  constructor(
    private readonly extension: Uri,
    private readonly runCli: NonNullable<Platform['runCli']>,
  ) {}

  provideTasks(): Task[] {
    return (workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map((folder) => this.task({ type: TASK_TYPE }, folder));
  }

  resolveTask(task: Task): Task | undefined {
    const definition: LintTaskDefinition = task.definition;
    const scope = typeof task.scope === 'object' ? task.scope : workspace.workspaceFolders?.[0];
    return scope && definition.type === TASK_TYPE ? this.task(definition, scope) : undefined;
  }

  private task(definition: LintTaskDefinition, folder: WorkspaceFolder): Task {
    const given = Array.isArray(definition.args) ? definition.args.filter((word) => typeof word === 'string') : [];
    // One finding a line: what the problem matcher reads.
    const args = ['lint', '--format', 'github', '--no-progress', ...given];
    const task = new Task(
      definition,
      folder ?? TaskScope.Workspace,
      l10n.t('Lint Workspace'),
      'immutable',
      this.runCli(this.extension, args, folder.uri.fsPath),
      '$immutable-infra',
    );
    task.group = TaskGroup.Test;
    task.presentationOptions = { reveal: TaskRevealKind.Silent, clear: true };
    return task;
  }
}
