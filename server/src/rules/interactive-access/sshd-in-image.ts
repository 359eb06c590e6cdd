import type { Fix } from '../../core/finding';
import { stringOf, get } from '../../lang/data/tree';
import { containerAnchor, objectAnchor } from '../../model/collect/kubernetes';
import {
  holdsSshPort,
  isSshServerPackage,
  isTransferPort,
  servesSsh,
  sshServer,
} from '../../model/commands/ssh-server';
import { startedByImage } from '../../model/dockerfile/entrypoint-files';
import { scriptNames } from '../../model/commands/script-names';
import { removeWord as removeInstructionWord } from '../../model/edits/dockerfile';
import { removeWord } from '../../model/edits/shell';
import { defineRule, type CommandUse, type RuleContext } from '../../model/facts';
import { selects, type KubernetesFile, type KubernetesService, type Workload } from '../../model/kubernetes';

export default defineRule({
  meta: {
    id: 'interactive-access/sshd-in-image',
    severity: 'error',
    languages: ['dockerfile', 'compose', 'kubernetes', 'packer', 'packer-json', 'cloud-init', 'shell'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'An image must not bring an SSH server',
    peers: ['trivy DS-0004', 'checkov CKV_DOCKER_1', 'kube-linter ssh-port'],
    messages: {
      server:
        'Remove `{what}`: with an SSH server people log in and change what must only be replaced. Use logs, `kubectl debug` or `docker exec` for one look, and a new image for the change.',
      instance:
        'Remove `{what}`: it puts an SSH server on each instance, and people log in and change what must only be replaced. Use logs, or audited sessions (SSM, IAP).',
      outside:
        'Remove port 22: this Service lets people outside the cluster log in to pods that must only be replaced. Use logs, or `kubectl debug` for one look.',
      port: 'Remove port 22: it is there to log in, and what people change by hand is lost with the container. Use logs, `kubectl debug` or `docker exec` for one look.',
    },
  },
  create: (context) => ({
    dockerfile: (dockerfile) => {
      const shipped = new Set(dockerfile.finalStages.flatMap((stage) => dockerfile.reachable(stage).layers));
      for (const stage of dockerfile.stages) {
        if (!shipped.has(stage)) continue;
        const names = [context.file.path, stage.base.text, stage.name, ...builtNames(context)];
        const severity = servesSsh(...names) ? 'info' : 'error';
        for (const instruction of stage.instructions) {
          for (const { content } of instruction.heredocs) {
            const program = /^[ \t]*\[program:(sshd?|dropbear)\]/m.exec(content.text);
            if (!program) continue;
            const start = program.index + program[0].indexOf('[');
            context.report({
              at: content.sourceOf({ start, end: program.index + program[0].length }) ?? instruction.range,
              anchor: `stage.${stage.name ?? stage.index}/${instruction.keyword}/supervisor`,
              message: 'server',
              data: { what: program[0].trim() },
              severity,
            });
          }
          if (instruction.keyword !== 'EXPOSE') continue;
          instruction.words.forEach((word, index) => {
            if (!holdsSshPort(word.text)) return;
            const edit = removeInstructionWord(context.file.text, instruction, index);
            // A range has other ports too.
            const single = !word.text.includes('-') && edit;
            context.report({
              at: word.sourceOf() ?? instruction.range,
              anchor: `stage.${stage.name ?? stage.index}/EXPOSE`,
              message: 'port',
              severity,
              // Where SSH is the purpose, a person must decide.
              fixes: single
                ? [
                    {
                      level: severity === 'info' ? 'suggestion' : 'safe',
                      title: `Remove \`${word.text}\``,
                      edits: [edit],
                    },
                  ]
                : [],
            });
          });
        }
      }
    },
    command: (use) => {
      const { command, script, phase, anchor } = use;
      const { owner } = script;
      const isEntrypoint = owner.type === 'shell' && startedByImage(context.file, context.project);
      if (phase !== 'bake' && phase !== 'boot' && phase !== 'start' && !isEntrypoint) return;
      const found = sshServer(command, script.shell);
      // While an image is baked, running the server is a test of it.
      if (!found || (found.type === 'run' && phase === 'bake')) return;
      if (owner.type === 'dockerfile') {
        const { dockerfile, stage } = owner;
        if (!dockerfile.finalStages.some((final) => dockerfile.reachable(final).layers.includes(stage))) return;
      }
      const onInstance = phase === 'boot' || owner.type === 'packer';
      // Packer itself may need the host keys that it makes; the distribution's own server stays (entry's non-trigger).
      if (onInstance && found.type === 'prepare') return;
      const what = found.type === 'install' ? found.word.text : shown(use);
      const purpose = servesSsh(context.file.path, ...scriptNames(owner), ...builtNames(context));
      context.report({
        at: found.type === 'install' ? found.word.at : command.at,
        anchor,
        message: onInstance ? 'instance' : 'server',
        data: { what },
        severity: purpose ? 'info' : onInstance ? 'warning' : 'error',
        fixes: found.type === 'install' ? packageFix(use) : [],
      });
    },
    'boot-data': ({ cloudInit, anchor, place, resource }) => {
      for (const name of cloudInit.packages) {
        if (!isSshServerPackage(name.text.text)) continue;
        context.report({
          at: place(name.range),
          anchor: `${anchor}/packages`,
          message: 'instance',
          data: { what: name.text.text },
          severity: servesSsh(context.file.path, resource?.name) ? 'info' : 'warning',
        });
      }
    },
    'compose.service': (service) => {
      const severity = servesSsh(service.name, service.image?.text) ? 'info' : 'error';
      const ports = service.ports
        .filter(({ target, protocol }) => protocol === 'tcp' && holdsSshPort(target?.text ?? ''))
        .map((port) => port.node);
      const exposed = service.expose.filter((port) => holdsSshPort(port.text.text));
      for (const node of [...ports, ...exposed]) {
        context.report({ at: node.range, anchor: `service.${service.name}/ports`, message: 'port', severity });
      }
    },
    kubernetes: (manifest) => {
      for (const workload of manifest.workloads) {
        workload.containers.forEach((container, index) => {
          for (const { containerPort, name, protocol } of container.ports) {
            if (containerPort?.value !== 22 || protocol !== 'TCP') continue;
            const names = [workload.object.name?.text.text, container.name, container.image?.text.text];
            const purpose = servesSsh(...names) || isTransferPort(name);
            context.report({
              at: containerPort.range,
              anchor: `${containerAnchor(workload, container, index)}/ports`,
              message: 'port',
              severity: purpose ? 'info' : 'error',
            });
          }
        });
      }
      for (const service of manifest.services) {
        // Without a selector it leads to something outside the cluster.
        if (!get(service.object.node, 'spec', 'selector')) continue;
        const purpose = servesSsh(...namesBehind(service, manifest, context));
        const outside = /^(LoadBalancer|NodePort)$/.test(stringOf(service.type) ?? '');
        for (const { node, port, targetPort } of service.ports) {
          const found = targetPort?.value === 22 ? targetPort : port?.value === 22 ? port : undefined;
          if (!found || (stringOf(get(node, 'protocol')) ?? 'TCP') !== 'TCP') continue;
          context.report({
            at: found.range,
            anchor: `${objectAnchor(service.object)}/ports`,
            message: outside ? 'outside' : 'port',
            severity: purpose || isTransferPort(stringOf(get(node, 'name'))) ? 'info' : 'error',
          });
        }
      }
    },
  }),
});

/** Names under which the workspace builds the linted Dockerfile. */
function builtNames({ file, project }: RuleContext): readonly string[] {
  return (project.index?.buildsOf(file.path) ?? []).map(({ name }) => name);
}

/** What the Service and the pods behind it are called, in this file and in the others, and the images of the pods. */
function namesBehind(
  service: KubernetesService,
  { workloads }: KubernetesFile,
  { project }: RuleContext,
): readonly (string | undefined)[] {
  const near = workloads.filter((workload) => selects(service, workload));
  const wanted = [...(service.selector ?? [])];
  const namespace = service.object.namespace?.text.text;
  const far = project.index?.workloadsSelectedBy(new Map(wanted), namespace) ?? [];
  return [
    service.object.name?.text.text,
    ...wanted.map(([, value]) => value),
    ...near.flatMap(namesOfWorkload),
    ...far.map(({ name }) => name),
  ];
}

function namesOfWorkload({ object, containers }: Workload): readonly (string | undefined)[] {
  return [object.name?.text.text, ...containers.map(({ image }) => image?.text.text)];
}

function shown({ command }: CommandUse): string {
  const words = command.words.slice(1, 3).map((word) => word.text.replace(/\uE000+/g, '…'));
  return [command.name, ...words].join(' ').slice(0, 60);
}

/** Takes the package out of a list of several, where nothing else in the script needs it. */
function packageFix({ command, script }: CommandUse): readonly Fix[] {
  const found = sshServer(command, script.shell);
  if (!found) return [];
  const packages = command.words.slice(2).filter((word) => !word.text.startsWith('-'));
  const needed = script.shell.commands.some(
    (other) =>
      other !== command &&
      (sshServer(other, script.shell) || /sshd|ssh-keygen/.test(other.words.map((word) => word.text).join(' '))),
  );
  const edit = packages.length > 1 && !needed ? removeWord(script.shell, found.word) : undefined;
  return edit ? [{ level: 'suggestion', title: `Remove \`${found.word.text}\``, edits: [edit] }] : [];
}
