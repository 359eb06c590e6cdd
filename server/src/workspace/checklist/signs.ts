import { get, items, stringOf } from '../../lang/data/tree';
import type { ComposeFile } from '../../model/compose';
import type { ConfigBlock } from '../../model/config-block';
import type { Dockerfile } from '../../model/dockerfile';
import type { ImageUse } from '../../model/facts';
import type { HelmImage } from '../../model/helm';
import { configReferences, type KubernetesFile } from '../../model/kubernetes';
import type { PackerBuild } from '../../model/packer/types';
import type { SourceFile } from '../../model/source-file';
import type { TerraformContainer } from '../../model/terraform/containers';
import type { TerraformResource } from '../../model/terraform/types';
import { alternatives, booleanIn, entryOf, every, textOf } from '../../model/values/value';
import type { Workflow } from '../../model/workflow';
import { isValidDigest } from '../../model/image-reference';
import type { Linter } from '../linter';
import type { SeenSign, Sign } from './facts';

/** Signs of one kind beyond these add nothing. */
const ENOUGH = 3;

const FACTS: ReadonlySet<string> = new Set([
  'image',
  'dockerfile',
  'kubernetes',
  'compose',
  'workflow',
  'helm.image',
  'packer.build',
  'terraform.resource',
  'terraform.container',
  'terraform.settings',
]);

/** What a text shows that counts for the checklist; empty for a file that we do not read. */
export function signsOf(path: string, text: string, linter: Linter): readonly SeenSign[] {
  const source = linter.source(path, text);
  if (!source) return [];
  const seen = new SignList(source);
  const handlers: Readonly<Record<string, (value: never) => void>> = {
    image: (use: ImageUse) => addImage(use, seen),
    dockerfile: (dockerfile: Dockerfile) => addDockerfile(dockerfile, seen),
    kubernetes: (manifest: KubernetesFile) => addManifest(manifest, seen),
    compose: (compose: ComposeFile) => addCompose(compose, seen),
    workflow: (workflow: Workflow) => addWorkflow(workflow, seen),
    'helm.image': (image: HelmImage) => addHelmImage(image, seen),
    'packer.build': (build: PackerBuild) => addPackerBuild(build, seen),
    'terraform.resource': (resource: TerraformResource) => addResource(resource, seen),
    'terraform.container': (container: TerraformContainer) => addTerraformContainer(container, seen),
    'terraform.settings': (settings: ConfigBlock) => addSettings(settings, seen),
  };
  linter.facts(path, text, FACTS, (fact, value) => handlers[fact]?.(value as never));
  return seen.all;
}

class SignList {
  readonly all: SeenSign[] = [];

  constructor(readonly source: SourceFile) {}

  add(sign: Sign, offset: number, what: string): void {
    if (this.all.filter((seen) => seen.sign === sign).length >= ENOUGH) return;
    this.all.push({ sign, line: this.source.lines.position(offset).line, what });
  }
}

function addImage(use: ImageUse, seen: SignList): void {
  if (!use.shipped || use.builtHere) return;
  for (const { reference } of use.options) {
    const isPinned = reference.digest !== undefined && isValidDigest(reference.digest);
    if (use.at.path !== undefined && use.at.path !== seen.source.path) continue;
    seen.add(isPinned ? 'pinned-image' : 'unpinned-image', use.at.start, use.anchor);
  }
}

function addDockerfile({ finalStages }: Dockerfile, seen: SignList): void {
  for (const stage of finalStages) {
    seen.add('container-image', stage.fromInstruction.range.start, stage.name ?? 'Dockerfile');
    const check = stage.instructions.find(({ keyword }) => keyword === 'HEALTHCHECK');
    if (check) seen.add('health-check', check.range.start, 'HEALTHCHECK');
  }
}

/** Programs that collect what containers print. */
const COLLECTORS =
  /(^|\/)(fluent-?bit|fluentd|vector|promtail|alloy|filebeat|logstash|otel\/|opentelemetry-collector|datadog\/agent|cloudwatch-agent|aws-for-fluent-bit)/;

function addManifest({ objects, workloads, configs }: KubernetesFile, seen: SignList): void {
  for (const object of objects) {
    const { start } = object.node.range;
    const what = `${object.kind}/${object.name?.text.text ?? ''}`;
    if (object.group === 'skaffold' || object.kind === 'Kustomization') continue;
    seen.add('declared', start, what);
    if (object.kind === 'PersistentVolumeClaim') seen.add('store', start, what);
    if (/^(ExternalSecret|SealedSecret|SecretProviderClass)$/.test(object.kind)) seen.add('configuration', start, what);
  }
  for (const { object, immutable } of configs) {
    if (immutable?.value === true) seen.add('configuration', object.node.range.start, object.name?.text.text ?? '');
  }
  for (const workload of workloads) {
    const { kind, object, containers, podSpec } = workload;
    const { start } = object.node.range;
    const what = `${kind}/${object.name?.text.text ?? ''}`;
    seen.add('container', start, what);
    if (kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet') seen.add('rollout', start, what);
    const isClaimed = get(object.node, 'spec', 'volumeClaimTemplates') ?? claimOf(podSpec);
    if (isClaimed) seen.add('store', start, what);
    if (configReferences(workload).length > 0) seen.add('configuration', start, what);
    for (const container of containers) {
      const { readinessProbe, livenessProbe } = container.probes;
      const probe = readinessProbe ?? livenessProbe;
      if (probe) seen.add('health-check', probe.range.start, `${what}/${container.name ?? ''}`);
      const image = stringOf(container.image);
      if (image !== undefined && COLLECTORS.test(image)) seen.add('log-shipping', container.node.range.start, what);
    }
  }
}

function claimOf(podSpec: Parameters<typeof get>[0]): ReturnType<typeof get> {
  return items(get(podSpec, 'volumes'))
    .map((volume) => get(volume, 'persistentVolumeClaim'))
    .find((claim) => claim !== undefined);
}

/** Logging drivers that send what is printed to another place. Source: Docker documentation, "Configure logging drivers". */
const SHIPPING_DRIVERS =
  /^(awslogs|gcplogs|fluentd|gelf|splunk|syslog|journald|etwlogs|loki|grafana\/loki-docker-driver.*)$/;

function addCompose({ services }: ComposeFile, seen: SignList): void {
  for (const service of services) {
    const { start } = service.entry.range;
    seen.add('container', start, service.name);
    seen.add('declared', start, service.name);
    if (service.environment.length > 0 || get(service.node, 'env_file') || get(service.node, 'secrets'))
      seen.add('configuration', start, service.name);
    if (service.healthcheck && !service.healthcheck.disabled)
      seen.add('health-check', service.healthcheck.entry.range.start, service.name);
    const driver = stringOf(service.loggingDriver);
    if (driver !== undefined && SHIPPING_DRIVERS.test(driver))
      seen.add('log-shipping', start, `${service.name}: ${driver}`);
  }
}

/** Actions and commands that build images. */
const BUILDS =
  /\b(docker|podman|nerdctl)\s+(buildx\s+)?(image\s+)?(build|bake)\b|\bbuildah\s+(bud|build)\b|\bpacker\s+build\b|\b(skaffold|ko|werf|pack)\s+build\b|\bkaniko\b|\bimmutable-infra\s+(bake|deploy)\b/;
const BUILD_ACTIONS =
  /^(docker\/(build-push|bake)-action|redhat-actions\/buildah-build|hashicorp\/packer-github-actions)@/;

/** Programs that look at a finished image. */
const TESTS =
  /\b(container-structure-test|goss|dgoss|kgoss|inspec|cinc-auditor|testinfra|serverspec|bats|docker\s+run|podman\s+run)\b/;

function addWorkflow({ jobs }: Workflow, seen: SignList): void {
  for (const job of jobs) {
    let builds = false;
    for (const step of job.steps) {
      const run = step.run?.text ?? '';
      const what = `${job.id}: ${step.name ?? step.uses?.text.replace(/@.*/, '') ?? 'run'}`;
      if (BUILD_ACTIONS.test(step.uses?.text ?? '') || BUILDS.test(run)) {
        builds = true;
        seen.add('pipeline-build', step.node.range.start, what);
      }
      // A program that runs before anything is built tests something else.
      if (builds && TESTS.test(run)) seen.add('image-test', step.node.range.start, what);
    }
  }
}

function addHelmImage(image: HelmImage, seen: SignList): void {
  const { start } = image.node.range;
  seen.add('container', start, image.path.join('.'));
  seen.add('declared', start, image.path.join('.'));
}

function addPackerBuild({ block, sources, provisioners }: PackerBuild, seen: SignList): void {
  const isContainer =
    sources.length > 0 && sources.every(({ builder }) => builder === 'docker' || builder === 'podman');
  const { start } = block.header;
  seen.add(isContainer ? 'container-image' : 'machine-image', start, 'build');
  for (const { type, block: step } of provisioners) {
    const words = ['script', 'scripts', 'inline'].flatMap((name) => textsIn(step, name));
    const isTest =
      /^(goss|inspec|testinfra)$/.test(type) ||
      words.some((word) => /\b(tests?|verify|goss|inspec|bats)\b/i.test(word));
    if (isTest && step.path === seen.source.path) seen.add('image-test', step.header.start, `provisioner ${type}`);
  }
}

const MACHINES =
  /^(aws_(instance|launch_template|launch_configuration|spot_instance_request)|google_compute_instance(_template)?|google_compute_region_instance_template|azurerm_(linux_|windows_)?virtual_machine(_scale_set)?|azurerm_orchestrated_virtual_machine_scale_set|openstack_compute_instance_v2|hcloud_server|digitalocean_droplet)$/;
const STORES =
  /^(aws_(db_instance|rds_cluster|s3_bucket|elasticache_\w+|dynamodb_table|efs_file_system|docdb_cluster|neptune_cluster|opensearch_domain|mq_broker|msk_cluster|sqs_queue)|google_(sql_database_instance|storage_bucket|redis_instance|bigtable_instance|spanner_instance|filestore_instance)|azurerm_(\w+_server|\w+_flexible_server|storage_account|redis_cache|cosmosdb_account)|digitalocean_database_cluster|kubernetes_persistent_volume_claim(_v1)?)$/;
const LOGS =
  /^(aws_cloudwatch_log_group|aws_cloudwatch_log_subscription_filter|aws_kinesis_firehose_delivery_stream|google_logging_\w+|azurerm_(log_analytics_workspace|monitor_diagnostic_setting)|datadog_logs_\w+)$/;
const CONFIGURATION =
  /^(aws_(ssm_parameter|secretsmanager_secret|appconfig_\w+)|google_(secret_manager_secret|runtimeconfig_\w+)|azurerm_(key_vault|app_configuration)(_\w+)?|vault_\w+|kubernetes_(config_map|secret)(_v1)?)$/;

function addResource({ type, address, block, header, file }: TerraformResource, seen: SignList): void {
  if (file.path !== seen.source.path) return;
  const add = (sign: Sign): void => seen.add(sign, header.start, address);
  add('declared');
  if (MACHINES.test(type)) add('machine');
  if (STORES.test(type)) add('store');
  if (LOGS.test(type)) add('log-shipping');
  if (CONFIGURATION.test(type)) add('configuration');
  if (type === 'aws_lb_target_group' && block.block('health_check')) add('health-check');
  const refresh = type === 'aws_autoscaling_group' ? block.block('instance_refresh') : undefined;
  if (refresh) add('rollout');
  if (isTrue(refresh?.block('preferences'), 'auto_rollback')) add('automatic-rollback');
  const breaker = type === 'aws_ecs_service' ? block.block('deployment_circuit_breaker') : undefined;
  if (type === 'aws_ecs_service') add('rollout');
  if (isTrue(breaker, 'rollback')) add('automatic-rollback');
}

function addTerraformContainer({ resource, definition, anchor, block }: TerraformContainer, seen: SignList): void {
  if (resource.file.path !== seen.source.path) return;
  const add = (sign: Sign): void => seen.add(sign, resource.header.start, anchor);
  add('container');
  if (definition && entryOf(definition, 'logConfiguration')) add('log-shipping');
  if (definition && entryOf(definition, 'healthCheck')) add('health-check');
  const hasSettings = definition
    ? (entryOf(definition, 'environment') ?? entryOf(definition, 'secrets'))
    : block?.block('env');
  if (hasSettings) add('configuration');
}

function addSettings(settings: ConfigBlock, seen: SignList): void {
  const backend = settings.blocks('backend').find(({ labels }) => labels[0] !== 'local');
  const found = backend ?? settings.block('cloud');
  if (found && found.path === seen.source.path)
    seen.add('remote-state', found.header.start, `backend ${found.labels[0] ?? 'cloud'}`);
}

function isTrue(block: ConfigBlock | undefined, name: string): boolean {
  const value = block?.value(name);
  return value !== undefined && every(value, (option) => booleanIn(option) === true);
}

function textsIn(block: ConfigBlock, name: string): readonly string[] {
  const value = block.value(name);
  if (!value) return [];
  return alternatives(value).flatMap((option) => {
    const items = option.type === 'list' ? option.items : [option];
    return items.flatMap((item) => textOf(item) ?? []);
  });
}
