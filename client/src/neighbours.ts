import { Disposable, extensions, workspace, type LogOutputChannel } from 'vscode';
import type { Middleware } from 'vscode-languageclient';
import { configNeighbours, type ConfigNeighbours } from '../../server/src/lsp/protocol';
import { isConfiguration } from './documents/lintable';
import type { ServerLifecycle } from './server/lifecycle';

/** Extensions that people have beside this one, and what they do that we then leave to them. */
const NEIGHBOURS = {
  yaml: ['redhat.vscode-yaml'],
  terraform: ['hashicorp.terraform', 'opentofu.vscode-opentofu'],
  docker: ['docker.docker', 'ms-azuretools.vscode-docker', 'ms-azuretools.vscode-containers'],
} as const;

/** It comes with the editor, and can be disabled like any other. */
const JSON_EXTENSION = 'vscode.json-language-features';

/** The neighbours that are installed and enabled. */
export function findNeighbours(): readonly (keyof typeof NEIGHBOURS)[] {
  const names = Object.keys(NEIGHBOURS) as (keyof typeof NEIGHBOURS)[];
  return names.filter((name) => NEIGHBOURS[name].some((id) => extensions.getExtension(id) !== undefined));
}

/** Which of our configuration files others check by our schema; not when the user turned their checks off. */
export function findConfigNeighbours(): ConfigNeighbours {
  const checks = (setting: string): boolean => workspace.getConfiguration().get<unknown>(setting) !== false;
  return {
    yamlSchema: findNeighbours().includes('yaml') && checks('yaml.validate'),
    jsonSchema: extensions.getExtension(JSON_EXTENSION) !== undefined && checks('json.validate.enable'),
  };
}

/** Tells the server when such a neighbour comes or goes: extensions do without a reload. */
export function followNeighbours(server: ServerLifecycle, log: LogOutputChannel): Disposable {
  let known = '';
  const look = (): void => {
    const client = server.running;
    const found = findConfigNeighbours();
    const text = JSON.stringify(found);
    if (!client || text === known) return;
    known = text;
    void client.sendNotification(configNeighbours.method, found);
  };
  return Disposable.from(
    server.onDidStart(() => {
      // The server was told at its start.
      known = JSON.stringify(findConfigNeighbours());
      logNeighbours(log);
    }),
    extensions.onDidChange(look),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('yaml.validate') || event.affectsConfiguration('json.validate.enable')) look();
    }),
  );
}

/** Says in the log what is left to others. */
function logNeighbours(log: LogOutputChannel): void {
  const found = findNeighbours();
  if (found.length > 0)
    log.info(`Beside extensions for ${found.join(', ')}: their completions and syntax errors are theirs.`);
}

/**
 * Keeps away what a neighbour does already: an extension for YAML completes `immutable.yaml` from our schema. Asked
 * each time, because extensions come and go without a reload.
 */
export function neighbourMiddleware(): Middleware {
  return {
    provideCompletionItem: (document, position, context, token, next) =>
      isConfiguration(document.uri.path) && findNeighbours().includes('yaml')
        ? undefined
        : next(document, position, context, token),
  };
}
