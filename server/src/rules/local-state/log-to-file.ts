import type { MappedText } from '../../core/mapped-text';
import type { Fix } from '../../core/finding';
import { namedValues } from '../../lang/dockerfile/named-values';
import { containerAnchor } from '../../model/collect/kubernetes';
import {
  isLogVariable,
  isRegularFile,
  linkedToStream,
  logFiles,
  serverLogFiles,
  unitLogFiles,
  type LogFile,
} from '../../model/commands/log-files';
import type { Dockerfile, Stage } from '../../model/dockerfile';
import type { ComposeFile, ComposeService } from '../../model/compose';
import { defineRule, type CommandUse } from '../../model/facts';
import { linkFix, streamFor } from '../../model/edits/log-link';
import { isLogShipper } from '../../model/known-containers';
import { terraformContainers, type TerraformContainer } from '../../model/terraform/containers';
import { alternatives, entryOf, textOf, type Value } from '../../model/values/value';

const SHIPPERS = /fluent-?bit|fluentd|filebeat|promtail|vector\b|amazon-cloudwatch-agent|awslogs|otelcol|rsyslog/;

export default defineRule({
  meta: {
    id: 'local-state/log-to-file',
    severity: 'warning',
    languages: ['dockerfile', 'compose', 'kubernetes', 'cloud-init', 'shell', 'terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'Logs must go to standard output, not to a file that dies with the container',
    peers: [],
    messages: {
      container:
        'Write to standard output: the logs in `{path}` are lost when the container is replaced, and they are what explains why it was. Let the platform ship them.',
      instance:
        'Write to standard output or journald: the logs in `{path}` are lost when the instance is replaced, and they are what explains why it was. Ship them from there.',
      trace:
        'The trace of the boot script in `{path}` is lost with the instance. Send it to the console too (`/dev/console`), and ship it.',
      copiedTrace:
        'The trace of the boot script in `{path}` is lost with the instance, and so is what it wrote to the system log. The console keeps only the end of it: ship it.',
    },
  },
  create: (context) => {
    const report = (
      file: LogFile,
      anchor: string,
      message: 'container' | 'instance',
      fixes: readonly Fix[] = [],
    ): void =>
      context.report({ at: file.at, anchor: `${anchor}/${file.path}`, message, data: { path: file.path }, fixes });
    /** A value in this file that stands there as it is becomes the standard stream. */
    const streamFix = (value: MappedText | undefined, path: string, level: 'safe' | 'suggestion'): Fix[] => {
      const at = value?.isVerbatim() ? value.sourceOf() : undefined;
      if (!at || (at.path !== undefined && at.path !== context.file.path)) return [];
      const stream = streamFor(path);
      return [
        { level, title: `Write to \`${stream}\``, edits: [{ at: { start: at.start, end: at.end }, text: stream }] },
      ];
    };
    let compose: ComposeFile | undefined;
    return {
      compose: (file) => {
        compose = file;
      },
      command: (use) => {
        const { command, script, phase, anchor } = use;
        const { shell, owner } = script;
        if (phase === 'boot') {
          if (SHIPPERS.test(shell.source.text)) return;
          for (const redirect of command.redirects) {
            for (const file of redirect.content ? configuredLogFiles(redirect.content) : [])
              report(file, anchor, 'instance');
          }
          for (const file of logFiles(command, shell)) {
            if (file.trace) {
              const data = { path: file.path };
              const message = goesOn(use) ? 'copiedTrace' : 'trace';
              context.report({ at: file.at, anchor, message, data, severity: 'info' });
            } else if (startsService(use)) report(file, anchor, 'instance');
          }
          return;
        }
        if (phase !== 'start' || !isKept(use, compose)) return;
        const links = owner.type === 'dockerfile' ? streams(owner.dockerfile, owner.stage) : [];
        for (const file of logFiles(command, shell)) {
          if (links.includes(file.path)) continue;
          const fixes = file.redirect
            ? dropFix(use, file, context.file.path)
            : streamFix(file.value, file.path, 'safe');
          report(file, anchor, 'container', [...fixes, ...linkOf(use, file, context.file.path)]);
        }
      },
      'boot-data': ({ cloudInit, anchor }) => {
        for (const file of cloudInit.files) {
          if (!file.content || !/\.(service|conf)$/.test(file.path?.text.text ?? '')) continue;
          for (const found of configuredLogFiles(file.content.text)) report(found, anchor, 'instance');
        }
      },
      dockerfile: (dockerfile) => {
        for (const stage of shippedStages(dockerfile)) {
          const anchor = `stage.${stage.name ?? stage.index}`;
          const links = streams(dockerfile, stage);
          for (const instruction of stage.instructions) {
            for (const { content } of instruction.heredocs) {
              for (const file of configuredLogFiles(content)) {
                if (links.includes(file.path)) continue;
                // A unit is for an init system: no link is needed where journald is.
                const link = file.value ? linkFix(dockerfile, stage, instruction, file.path) : [];
                report(file, anchor, 'container', [...streamFix(file.value, file.path, 'safe'), ...link]);
              }
            }
            if (instruction.keyword !== 'ENV') continue;
            for (const { name, value } of namedValues(instruction)) {
              const path = value?.text.replace(/^["']|["']$/g, '') ?? '';
              if (!value || !isLogVariable(name) || !isLogFilePath(path) || links.includes(path)) continue;
              const quoted = value.text.length === path.length ? value : value.slice(1, value.length - 1);
              const at = quoted.sourceOf();
              if (!at) continue;
              const link = /\.\w+$/.test(path) ? linkFix(dockerfile, stage, instruction, path) : [];
              const fixes = [...variableFix(quoted, path), ...link];
              report({ path, at, trace: false }, `${anchor}/ENV.${name}`, 'container', fixes);
            }
          }
        }
      },
      'compose.service': (service) => {
        if (isShippedByService(service, compose)) return;
        for (const { name, value } of service.environment) {
          const at = value?.sourceOf();
          if (!value || !at || !isLogVariable(name) || !isLogFilePath(value.text)) continue;
          const file = { path: value.text, at, trace: false };
          report(file, `service.${service.name}/environment.${name}`, 'container', variableFix(value, value.text));
        }
      },
      'kubernetes.workload': (workload) => {
        if (workload.containers.some((each) => isLogShipper(each.name, each.image?.text.text))) return;
        workload.containers.forEach((container, index) => {
          for (const { name, value } of container.env) {
            const path = value?.text.text ?? '';
            const at = value?.text.sourceOf();
            if (!value || !at || !isLogVariable(name?.text.text ?? '') || !isLogFilePath(path)) continue;
            const anchor = `${containerAnchor(workload, container, index)}/env.${name?.text.text ?? ''}`;
            report({ path, at, trace: false }, anchor, 'container', variableFix(value.text, path));
          }
        });
      },
      'terraform.container': (container) => {
        if (isShippedInTask(container)) return;
        for (const { name, value } of variablesOf(container)) {
          const path = textOf(value);
          if (value?.type !== 'text' || path === undefined || !isLogVariable(name) || !isLogFilePath(path)) continue;
          const at = value.text.sourceOf() ?? value.origin;
          if (at) report({ path, at, trace: false }, `${container.anchor}/environment.${name}`, 'container');
        }
      },
    };

    /** A program that wants a directory or opens the file otherwise may not take a stream: a person must look. */
    function variableFix(value: MappedText, path: string): Fix[] {
      return /\.\w+$/.test(path) ? streamFix(value, path, 'suggestion') : [];
    }
  },
});

function isLogFilePath(path: string): boolean {
  return path.startsWith('/') && isRegularFile(path) && !/[$\uE000{]/.test(path);
}

function shippedStages(dockerfile: Dockerfile): readonly Stage[] {
  return [...new Set(dockerfile.finalStages.flatMap((stage) => dockerfile.reachable(stage).layers))];
}

/** Paths that the stage, or the image it starts from, links to a standard stream. */
function streams(dockerfile: Dockerfile, stage: Stage): readonly string[] {
  const stages = [stage, ...stage.parents, ...shippedStages(dockerfile)];
  const linked = stages.flatMap((each) =>
    each.instructions.flatMap((instruction) =>
      instruction.keyword === 'RUN'
        ? linkedToStream(
            [instruction.argument.text, ...instruction.heredocs.map(({ content }) => content.text)].join('\n'),
          )
        : [],
    ),
  );
  // The official images of nginx do so themselves.
  const nginx = stages.some((each) => /(^|\/)nginx(-unprivileged)?([:@]|$)/.test(each.base.text));
  return nginx ? [...linked, '/var/log/nginx/access.log', '/var/log/nginx/error.log'] : linked;
}

function configuredLogFiles(text: MappedText): LogFile[] {
  return [...serverLogFiles(text), ...unitLogFiles(text)];
}

/** `environment` of a container definition, or the `env` blocks of a container block. */
function variablesOf({ definition, block }: TerraformContainer): { name: string; value: Value | undefined }[] {
  const listed = entryOf(definition, 'environment');
  const items = (listed ? alternatives(listed) : []).flatMap((option) => (option.type === 'list' ? option.items : []));
  const pairs = [
    ...items.map((item) => ({ name: entryOf(item, 'name'), value: entryOf(item, 'value') })),
    ...(block?.blocks('env') ?? []).map((env) => ({ name: env.value('name'), value: env.value('value') })),
  ];
  return pairs.flatMap(({ name, value }) => {
    const text = textOf(name);
    return text === undefined ? [] : [{ name: text, value }];
  });
}

/** Another container of the task ships logs and sees the files of others. */
function isShippedInTask({ resource, definition, block }: TerraformContainer): boolean {
  return terraformContainers(resource).some((other) => {
    if (!isLogShipper(other.name, textOf(other.image))) return false;
    if (other.definition === definition && other.block === block) return true;
    const seen = [entryOf(other.definition, 'mountPoints'), entryOf(other.definition, 'volumesFrom')];
    return seen.some((value) => value !== undefined) || (other.block?.blocks('volume_mount').length ?? 0) > 0;
  });
}

/** The service ships logs itself, or another one that does mounts one of its volumes. */
function isShippedByService(service: ComposeService, compose: ComposeFile | undefined): boolean {
  if (isShipper(service)) return true;
  const shipped = compose ? shippedVolumes(compose) : undefined;
  return (
    shipped !== undefined && service.volumes.some(({ source }) => source !== undefined && shipped.has(source.text))
  );
}

const shippedVolumesOf = new WeakMap<ComposeFile, ReadonlySet<string>>();

/** What the services that ship logs mount, once for each file: a file may have a thousand services. */
function shippedVolumes(compose: ComposeFile): ReadonlySet<string> {
  const known = shippedVolumesOf.get(compose);
  if (known) return known;
  const sources = compose.services
    .filter(isShipper)
    .flatMap(({ volumes }) => volumes.map(({ source }) => source?.text));
  const volumes = new Set(sources.filter((text) => text !== undefined));
  shippedVolumesOf.set(compose, volumes);
  return volumes;
}

function isShipper(service: ComposeService): boolean {
  return isLogShipper(service.name, service.image?.text);
}

/** The suggestion to link the file, where the Dockerfile starts the program that writes it. */
function linkOf({ command, script: { owner } }: CommandUse, { path, at }: LogFile, linted: string): readonly Fix[] {
  // A copy beside standard output would then be printed twice.
  if (owner.type !== 'dockerfile' || command.name === 'tee') return [];
  const start = owner.stage.instructions.filter(({ keyword }) => keyword === owner.keyword).at(-1);
  const fixes = start ? linkFix(owner.dockerfile, owner.stage, start, path) : [];
  if (at.path === undefined) return fixes;
  // The finding stands in the script that is copied, the edit in the Dockerfile.
  return fixes.map((fix) => ({
    ...fix,
    edits: fix.edits.map((edit) => ({ ...edit, at: { ...edit.at, path: linted } })),
  }));
}

/** False for what a sidecar ships, and for stages that are not shipped. */
function isKept({ script: { owner } }: CommandUse, compose: ComposeFile | undefined): boolean {
  if (owner.type === 'compose') return !isShippedByService(owner.service, compose);
  if (owner.type === 'terraform-container') return !isShippedInTask(owner.container);
  if (owner.type === 'kubernetes') {
    return !owner.workload.containers.some((each) => isLogShipper(each.name, each.image?.text.text));
  }
  return owner.type !== 'dockerfile' || shippedStages(owner.dockerfile).includes(owner.stage);
}

/** A program that stays: in the background, or cut off from the terminal. */
function startsService({ command }: CommandUse): boolean {
  return command.background || command.wrappers.includes('nohup') || command.wrappers.includes('setsid');
}

/** `tee … | logger -s 2>/dev/console`: the console or the system log has the trace too. */
function goesOn({ command, script: { shell } }: CommandUse): boolean {
  return shell.commands.some(
    (other) =>
      other.pipeline.id === command.pipeline.id &&
      (other.name === 'logger' ||
        other.words.some((word) => word.text === '/dev/console') ||
        other.redirects.some(({ target }) => target?.text === '/dev/console')),
  );
}

/** Drops the redirection of a container's start command; what follows it (`2>&1`) then joins standard output. */
function dropFix({ script: { shell } }: CommandUse, { redirect, path }: LogFile, linted: string): readonly Fix[] {
  const at = redirect && shell.source.isVerbatim(redirect) ? shell.source.sourceOf(redirect) : undefined;
  if (!at || (at.path !== undefined && at.path !== linted)) return [];
  return [
    {
      level: 'safe',
      title: `Do not write to \`${path}\``,
      edits: [{ at: { start: at.start, end: at.end }, text: '' }],
    },
  ];
}
