import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '../config/types';
import { Registry } from '../registry/registry';
import { fail, ok, type DoctorLine } from './finding';

type Environment = Readonly<Record<string, string | undefined>>;

const LARGEST = 1024 * 1024;

/** Whether the registries of a pipeline answer, and what kind of log-in there is for each. No log-in is read out. */
export async function registryLines(
  pipeline: Pipeline,
  workspace: string,
  own: Environment,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  const lines: DoctorLine[] = [];
  const asked = new Set<string>();
  for (const { bake } of pipeline.images.values()) {
    if (bake.kind !== 'container') continue;
    const host = hostOf(bake.repository);
    if (asked.has(host)) continue;
    asked.add(host);
    const registry = new Registry({ own, workspace, insecure: bake.insecureRegistry ? [host] : [] });
    const problem = await registry.problem(bake.repository, signal);
    const kind = credentialsKind(host, own);
    const what = `registry ${host}`;
    lines.push(
      problem === undefined
        ? ok(what, `answers; ${kind}`)
        : fail(
            what,
            `${problem.replace(/\.$/, '')}; ${kind}`,
            'Start it, look at the network and proxies, or correct `repository`.',
          ),
    );
  }
  return lines;
}

function hostOf(repository: string): string {
  const [first = ''] = repository.split('/');
  return /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}

/** Where a log-in for a registry lies, never what it is. */
function credentialsKind(host: string, own: Environment): string {
  const home = own['HOME'] ?? homedir();
  const files = [
    join(own['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
    ...(own['REGISTRY_AUTH_FILE'] === undefined ? [] : [own['REGISTRY_AUTH_FILE']]),
    ...(own['XDG_RUNTIME_DIR'] === undefined ? [] : [join(own['XDG_RUNTIME_DIR'], 'containers', 'auth.json')]),
  ];
  for (const file of files) {
    const config = readJson(file);
    const helper = memberFor(config['credHelpers'], host);
    if (typeof helper === 'string') return `log-in from the helper docker-credential-${helper} (${file})`;
    if (memberFor(config['auths'], host) !== undefined && config['credsStore'] === undefined)
      return `log-in stored in ${file}`;
    if (typeof config['credsStore'] === 'string')
      return `log-in, if there is one, from the helper docker-credential-${config['credsStore']} (${file})`;
  }
  return 'no log-in is stored';
}

function memberFor(table: unknown, host: string): unknown {
  if (typeof table !== 'object' || table === null) return undefined;
  for (const [key, value] of Object.entries(table)) {
    const named = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
    if (named === host || (host === 'docker.io' && named === 'index.docker.io')) return value;
  }
  return undefined;
}

function readJson(file: string): Readonly<Record<string, unknown>> {
  try {
    if (statSync(file).size > LARGEST) return {};
    const data: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  } catch {
    // Not there, or not what any of the tools writes.
    return {};
  }
}
