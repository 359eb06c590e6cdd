import type {
  CommandLine,
  ContainerRun,
  EnvironmentConfig,
  EnvironmentValue,
  GuardConfig,
  HealthCheck,
  ImageConfig,
  Milliseconds,
  Pipeline,
  RouteConfig,
} from './types';
import type {
  WrittenContainers,
  WrittenEnvironment,
  WrittenHealth,
  WrittenImage,
  WrittenPipeline,
  WrittenTerraform,
  WrittenTiming,
} from './written';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What stateful resources have in common: nothing brings their data back (release-engine.md §5). */
const NEVER_DESTROY = [
  'aws_db_*',
  'aws_rds_*',
  'aws_dynamodb_table.*',
  'aws_s3_bucket.*',
  'aws_ebs_volume.*',
  'aws_efs_file_system.*',
  'aws_kms_key.*',
  'google_sql_*',
  'google_storage_bucket.*',
  'google_compute_disk.*',
  'azurerm_*_database*',
  'azurerm_*_server.*',
  'azurerm_managed_disk.*',
  'azurerm_storage_account.*',
  'azurerm_key_vault*',
];

/** The pipeline behind a file whose shape and meaning are checked, with every default filled in. */
export function buildPipeline(written: WrittenPipeline): Pipeline {
  const gates = written.gates;
  return {
    app: written.app,
    images: mapOf(written.images ?? {}, buildImage),
    environments: mapOf(written.environments ?? {}, buildEnvironment),
    gates: {
      lint: gates?.lint === false ? 'off' : (gates?.lint ?? 'error'),
      cleanGit: gates?.cleanGit ?? 'protected',
      tests: (gates?.tests ?? []).map((test) => ({
        command: commandOf(test.argv),
        timeout: milliseconds(test.timeout, 10 * MINUTE),
      })),
      allowOverride: gates?.allowOverride ?? false,
    },
    ledger:
      written.ledger?.backend === 'git'
        ? { backend: 'git', remote: written.ledger.remote ?? 'origin' }
        : { backend: 'local' },
  };
}

/** `30s` in milliseconds. */
export function milliseconds(text: string | undefined, otherwise: Milliseconds): Milliseconds {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(text ?? '') ?? [];
  if (count === undefined) return otherwise;
  const units: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: 60 * MINUTE };
  return Number(count) * (units[unit ?? ''] ?? 1);
}

function buildImage(name: string, written: WrittenImage): ImageConfig {
  return {
    name,
    bake: buildBake(written),
    inputs: written.inputs,
    tests: (written.test ?? []).map((test) => ({
      command: commandOf(test.run?.argv ?? test.argv ?? []),
      inImage: test.run !== undefined,
      timeout: milliseconds(test.timeout, 5 * MINUTE),
    })),
    keep: written.keep ?? 5,
  };
}

function buildBake({ packer, container }: WrittenImage): ImageConfig['bake'] {
  if (packer) {
    return {
      kind: 'packer',
      template: packer.template,
      only: packer.only ?? [],
      variables: packer.vars ?? {},
      variableFiles: packer.varFiles ?? [],
      artifact: packer.artifact ?? { kind: 'other' },
      timeout: milliseconds(packer.timeout, 60 * MINUTE),
    };
  }
  return {
    kind: 'container',
    dockerfile: container?.dockerfile ?? 'Dockerfile',
    context: container?.context ?? '.',
    builder: container?.builder ?? 'auto',
    platforms: container?.platforms ?? [],
    repository: container?.repository ?? '',
    tag: container?.tag ?? 'rel-${release.id}',
    aliases: container?.alias ?? [],
    buildArguments: container?.args ?? {},
    target: container?.target,
    insecureRegistry: container?.insecureRegistry ?? false,
    timeout: milliseconds(container?.timeout, 30 * MINUTE),
  };
}

function buildEnvironment(name: string, written: WrittenEnvironment): EnvironmentConfig {
  const isProtected = written.protected ?? false;
  const soak = milliseconds(written.soak, 0);
  const after = written.retire?.after;
  const target = buildTarget(written);
  return {
    name,
    protected: isProtected,
    promoteFrom: written.promoteFrom && {
      environment: written.promoteFrom.environment,
      minSoak: milliseconds(written.promoteFrom.minSoak, 0),
    },
    branches: written.branches ?? [],
    target,
    pin: written.pin ?? {},
    health: (written.health ?? []).flatMap(buildHealth),
    route: buildRoute(written),
    soak,
    retire: {
      // Nothing automatic happens to a protected environment.
      mode: isProtected ? 'confirm' : (written.retire?.mode ?? 'confirm'),
      after: after === undefined || after === 'soak' ? soak : milliseconds(after, soak),
    },
    rollback: {
      mode: written.rollback?.mode ?? (target.kind === 'terraform' ? 'image' : 'full'),
      auto: !isProtected && written.rollback?.auto === 'on-health-failure',
      keep: written.rollback?.keep ?? 5,
    },
  };
}

function buildTarget({ target }: WrittenEnvironment): EnvironmentConfig['target'] {
  if (target.terraform) return buildTerraform(target.terraform);
  if (target.containers) return buildContainers(target.containers);
  return {
    kind: 'kubernetes',
    context: target.kubernetes?.context ?? '',
    namespace: target.kubernetes?.namespace ?? '',
  };
}

function buildTerraform(written: WrittenTerraform): EnvironmentConfig['target'] {
  const { blueGreen, refresh } = written;
  return {
    kind: 'terraform',
    tool: written.tool ?? 'auto',
    directory: written.dir,
    workspace: written.workspace,
    variableFiles: written.varFiles ?? [],
    set: written.set ?? {},
    readImage: written.read?.image,
    guard: buildGuard(written),
    blueGreen: blueGreen && { active: blueGreen.active, image: blueGreen.image, idle: blueGreen.idle ?? 'keep' },
    refresh: refresh && {
      group: refresh.asg,
      minHealthy: refresh.minHealthy ?? 90,
      timeout: milliseconds(refresh.timeout, 30 * MINUTE),
    },
  };
}

function buildGuard({ guard }: WrittenTerraform): GuardConfig {
  return {
    deploy: guard?.deploy?.allow ?? guard?.allow,
    route: guard?.route?.allow ?? guard?.allow,
    retire: guard?.retire?.allow ?? guard?.allow,
    neverDestroy: [...NEVER_DESTROY, ...(guard?.neverDestroy ?? [])],
  };
}

function buildContainers(written: WrittenContainers): EnvironmentConfig['target'] {
  return {
    kind: 'containers',
    engine: written.engine ?? 'auto',
    runtime: written.runtime,
    run: written.run.map((run): ContainerRun => ({
      name: run.name,
      image: run.image,
      arguments: run.args ?? [],
      slots: new Map(Object.entries(run.slots)),
      environment: Object.fromEntries(Object.entries(run.env ?? {}).map(([name, value]) => [name, valueOf(value)])),
    })),
  };
}

function valueOf(value: NonNullable<WrittenContainers['run'][number]['env']>[string]): EnvironmentValue {
  if (typeof value === 'string') return { value };
  if (value.fromEnv !== undefined) return { fromEnv: value.fromEnv };
  return { fromCommand: commandOf(value.fromCommand ?? []) };
}

function buildHealth(written: WrittenHealth): HealthCheck[] {
  const { http, tcp, command } = written;
  if (http?.url !== undefined) {
    const { url, status = 200, identity, insecure = false } = http;
    return [{ kind: 'http', url, status, identity, insecure, ...timingOf(http) }];
  }
  if (tcp) return [{ kind: 'tcp', host: tcp.host, port: String(tcp.port), ...timingOf(tcp) }];
  if (command) return [{ kind: 'command', command: commandOf(command.argv), ...timingOf(command) }];
  // Checks of Kubernetes, which a later version runs.
  return [];
}

function timingOf(written: WrittenTiming): { every: Milliseconds; consecutive: number; timeout: Milliseconds } {
  return {
    every: milliseconds(written.every, SECOND),
    consecutive: written.consecutive ?? 1,
    timeout: milliseconds(written.timeout, MINUTE),
  };
}

function buildRoute({ route }: WrittenEnvironment): RouteConfig | undefined {
  if (route?.file) {
    const { path, content, reload } = route.file;
    return { kind: 'file', path, content, reload: reload && commandOf(reload.argv) };
  }
  return route?.terraform ? { kind: 'terraform' } : undefined;
}

function commandOf(words: readonly string[]): CommandLine {
  const [program = '', ...rest] = words;
  return [program, ...rest];
}

function mapOf<Written, Built>(
  written: Readonly<Record<string, Written>>,
  build: (name: string, value: Written) => Built,
): Map<string, Built> {
  return new Map(Object.entries(written).map(([name, value]) => [name, build(name, value)]));
}
