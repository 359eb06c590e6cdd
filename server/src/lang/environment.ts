import type { Environment } from '../core/environment';

const FOLDERS = new Set([
  'test',
  'tests',
  'testing',
  '__tests__',
  'testdata',
  'test-data',
  'test-fixtures',
  'acctest',
  'fixture',
  'fixtures',
  '__fixtures__',
  'example',
  'examples',
  'sample',
  'samples',
  'docs',
  'doc',
  '.devcontainer',
  'dev',
  'development',
  'sandbox',
  'kind',
  'minikube',
  'e2e',
]);

/**
 * Classifies a file by its path alone; production unless the path says otherwise.
 *
 * @param path relative to the workspace folder, slashes or backslashes: a checkout under `/home/me/dev` says nothing
 */
export function environmentOf(path: string): Environment {
  const segments = path.toLowerCase().replaceAll('\\', '/').split('/');
  const name = segments.pop() ?? '';
  if (segments.some((segment) => FOLDERS.has(segment))) return 'development';
  return isDevelopmentName(name) ? 'development' : 'production';
}

/** `app.dev.yaml`, `values-dev.yaml`, `Dockerfile.dev`, `dev.tfvars`, `compose.test.yml`, `docker-compose.override.yml`. */
function isDevelopmentName(name: string): boolean {
  if (/override.*\.ya?ml$/.test(name)) return true;
  if (/(?:^|[-_.])(?:dev|development|devcontainer|sandbox)(?:[-_.]|$)/.test(name)) return true;
  // `local.tf` holds local values, and a `test` in other names may be what the file is about.
  const isContainerFile = /dockerfile|containerfile|compose/.test(name);
  return isContainerFile && /[-_.](?:local|tests?|e2e|ci)(?:[-_.]|$)|^(?:local|tests?|e2e|ci)[-_.]/.test(name);
}
