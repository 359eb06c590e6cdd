export { analyseDockerfile, type Dockerfile, type Reachable } from './analyse';
export { expandVariables, type VariableLookup } from './expand';
export { scriptOf } from './scripts';
export type { CopySource, Stage } from './stage';
