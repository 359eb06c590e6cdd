/** Exit codes of every command (rules.md §7.5). */
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

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The caller did something wrong: its message is printed as it is, without a stack, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
