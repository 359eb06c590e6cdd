import { RunStoppedError, type RunContext, type ToolAnswer } from '../run/context';
import type { ResolvedTool } from './resolve-tool';

/**
 * Asks a tool, and tells in the run's own words when it gives no answer at all.
 *
 * @throws RunStoppedError `failed`, or `cancelled` when the run is
 */
export async function askTool(
  context: RunContext,
  tool: ResolvedTool,
  words: readonly string[],
  cwd?: string,
): Promise<ToolAnswer> {
  try {
    return await context.ask({ tool, words, cwd });
  } catch (error) {
    context.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new RunStoppedError('failed', `\`${tool.name} ${words[0] ?? ''}\` gave no answer: ${why}.`);
  }
}

/** True when a tool is there and answers this question. Many are installed where their service does not run. */
export async function worksWith(name: string, words: readonly string[], context: RunContext): Promise<boolean> {
  try {
    return (await askTool(context, context.tool(name), words)).code === 0;
  } catch (error) {
    if (error instanceof RunStoppedError && error.kind !== 'cancelled') return false;
    throw error;
  }
}
