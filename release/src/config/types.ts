/** A duration in milliseconds, written `30s`, `5m` or `1h`. */
export type Milliseconds = number;

/** A program and its words. Never a line for a shell. */
export type CommandLine = readonly [string, ...string[]];

/** What `immutable.yaml` says about delivery, checked (release-engine.md §3.3). Paths are relative to its folder. */
export interface Pipeline {
  readonly app: string;
  /** By name. */
  readonly images: ReadonlyMap<string, ImageConfig>;
  /** By name, in the order of the file. */
  readonly environments: ReadonlyMap<string, EnvironmentConfig>;
  readonly gates: GatesConfig;
  readonly ledger: LedgerConfig;
}

/** Where the history is kept: on this machine, or beside it in a Git remote, for a team. */
export type LedgerConfig =
  | { readonly backend: 'local' }
  | {
      readonly backend: 'git';
      /** Name of a remote. */
      readonly remote: string;
    };

export interface ImageConfig {
  readonly name: string;
  readonly bake: PackerBake | ContainerBake;
  /** Globs of the files that the image is made of. Undefined: what the baker finds by itself. */
  readonly inputs: readonly string[] | undefined;
  readonly tests: readonly CommandTest[];
  /** How many healthy releases' images are never offered for deletion. */
  readonly keep: number;
}

export interface PackerBake {
  readonly kind: 'packer';
  /** A file or a folder. */
  readonly template: string;
  readonly only: readonly string[];
  /** Values may hold `${…}`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly variableFiles: readonly string[];
  readonly artifact: { readonly kind: 'ami' | 'files' | 'container' | 'other'; readonly region?: string | undefined };
  readonly timeout: Milliseconds;
}

export interface ContainerBake {
  readonly kind: 'container';
  readonly dockerfile: string;
  readonly context: string;
  readonly builder: 'auto' | 'docker' | 'podman' | 'buildah';
  readonly platforms: readonly string[];
  readonly repository: string;
  /** Unique for each release and never moved; may hold `${…}`. */
  readonly tag: string;
  /** More tags, which move. */
  readonly aliases: readonly string[];
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly target: string | undefined;
  readonly insecureRegistry: boolean;
  readonly timeout: Milliseconds;
}

export interface CommandTest {
  readonly command: CommandLine;
  /** True when the command runs inside the new image rather than beside it. */
  readonly inImage: boolean;
  readonly timeout: Milliseconds;
}

export interface EnvironmentConfig {
  readonly name: string;
  /** Typed confirmations, clean and pushed git, nothing automatic. */
  readonly protected: boolean;
  readonly promoteFrom: { readonly environment: string; readonly minSoak: Milliseconds } | undefined;
  /** Branches that may be deployed; empty means any. */
  readonly branches: readonly string[];
  readonly target: TerraformTargetConfig | ContainersTargetConfig | KubernetesTargetConfig;
  /** What the target must be: compared before every run. `first-use` remembers it. */
  readonly pin: Readonly<Record<string, string>>;
  readonly health: readonly HealthCheck[];
  readonly route: RouteConfig | undefined;
  readonly soak: Milliseconds;
  readonly retire: { readonly mode: 'auto' | 'confirm'; readonly after: Milliseconds };
  readonly rollback: { readonly mode: 'image' | 'full'; readonly auto: boolean; readonly keep: number };
}

export interface TerraformTargetConfig {
  readonly kind: 'terraform';
  /** `auto`: Terraform, or OpenTofu where only that is installed. */
  readonly tool: 'auto' | 'terraform' | 'tofu';
  readonly directory: string;
  readonly workspace: string | undefined;
  readonly variableFiles: readonly string[];
  /** Variables given by the engine; values may hold `${…}`. */
  readonly set: Readonly<Record<string, string>>;
  /** The output that tells which image is live. */
  readonly readImage: { readonly output: string } | undefined;
  readonly guard: GuardConfig;
  readonly blueGreen: TerraformBlueGreen | undefined;
  /** An Auto Scaling group that we refresh ourselves. */
  readonly refresh: { readonly group: string; readonly minHealthy: number; readonly timeout: Milliseconds } | undefined;
}

export interface TerraformBlueGreen {
  readonly active: { readonly variable: string; readonly output: string; readonly values: readonly [string, string] };
  /** A variable and an output of type map(string), colour to image. */
  readonly image: { readonly variable: string; readonly output: string };
  readonly idle: 'keep' | 'scale-to-zero' | 'destroy';
}

/** Resource addresses that a step may change: globs where `*` stands for anything. */
export interface GuardConfig {
  readonly deploy: readonly string[] | undefined;
  readonly route: readonly string[] | undefined;
  readonly retire: readonly string[] | undefined;
  readonly neverDestroy: readonly string[];
}

/** Read and checked; a later version deploys to it. */
export interface KubernetesTargetConfig {
  readonly kind: 'kubernetes';
  readonly context: string;
  readonly namespace: string;
}

export interface ContainersTargetConfig {
  readonly kind: 'containers';
  readonly engine: 'auto' | 'docker' | 'podman';
  readonly runtime: string | undefined;
  readonly run: readonly ContainerRun[];
}

export interface ContainerRun {
  readonly name: string;
  /** Name of an image of this file. */
  readonly image: string;
  readonly arguments: readonly string[];
  readonly slots: ReadonlyMap<string, { readonly publish: readonly string[] }>;
  readonly environment: Readonly<Record<string, EnvironmentValue>>;
}

/** A literal, a variable of our environment, or what a command prints. The last two are secrets. */
export type EnvironmentValue =
  { readonly value: string } | { readonly fromEnv: string } | { readonly fromCommand: CommandLine };

export type HealthCheck = HttpCheck | TcpCheck | CommandCheck;

interface CheckTiming {
  readonly every: Milliseconds;
  /** Successes in a row. */
  readonly consecutive: number;
  /** Of the whole check. */
  readonly timeout: Milliseconds;
}

export interface HttpCheck extends CheckTiming {
  readonly kind: 'http';
  readonly url: string;
  readonly status: number;
  /** How the answer proves that the new image gave it. `none` is a decision: the verdict is then `unchecked`. */
  readonly identity: HttpIdentity | 'none' | undefined;
  readonly insecure: boolean;
}

export type HttpIdentity =
  { readonly header: string; readonly equals: string } | { readonly json: string; readonly equals: string };

export interface TcpCheck extends CheckTiming {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: string;
}

export interface CommandCheck extends CheckTiming {
  readonly kind: 'command';
  readonly command: CommandLine;
}

export type RouteConfig =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly content: string;
      readonly reload: CommandLine | undefined;
    }
  | { readonly kind: 'terraform' };

export interface GatesConfig {
  /** The mildest severity that stops a run. */
  readonly lint: 'error' | 'warning' | 'off';
  readonly cleanGit: 'protected' | 'always' | 'never';
  readonly tests: readonly { readonly command: CommandLine; readonly timeout: Milliseconds }[];
  readonly allowOverride: boolean;
}
