import type { BuiltImage } from '../workspace-index';
import type { Dockerfile } from './analyse';
import type { Stage } from './stage';

/** Stages that are built for people or pipelines, by their usual names. */
const DEVELOPMENT_STAGE =
  /(^|[-_.])(dev|devel|development|debug|test|tests|testing|lint|ci|builder?|devcontainer)([-_.]|$)/i;

/** True for a stage that is named as one for people or pipelines. */
export function isDevelopmentStage(stage: Stage): boolean {
  return DEVELOPMENT_STAGE.test(stage.name ?? '');
}

/** A stage whose image is used, and the builds of the workspace that make it. */
export interface BuiltStage {
  readonly stage: Stage;
  readonly builds: readonly BuiltImage[];
}

/**
 * The last stage, and those that a build of the workspace names as its target (pitfall P26).
 *
 * @param builds all builds of the Dockerfile
 */
export function builtStages(dockerfile: Dockerfile, builds: readonly BuiltImage[]): BuiltStage[] {
  return dockerfile.stages.flatMap((stage) => {
    const isLast = dockerfile.finalStages.includes(stage);
    const own = builds.filter(({ target }) =>
      target === undefined ? isLast : target.toLowerCase() === (stage.name?.toLowerCase() ?? String(stage.index)),
    );
    if (!isLast && (own.length === 0 || isDevelopmentStage(stage))) return [];
    return [{ stage, builds: own }];
  });
}
