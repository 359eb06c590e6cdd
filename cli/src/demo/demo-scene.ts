/** One thing that the demo does: what it changes, the command that a user would type, and what it shows afterwards. */
export interface DemoStep {
  readonly title: string;
  readonly text: string;
  prepare(): void;
  /** Words behind `immutable-infra`. */
  readonly command: readonly string[];
  /** The exit code that the command must have. */
  readonly expect: number;
  /** What can be seen from outside now. */
  after(): Promise<string>;
}

/** A temporary workspace that everything of a demo runs in. */
export interface DemoScene {
  readonly workspace: string;
  /** Variables that its tools need. */
  readonly environment: Readonly<Record<string, string>>;
  readonly steps: readonly DemoStep[];
  /** Ends everything that it started. */
  end(): Promise<void>;
}
