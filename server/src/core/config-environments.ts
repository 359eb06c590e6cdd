import { globTest } from './config-globs';
import type { Environment } from './environment';

/** Paths of prototypes, tests and examples (rules.md §4.5). */
const DEVELOPMENT = globTest([
  '**/{test,tests,fixtures,examples,example,samples,docs,.devcontainer,dev,sandbox,kind,minikube}/**',
  '**/*.dev.*',
  '**/Dockerfile.dev',
  '**/*override*.y*ml',
  '**/compose.dev*',
]);

/** What a file is for when the configuration does not say: production unless its path says otherwise. */
export function defaultEnvironment(path: string): Environment {
  return DEVELOPMENT(path) ? 'development' : 'production';
}
