import type { Milliseconds } from '../config/types';

/** How a tool is asked to stop (release-engine.md §3.8, §3.11; the signals were measured, finding 4). */
export interface CancelPolicy {
  /**
   * Sent once, to the whole process group: packer ignores a signal to its pid, and terraform leaves its children.
   * Undefined where the system has no such signal: the run then stops when the tool has ended by itself.
   */
  readonly signal: 'SIGINT' | 'SIGTERM' | undefined;
  /** How long it may take to clean up. */
  readonly grace: Milliseconds;
  /**
   * What follows the grace. A person must ask for the kill of a tool that is changing something: terraform may lose
   * its state, packer leaves machines behind.
   */
  readonly then: 'kill' | 'ask';
}

const MINUTE = 60_000;

const POLICIES: Readonly<Record<string, CancelPolicy>> = {
  packer: { signal: 'SIGINT', grace: 10 * MINUTE, then: 'ask' },
  terraform: { signal: 'SIGINT', grace: 30 * MINUTE, then: 'ask' },
  tofu: { signal: 'SIGINT', grace: 30 * MINUTE, then: 'ask' },
  docker: { signal: 'SIGTERM', grace: MINUTE / 2, then: 'kill' },
  podman: { signal: 'SIGTERM', grace: MINUTE / 2, then: 'kill' },
  buildah: { signal: 'SIGTERM', grace: MINUTE / 2, then: 'kill' },
  kubectl: { signal: 'SIGTERM', grace: 10_000, then: 'kill' },
  aws: { signal: 'SIGTERM', grace: 10_000, then: 'kill' },
};

const COMMAND_OF_USER: CancelPolicy = { signal: 'SIGTERM', grace: 15_000, then: 'kill' };

/**
 * How a tool is asked to stop. On Windows every signal of Node ends the process at once (nodejs.org, process.kill), so
 * none is sent there, and only a person may end a tool (release-engine.md §3.11).
 *
 * @param tool name of the program without its directory, `packer`
 */
export function cancelPolicyOf(tool: string, platform: NodeJS.Platform = process.platform): CancelPolicy {
  if (platform === 'win32') return { signal: undefined, grace: 0, then: 'ask' };
  return POLICIES[tool] ?? COMMAND_OF_USER;
}
