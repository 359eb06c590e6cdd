import type { Fix, Severity } from '../../core/finding';
import { asMap, asScalar, entry, get } from '../../lang/data/tree';
import { containerAnchor } from '../../model/collect/kubernetes';
import { isOneShot, type ComposeFile, type ComposeService } from '../../model/compose';
import { insertAttribute, insertBlock, replaceText } from '../../model/edits/hcl';
import { insertEntry, insertInto } from '../../model/edits/yaml';
import { defineRule, type RuleContext } from '../../model/facts';
import { isDatastoreImage } from '../../model/known-containers';
import { ONE_SHOT, type Container, type KubernetesFile, type Workload } from '../../model/kubernetes';
import { isWhole } from '../../model/kubernetes/completeness';
import { writableDirectory } from '../../model/kubernetes/scratch-volume';
import { isRendered, mayHoldMore } from '../../model/kubernetes/template-holes';
import { kubernetesType, podSpecBlock, type TerraformContainer } from '../../model/terraform/containers';
import { correctLiteral, given, knownTexts, literalPlace } from '../../model/terraform/literals';
import { booleanIn, entryOf, every, textOf } from '../../model/values/value';

export default defineRule({
  meta: {
    id: 'baked-config/read-only-root-fs',
    severity: 'warning',
    languages: ['kubernetes', 'helm', 'compose', 'terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A container must not be able to change what its image ships: the root file system is read-only',
    peers: [
      'trivy KSV-0014',
      'checkov CKV_K8S_22 and CKV_AWS_336',
      'kube-linter no-read-only-root-fs',
      'polaris notReadOnlyRootFilesystem',
      'kics Container Filesystem Not Read-Only',
    ],
    messages: {
      missing:
        'The root file system of `{container}` is writable, so somebody, or a hotfix, can change the running container. Set `{setting}` and give it a volume where it must write.',
      writable:
        '`{setting}` lets somebody, or a hotfix, change the running container. Make the root file system read-only and give it a volume where it must write.',
    },
  },
  create: (context) => ({
    kubernetes: (manifest) => {
      for (const workload of manifest.workloads) {
        if (isWindows(workload)) continue;
        workload.containers.forEach((container, index) =>
          checkContainer(context, manifest, workload, container, index),
        );
      }
    },
    compose: (compose) => {
      if (context.environment === 'development') return;
      for (const service of compose.services) checkService(context, compose, service);
    },
    'terraform.container': (container) => {
      if (container.platform === 'ecs') checkDefinition(context, container);
      else if (container.platform === 'kubernetes') checkBlock(context, container);
    },
  }),
});

type Context = RuleContext<'missing' | 'writable'>;

function isWindows({ podSpec }: Workload): boolean {
  const names = [get(podSpec, 'os', 'name'), get(podSpec, 'nodeSelector', 'kubernetes.io/os')];
  return names.some((name) => asScalar(name)?.value === 'windows');
}

/** Containers that run for a while, and programs whose work is to write, are worth a note only; tests and examples less. */
function severityOf({ environment }: Context, container: Container, workload: Workload): Severity {
  if (environment === 'development') return 'hint';
  if (container.role === 'init' || ONE_SHOT.has(workload.kind)) return 'info';
  return isDatastoreImage(container.image?.text.text) ? 'info' : 'warning';
}

function checkContainer(
  context: Context,
  manifest: KubernetesFile,
  workload: Workload,
  container: Container,
  index: number,
): void {
  if (container.role === 'ephemeral') return;
  const { file } = manifest;
  const anchor = `${containerAnchor(workload, container, index)}/securityContext.readOnlyRootFilesystem`;
  const security = entry(container.node, 'securityContext');
  const securityMap = asMap(security?.value);
  // A privileged agent of the node can write anyway.
  if (asScalar(get(securityMap, 'privileged'))?.value === true && workload.kind === 'DaemonSet') return;
  const severity = severityOf(context, container, workload);
  const setting = entry(securityMap, 'readOnlyRootFilesystem');
  const scalar = asScalar(setting?.value);
  if (scalar?.value === false) {
    context.report({
      at: scalar.range,
      anchor,
      message: 'writable',
      severity,
      data: { setting: 'readOnlyRootFilesystem: false' },
      fixes: [{ level: 'suggestion', title: 'Set it to `true`', edits: [{ at: scalar.range, text: 'true' }] }],
    });
    return;
  }
  if (setting && (scalar?.value !== null || isRendered(file, setting.value))) return;
  if (setting || !isWhole(workload) || !container.image || isPatched(context, workload, container)) return;
  if (security && !securityMap && isRendered(file, security.value)) return;
  if (mayHoldMore(file, container.node) || (securityMap && mayHoldMore(file, securityMap))) return;
  context.report({
    at: entry(container.node, 'name')?.keyRange ?? container.image.range,
    anchor,
    message: 'missing',
    severity,
    data: { container: container.name ?? String(index), setting: 'securityContext.readOnlyRootFilesystem: true' },
    fixes: file.template || file.format === 'json' ? [] : insertions(file.text, workload, container),
  });
}

/** A Kustomize patch elsewhere in the workspace sets it. */
function isPatched(context: Context, workload: Workload, container: Container): boolean {
  const name = workload.object.name?.text.text;
  if (name === undefined || container.name === undefined) return false;
  const { name: own } = container;
  const same = context.project.index?.workloadsNamed(workload.kind, name) ?? [];
  return same.some((other) => other.readOnlyRoots.includes(own));
}

function insertions(text: string, workload: Workload, container: Container): Fix[] {
  const edit = insertInto(text, container.node, 'securityContext', ['readOnlyRootFilesystem: true'], 'image');
  if (!edit) return [];
  const plain: Fix = { level: 'suggestion', title: 'Make the root file system read-only', edits: [edit] };
  const scratch = writableDirectory(text, workload, container, '/tmp', [edit]);
  if (!scratch) return [plain];
  return [plain, { level: 'suggestion', title: 'Make it read-only, with an `emptyDir` at `/tmp`', edits: scratch }];
}

function checkService(context: Context, compose: ComposeFile, service: ComposeService): void {
  if ((!service.image && !service.build) || service.profiles.length > 0) return;
  const { readOnly, node, name } = service;
  const anchor = `service.${name}/read_only`;
  const severity = isDatastoreImage(service.image?.text) || isOneShot(service, compose) ? 'hint' : 'info';
  if (readOnly?.value === false) {
    const edits = [{ at: readOnly.range, text: 'true' }];
    const data = { setting: 'read_only: false' };
    const fixes: Fix[] = [{ level: 'suggestion', title: 'Set it to `true`', edits }];
    context.report({ at: readOnly.range, anchor, message: 'writable', severity, data, fixes });
    return;
  }
  if (readOnly || service.extends) return;
  const fixes: Fix[] = [];
  const add = (title: string, lines: readonly string[]): void => {
    const edit = compose.file.format === 'json' ? undefined : insertEntry(context.file.text, node, lines, 'image');
    if (edit) fixes.push({ level: 'suggestion', title, edits: [edit] });
  };
  add('Make the root file system read-only', ['read_only: true']);
  if (!entry(node, 'tmpfs'))
    add('Make it read-only, with a `tmpfs` at `/tmp`', ['read_only: true', 'tmpfs:', '  - /tmp']);
  context.report({
    at: service.entry.keyRange,
    anchor,
    message: 'missing',
    severity,
    data: { container: name, setting: 'read_only: true' },
    fixes,
  });
}

function severityInTerraform({ environment }: Context, { role, resource, image }: TerraformContainer): Severity {
  if (environment === 'development') return 'hint';
  const type = kubernetesType(resource.type);
  if (role === 'init' || type === 'kubernetes_job' || type === 'kubernetes_cron_job') return 'info';
  const names = knownTexts(image);
  return names.length > 0 && names.every(isDatastoreImage) ? 'info' : 'warning';
}

function checkDefinition(context: Context, container: TerraformContainer): void {
  const { definition, resource, anchor } = container;
  if (!definition) return;
  const platform = resource.block.block('runtime_platform');
  const system = platform?.value('operating_system_family');
  if (resource.block.has('runtime_platform') === 'maybe' || (system && !textOf(system)?.startsWith('LINUX'))) return;
  const setting = entryOf(definition, 'readonlyRootFilesystem');
  const report = {
    anchor: `${anchor}/readonlyRootFilesystem`,
    severity: severityInTerraform(context, container),
  } as const;
  if (setting === undefined || setting.type === 'null') {
    const data = { container: container.name ?? 'the container', setting: 'readonlyRootFilesystem = true' };
    context.report({ ...report, at: container.at, message: 'missing', data });
    return;
  }
  if (!every(setting, (option) => booleanIn(option) === false)) return;
  const literal = setting.type === 'boolean' ? setting.origin : undefined;
  context.report({
    ...report,
    at: literal ?? container.at,
    message: 'writable',
    data: { setting: 'readonlyRootFilesystem = false' },
    fixes: literal ? [{ level: 'suggestion', title: 'Set it to `true`', edits: [replaceText(literal, 'true')] }] : [],
  });
}

function checkBlock(context: Context, container: TerraformContainer): void {
  const { block, resource, anchor } = container;
  if (!block) return;
  const selector = podSpecBlock(resource)?.value('node_selector');
  if (textOf(entryOf(selector, 'kubernetes.io/os')) === 'windows') return;
  const presence = block.has('security_context');
  if (presence === 'maybe') return;
  const security = block.block('security_context');
  const privileged = security && booleanIn(security.value('privileged')) === true;
  if (privileged && /^kubernetes_daemon_?set$/.test(kubernetesType(resource.type))) return;
  const setting = security && given(security, 'read_only_root_filesystem');
  const report = {
    anchor: `${anchor}/security_context.read_only_root_filesystem`,
    severity: severityInTerraform(context, container),
  } as const;
  if (setting) {
    if (!every(setting.value, (option) => booleanIn(option) === false)) return;
    const fix: Fix = { ...correctLiteral(setting, 'true', 'Set it to `true`'), level: 'suggestion' };
    const data = { setting: 'read_only_root_filesystem = false' };
    context.report({ ...report, at: literalPlace(setting), message: 'writable', data, fixes: [fix] });
    return;
  }
  const edits = security
    ? insertAttribute(security, 'read_only_root_filesystem', 'true')
    : insertBlock(block, ['security_context {', '  read_only_root_filesystem = true', '}']);
  context.report({
    ...report,
    at: block.header,
    message: 'missing',
    data: {
      container: container.name ?? 'the container',
      setting: 'security_context.read_only_root_filesystem = true',
    },
    fixes: edits.length > 0 ? [{ level: 'suggestion', title: 'Make the root file system read-only', edits }] : [],
  });
}
