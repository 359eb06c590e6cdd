/** Exit codes of the commands that read and mend files (rules.md §7.5). */
export const EXIT = {
  /** Nothing at or above the threshold. */
  ok: 0,
  /** Findings at or above the threshold. */
  findings: 1,
  /** The command line, a configuration file or a named path is wrong. */
  usage: 2,
  /** A mistake of ours: a rule threw, a worker died. */
  internal: 3,
} as const;

/**
 * Exit codes of the commands that deliver (release-engine.md §3.17). There 2 and 3 say something of the world, so a wrong
 * command line and a mistake of ours have the numbers that BSD gave them (sysexits.h).
 */
export const DELIVERY_EXIT = {
  ok: 0,
  /** Changes or drift are there. */
  changes: 2,
  refused: 3,
  approvalNeeded: 4,
  locked: 5,
  failed: 6,
  partial: 7,
  rolledBack: 8,
  stuck: 9,
  /** The command line, the pipeline or a name is wrong. */
  usage: 64,
  /** A mistake of ours. */
  internal: 70,
  cancelled: 130,
} as const;

export type DeliveryExit = (typeof DELIVERY_EXIT)[keyof typeof DELIVERY_EXIT];

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | DeliveryExit;

/** The caller did something wrong: its message is printed as it is, without a stack, and the exit code is `usage`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
