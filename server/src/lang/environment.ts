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
  '.example',
  '.examples',
  'sample',
  'samples',
  'docs',
  'doc',
  'dev-docs',
  'demo',
  'demos',
  'tutorial',
  'tutorials',
  'workshop',
  'workshops',
  'quickstart',
  'quickstarts',
  'getting-started',
  'hello-world',
  'prototype',
  'prototypes',
  '.devcontainer',
  '.gitpod',
  '.tilt',
  '.vscode',
  'dev',
  'development',
  'sandbox',
  'kind',
  'minikube',
  'e2e',
]);

/** `e2e_upgrade`, `integration-tests`, `web-example`: one word of the folder's name tells what it is for. */
const FOLDER_NAME = /^e2e[-_]|[-_](e2e|tests|testdata|fixtures|examples?|samples|demos?)$/;

/** What chart-testing installs a chart with (`ct install`: "ci/*-values.yaml"). */
const CHART_TEST = /(^|-)values\.ya?ml$/;

/**
 * Classifies a file by its path alone; production unless the path says otherwise.
 *
 * @param path relative to the workspace folder, slashes or backslashes: a checkout under `/home/me/dev` says nothing
 */
export function environmentOf(path: string): Environment {
  const segments = path.toLowerCase().replaceAll('\\', '/').split('/');
  const name = segments.pop() ?? '';
  if (segments.some((segment) => FOLDERS.has(segment) || FOLDER_NAME.test(segment))) return 'development';
  if (segments.at(-1) === 'ci' && CHART_TEST.test(name)) return 'development';
  return isDevelopmentName(name) ? 'development' : 'production';
}

/** `app.dev.yaml`, `values-dev.yaml`, `Dockerfile.dev`, `Dockerfile.tilt`, `dev.tfvars`, `compose.test.yml`, `docker-compose.override.yml`. */
function isDevelopmentName(name: string): boolean {
  if (/override.*\.ya?ml$/.test(name)) return true;
  if (/(?:^|[-_.])(?:dev|development|devcontainer|gitpod|sandbox)(?:[-_.]|$)/.test(name)) return true;
  // `local.tf` holds local values, and a `test` in other names may be what the file is about.
  const isContainerFile = /dockerfile|containerfile|compose/.test(name);
  return (
    isContainerFile &&
    /[-_.](?:local|tests?|e2e|ci|tilt|debug)(?:[-_.]|$)|^(?:local|tests?|e2e|ci|tilt|debug)[-_.]/.test(name)
  );
}
