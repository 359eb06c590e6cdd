import { PipelineDocument } from './document';
import { PipelineError, type PipelineProblem } from './problem';
import type { Pipeline } from './types';
import { checkMeaning } from './meaning';
import { buildPipeline } from './build';
import type { WrittenPipeline } from './written';
import { checkShape } from './validate';

export interface ReadPipeline {
  /** Undefined when something is wrong. */
  readonly pipeline: Pipeline | undefined;
  readonly problems: readonly PipelineProblem[];
}

/**
 * Reads what `immutable.yaml` says about delivery.
 *
 * @param path as messages name it
 */
export function readPipeline(text: string, path: string): ReadPipeline {
  const document = new PipelineDocument(path, text);
  checkShape(document);
  const written = document.problems.length === 0 ? (document.data as WrittenPipeline) : undefined;
  if (written) checkMeaning(written, document);
  const problems = [...document.problems].sort((a, b) => a.range.start - b.range.start);
  return { pipeline: written && problems.length === 0 ? buildPipeline(written) : undefined, problems };
}

/** @throws PipelineError naming every place that is wrong */
export function requirePipeline(text: string, path: string): Pipeline {
  const { pipeline, problems } = readPipeline(text, path);
  if (!pipeline) throw new PipelineError(problems);
  return pipeline;
}
