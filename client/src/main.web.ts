import { Uri, type ExtensionContext } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient';
import type { Platform } from './platform';
import { start, type ExtensionApi } from './start';

const platform: Platform = {
  async createClient(extension: Uri, options: LanguageClientOptions) {
    const [{ LanguageClient }, { connectServer }] = await Promise.all([
      import('vscode-languageclient/browser'),
      import('./server/worker'),
    ]);
    const script = Uri.joinPath(extension, 'dist', 'server.web.js');
    return new LanguageClient('immutableInfra', 'Immutable Infra', () => connectServer(script), options);
  },
  // A browser starts no processes.
  runCli: undefined,
  loadRelease: undefined,
};

/** Entry point of browsers. */
export function activate(context: ExtensionContext): ExtensionApi {
  return start(context, platform);
}
