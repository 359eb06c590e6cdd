import { extensions, type LogOutputChannel } from 'vscode';
import type { Middleware } from 'vscode-languageclient';
import { isConfiguration } from './documents/lintable';

/** Extensions that people have beside this one, and what they do that we then leave to them. */
const NEIGHBOURS = {
  yaml: ['redhat.vscode-yaml'],
  terraform: ['hashicorp.terraform', 'opentofu.vscode-opentofu'],
  docker: ['docker.docker', 'ms-azuretools.vscode-docker', 'ms-azuretools.vscode-containers'],
} as const;

/** The neighbours that are installed and enabled. */
export function findNeighbours(): readonly (keyof typeof NEIGHBOURS)[] {
  const names = Object.keys(NEIGHBOURS) as (keyof typeof NEIGHBOURS)[];
  return names.filter((name) => NEIGHBOURS[name].some((id) => extensions.getExtension(id) !== undefined));
}

/** Says in the log what is left to others. */
export function logNeighbours(log: LogOutputChannel): void {
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
