import { ProcessExecution, Uri, type ExtensionContext } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient';
import type { Platform } from './platform';
import { start, type ExtensionApi } from './start';

const platform: Platform = {
  async createClient(extension: Uri, options: LanguageClientOptions) {
    const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
    const module = Uri.joinPath(extension, 'dist', 'server.node.js').fsPath;
    const run = { module, transport: TransportKind.ipc };
    const debug = { ...run, options: { execArgv: ['--nolazy', '--inspect=6009'] } };
    return new LanguageClient('immutableInfra', 'Immutable Infra', { run, debug }, options);
  },
  runCli: (extension, args, directory) =>
    new ProcessExecution(process.execPath, [Uri.joinPath(extension, 'dist', 'cli.js').fsPath, ...args], {
      cwd: directory,
      // On the desktop the editor's own program is Node only when it is told so.
      env: { ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' },
    }),
  // A bundle of its own: most windows never deliver.
  loadRelease: () => import('./release/start'),
};

/** Entry point of the desktop and of remote machines. */
export function activate(context: ExtensionContext): ExtensionApi {
  return start(context, platform);
}
