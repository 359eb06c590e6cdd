import { HOLE } from '../../core/mapped-text';
import type { Fix, Severity } from '../../core/finding';
import type { Instruction } from '../../lang/dockerfile/ast';
import type { Dockerfile, Stage } from '../../model/dockerfile';
import { builtStages, isDevelopmentStage } from '../../model/dockerfile/built-stages';
import { isGithubAction } from '../../model/dockerfile/github-action';
import { exposedPorts, probeCommand } from '../../model/dockerfile/probe-command';
import { insertBefore } from '../../model/edits/dockerfile';
import { defineRule } from '../../model/facts';
import { parseImageReference } from '../../model/image-reference';
import type { BuiltImage, WorkspaceIndex } from '../../model/workspace-index';

/** Images that the platform calls itself, and images for people to work in. */
const NO_SERVICE_IMAGE =
  /(^|\/)aws-lambda-|public\.ecr\.aws\/(lambda|awsguru)\/|\/lambda\/|azure-functions\/|devcontainers?\/|actions\/(actions-)?runner/;

/** Images that bring a check of their own. */
const CHECKED_IMAGE =
  /(^|\/)(dunglas\/frankenphp|serversideup\/php|mysql\/mysql-server|pihole\/pihole|wiremock\/wiremock|nodered\/node-red|jupyter\/[\w-]+)$/;

/** Folders of images for pipelines and for editors. */
const TOOL_FOLDER = /(^|\/)(\.devcontainer|\.github|\.gitlab|\.circleci|\.ci|ci)\//;

/** What a container starts that waits for requests. */
const SERVER =
  /(^|[\s/'"])(nginx|httpd|apache2ctl|apache2-foreground|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|puma|unicorn|php-fpm|caddy|haproxy|envoy|traefik|http-server|catalina\.sh|redis-server|mysqld|mongod)(?=[\s'"]|$)|\b(rails (s|server)|flask run|next start|manage\.py runserver|http\.server|(npm|yarn|pnpm)( run)? start)\b|\bserver\.(js|mjs|cjs|ts|py|rb)\b/;

/** Nothing but a shell, an interpreter's prompt, or a call for help. */
const INTERACTIVE =
  /^(\/(usr\/)?bin\/)?(ba|da|z|a)?sh( -l)?$|^(python3?|node|irb|psql|true)$|(^|\s)(--help|-h|help|--version)$|^sleep |^tail -f \/dev\/null$/;

export default defineRule({
  meta: {
    id: 'health-check/dockerfile-healthcheck',
    severity: 'warning',
    languages: ['dockerfile'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'The image of a service says how to check it',
    peers: ['hadolint DL3057', 'trivy DS-0026', 'checkov CKV_DOCKER_2'],
    messages: {
      composed:
        'Compose runs this image, and neither has a health check: a container that hangs counts as running, so a broken image replaces the good one. Add a `HEALTHCHECK` to the image.',
      unknown:
        'The image has no `HEALTHCHECK`: Docker and Swarm take a container that hangs for a running one. Add a `HEALTHCHECK`, or `HEALTHCHECK NONE` when its platform has a check of its own.',
      oneShot:
        'The image has no `HEALTHCHECK`. If it runs as a service, add one. If it runs once and ends, `HEALTHCHECK NONE` says so.',
    },
  },
  create: (context) => ({
    dockerfile: (dockerfile) => {
      const { file, project } = context;
      if (TOOL_FOLDER.test(file.path) || isGithubAction(file.directory, project)) return;
      const builds = project.index?.buildsOf(file.path) ?? [];
      for (const { stage, builds: own } of builtStages(dockerfile, builds)) {
        // An extra stage on top of the image of the service, with the tools of those who develop it.
        if (stage.parents.length > 0 && isDevelopmentStage(stage)) continue;
        const start = startOf(stage);
        if (!start || hasHealthcheck(stage) || isNoService(stage, dockerfile)) continue;
        const command = start
          .map((instruction) => dockerfile.scriptOf(instruction)?.text ?? '')
          .join(' ')
          .trim();
        const listens = exposedPorts(stage, dockerfile).length > 0;
        if (!listens && (INTERACTIVE.test(command) || stageImage(stage) === 'scratch')) continue;
        const runner = runnerOf(own, project.index);
        if (runner === undefined) continue;
        const severity: Severity = listens || SERVER.test(command) ? runner.severity : 'hint';
        context.report({
          at: stage.fromInstruction.range,
          anchor: `stage.${stage.name ?? stage.index}/HEALTHCHECK`,
          message: severity === 'hint' ? 'oneShot' : runner.message,
          severity,
          fixes: proposal(file.text, dockerfile, stage, start),
        });
      }
    },
  }),
});

/** `ENTRYPOINT` and `CMD` that count for the stage's image; undefined when it starts nothing of its own. */
function startOf(stage: Stage): readonly Instruction[] | undefined {
  const found = ['ENTRYPOINT', 'CMD'].flatMap((keyword) => {
    for (const layer of [stage, ...stage.parents]) {
      const last = layer.instructions.filter((instruction) => instruction.keyword === keyword).at(-1);
      if (last) return [last];
    }
    return [];
  });
  return found.length > 0 ? found : undefined;
}

/** Of its own, of a parent stage, or through a parent's `ONBUILD`. `HEALTHCHECK NONE` is a statement too (pitfall P27). */
function hasHealthcheck(stage: Stage): boolean {
  return (
    stage.instructions.some(({ keyword }) => keyword === 'HEALTHCHECK') ||
    stage.parents.some(({ instructions }) =>
      instructions.some(({ keyword, inner }) => keyword === 'HEALTHCHECK' || inner?.keyword === 'HEALTHCHECK'),
    )
  );
}

function stageImage(stage: Stage): string {
  return (stage.parents.at(-1) ?? stage).base.text;
}

function isNoService(stage: Stage, dockerfile: Dockerfile): boolean {
  const layers = [stage, ...stage.parents];
  if (layers.some(({ maybeStage }) => maybeStage)) return true;
  const image = stageImage(stage);
  if (image === HOLE || image === '' || NO_SERVICE_IMAGE.test(image)) return true;
  if (CHECKED_IMAGE.test(parseImageReference(image)?.name ?? '')) return true;
  // Lambda's runtime client or adapter, whatever the base image.
  return layers.some(
    ({ copyFrom, instructions }) =>
      copyFrom.some(({ source }) => NO_SERVICE_IMAGE.test(source.text)) ||
      instructions.some(
        (instruction) =>
          (instruction.keyword === 'CMD' || instruction.keyword === 'ENTRYPOINT') &&
          /awslambdaric|aws-lambda-r(ie|ic)|lambda-entrypoint/.test(dockerfile.scriptOf(instruction)?.text ?? ''),
      ),
  );
}

/**
 * Who runs the image. Kubernetes and the platforms that Terraform deploys to do not look at `HEALTHCHECK` (pitfall P25;
 * ECS only monitors the check of the task definition): undefined. Compose does, unless the service has its own.
 */
function runnerOf(
  builds: readonly BuiltImage[],
  index: WorkspaceIndex | undefined,
): { readonly severity: Severity; readonly message: 'composed' | 'unknown' } | undefined {
  const uses = builds.flatMap(({ name }) => {
    const repository = parseImageReference(name)?.repository;
    return repository === undefined ? [] : (index?.images(repository) ?? []);
  });
  const runsElsewhere =
    uses.some(({ site }) => ['kubernetes', 'helm', 'kustomize', 'terraform'].includes(site)) ||
    builds.some(({ name }) => index?.runByTerraform(name));
  const composed = builds.filter(({ site }) => site === 'compose');
  // With a cluster as well, Compose is how developers run it.
  if (composed.some(({ healthcheck }) => !healthcheck)) {
    return { severity: runsElsewhere ? 'info' : 'warning', message: 'composed' };
  }
  if (composed.length > 0 || runsElsewhere || uses.some(({ site }) => site === 'compose')) return undefined;
  // Under which name it is pushed is often not written down: a workspace that deploys to a cluster runs it there.
  if ((index?.workloads.length ?? 0) > 0) return undefined;
  return { severity: 'info', message: 'unknown' };
}

/** A probe must not be invented (pitfall P30): offered for a person to adapt, with a tool that the image has. */
function proposal(text: string, dockerfile: Dockerfile, stage: Stage, start: readonly Instruction[]): readonly Fix[] {
  const own = start.filter((instruction) => stage.instructions.includes(instruction));
  const first = own.sort((a, b) => a.range.start - b.range.start)[0];
  const probe = first && dockerfile.syntax.escape === '\\' ? probeCommand(stage, dockerfile) : undefined;
  if (!first || !probe) return [];
  const line = `HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD [${probe.words.map((word) => JSON.stringify(word)).join(', ')}]`;
  return [
    {
      level: 'suggestion',
      title: `Insert a \`HEALTHCHECK\` that asks \`/\` on port ${probe.port}`,
      edits: [insertBefore(text, first, [line])],
    },
  ];
}
