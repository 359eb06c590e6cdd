/** `immutable.yaml` as it is written, once its shape is checked: the types follow pipeline.schema.json. */
export interface WrittenPipeline {
  readonly app: string;
  readonly images?: Readonly<Record<string, WrittenImage>>;
  readonly environments?: Readonly<Record<string, WrittenEnvironment>>;
  readonly gates?: {
    readonly lint?: 'error' | 'warning' | 'off' | false;
    readonly cleanGit?: 'protected' | 'always' | 'never';
    readonly tests?: readonly WrittenCommand[];
    readonly allowOverride?: boolean;
  };
  readonly ledger?: { readonly backend: 'local' | 'git'; readonly remote?: string };
}

export interface WrittenCommand {
  readonly argv: readonly string[];
  readonly timeout?: string;
}

export interface WrittenImage {
  readonly packer?: {
    readonly template: string;
    readonly only?: readonly string[];
    readonly vars?: Readonly<Record<string, string>>;
    readonly varFiles?: readonly string[];
    readonly artifact?: { readonly kind: 'ami' | 'files' | 'container' | 'other'; readonly region?: string };
    readonly timeout?: string;
  };
  readonly container?: {
    readonly dockerfile?: string;
    readonly context?: string;
    readonly builder?: 'auto' | 'docker' | 'podman' | 'buildah';
    readonly platforms?: readonly string[];
    readonly repository: string;
    readonly tag?: string;
    readonly alias?: readonly string[];
    readonly args?: Readonly<Record<string, string>>;
    readonly target?: string;
    readonly insecureRegistry?: boolean;
    readonly timeout?: string;
  };
  readonly inputs?: readonly string[];
  readonly test?: readonly {
    readonly run?: { readonly argv: readonly string[] };
    readonly argv?: readonly string[];
    readonly timeout?: string;
  }[];
  readonly keep?: number;
}

export interface WrittenEnvironment {
  readonly protected?: boolean;
  readonly promoteFrom?: { readonly environment: string; readonly minSoak?: string };
  readonly branches?: readonly string[];
  readonly target: {
    readonly terraform?: WrittenTerraform;
    readonly containers?: WrittenContainers;
    readonly kubernetes?: { readonly context: string; readonly namespace: string };
  };
  readonly pin?: Readonly<Record<string, string>>;
  readonly health?: readonly WrittenHealth[];
  readonly route?: {
    readonly file?: {
      readonly path: string;
      readonly content: string;
      readonly reload?: { readonly argv: readonly string[] };
    };
    readonly terraform?: object;
    readonly kubernetesService?: object;
  };
  readonly soak?: string;
  readonly retire?: { readonly mode?: 'auto' | 'confirm'; readonly after?: string };
  readonly rollback?: {
    readonly mode?: 'image' | 'full';
    readonly auto?: false | 'on-health-failure';
    readonly keep?: number;
  };
}

export interface WrittenTerraform {
  readonly tool?: 'auto' | 'terraform' | 'tofu';
  readonly dir: string;
  readonly workspace?: string;
  readonly varFiles?: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
  readonly read?: { readonly image?: { readonly output: string } };
  readonly guard?: {
    readonly allow?: readonly string[];
    readonly neverDestroy?: readonly string[];
    readonly deploy?: { readonly allow: readonly string[] };
    readonly route?: { readonly allow: readonly string[] };
    readonly retire?: { readonly allow: readonly string[] };
  };
  readonly blueGreen?: {
    readonly active: { readonly variable: string; readonly output: string; readonly values: readonly [string, string] };
    readonly image: { readonly variable: string; readonly output: string };
    readonly idle?: 'keep' | 'scale-to-zero' | 'destroy';
  };
  readonly refresh?: { readonly asg: string; readonly minHealthy?: number; readonly timeout?: string };
}

export interface WrittenContainers {
  readonly engine?: 'auto' | 'docker' | 'podman';
  readonly runtime?: string;
  readonly run: readonly {
    readonly name: string;
    readonly image: string;
    readonly args?: readonly string[];
    readonly slots: Readonly<Record<string, { readonly publish: readonly string[] }>>;
    readonly env?: Readonly<
      Record<string, string | { readonly fromEnv?: string; readonly fromCommand?: readonly string[] }>
    >;
  }[];
}

export interface WrittenHealth {
  readonly http?: {
    readonly url?: string;
    readonly status?: number;
    readonly identity?:
      | 'none'
      | { readonly header: string; readonly equals: string }
      | { readonly json: string; readonly equals: string };
    readonly insecure?: boolean;
  } & WrittenTiming;
  readonly tcp?: { readonly host: string; readonly port: string | number } & WrittenTiming;
  readonly command?: { readonly argv: readonly string[] } & WrittenTiming;
  readonly rollout?: { readonly timeout?: string };
}

export interface WrittenTiming {
  readonly every?: string;
  readonly consecutive?: number;
  readonly timeout?: string;
}
