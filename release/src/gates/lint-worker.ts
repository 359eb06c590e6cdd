import { Worker } from 'node:worker_threads';

/** A finding as a run keeps it, so that people see it where they look: in the terminal, or on the line in an editor. */
export interface GateFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  /** Relative to the folder of `immutable.yaml`. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What the first fix does; null when there is none. */
  readonly fix: string | null;
}

/** What the linter's thread is given. */
export interface LintGateData {
  readonly immutableInfraGate: { readonly folder: string };
}

export type LintGateAnswer = { readonly findings: readonly GateFinding[] } | { readonly problem: string };

/** Far more than any workspace needs: what runs away must not take the engine with it. */
const MOST_MEGABYTES = 1024;

/**
 * Lints a workspace with our own linter, in this process. It is loaded for this question only, in a thread whose memory
 * is given back: a run may watch a deployment for hours after it.
 *
 * @param bundle path of the bundled command line, which holds the linter
 * @throws the reason of the signal
 */
export async function lintWorkspace(bundle: string, folder: string, signal: AbortSignal): Promise<LintGateAnswer> {
  signal.throwIfAborted();
  const workerData: LintGateData = { immutableInfraGate: { folder } };
  const worker = new Worker(bundle, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    // Nothing of it may be taken for words of the engine.
    stdout: true,
    stderr: true,
  });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const answer = await new Promise<LintGateAnswer>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve({ problem: error.message }));
      worker.once('exit', (code) => resolve({ problem: `it ended with code ${code}` }));
    });
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
