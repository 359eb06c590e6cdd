import type { Fix } from '../../core/finding';
import { asScalar, get } from '../../lang/data/tree';
import { isOneShot, type ComposeFile, type ComposeService } from '../../model/compose';
import { bringsHealthcheck, knownCheck } from '../../model/compose/known-checks';
import { insertEntry } from '../../model/edits/yaml';
import { defineRule, type RuleContext } from '../../model/facts';
import { parseImageReference } from '../../model/image-reference';
import { joinPath } from '../../core/paths';

/** Profiles that somebody starts by hand. */
const BY_HAND = /^(dev|development|debug|test|tests|testing|tool|tools|cli|ci|manual|local|seed|setup|init|migrate)$/;

/** How many services `extends` may pass through. */
const EXTENDS_LIMIT = 10;

export default defineRule({
  meta: {
    id: 'health-check/compose-healthcheck',
    severity: 'warning',
    languages: ['compose'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A compose service that others use must have a health check',
    peers: ['kics Healthcheck Not Set'],
    messages: {
      missing:
        'Without a `healthcheck` Compose takes `{service}` for ready as soon as its process starts, and an update to a broken image goes unnoticed. Add a check that asks the service, here or as `HEALTHCHECK` in its image.',
      disabled:
        'The health check of `{service}` is turned off: a broken image counts as running, and nothing can wait for it. Replace it by a check that asks the service.',
    },
  },
  create: (context) => ({
    compose: (compose) => {
      if (context.environment === 'development') return;
      for (const service of compose.services) check(context, compose, service);
    },
  }),
});

type Context = RuleContext<'missing' | 'disabled'>;

function check(context: Context, compose: ComposeFile, service: ComposeService): void {
  // Without an image it is a part of a service: the rest stands in another file.
  if ((!service.image && !service.build) || isOneShot(service, compose) || isOff(service)) return;
  if (!isUsed(service, compose)) return;
  const { healthcheck } = service;
  const anchor = `service.${service.name}/healthcheck`;
  const test = service.image ? knownCheck(service.image.text) : undefined;
  if (healthcheck?.disabled) {
    const map = healthcheck.entry.value;
    const at = get(map, 'disable') ?? get(map, 'test') ?? map;
    const fixes: Fix[] =
      test !== undefined && get(map, 'disable') === undefined && map.type === 'map'
        ? [{ level: 'suggestion', title: 'Check the service', edits: [{ at: at.range, text: test }] }]
        : [];
    context.report({ at: at.range, anchor, message: 'disabled', data: { service: service.name }, fixes });
    return;
  }
  if (get(service.node, 'healthcheck') || mayInherit(service, compose) || imageMayCheck(context, service)) return;
  const edit =
    test === undefined || service.build || compose.file.format === 'json'
      ? undefined
      : insertEntry(context.file.text, service.node, [
          'healthcheck:',
          `  test: ${test}`,
          '  interval: 10s',
          '  timeout: 5s',
          '  retries: 5',
        ]);
  const fixes: Fix[] = edit ? [{ level: 'safe', title: "Add the image's usual health check", edits: [edit] }] : [];
  context.report({ at: service.entry.keyRange, anchor, message: 'missing', data: { service: service.name }, fixes });
}

/** Scaled to nothing, or in a profile that somebody starts by hand. */
function isOff(service: ComposeService): boolean {
  const replicas = asScalar(get(service.deploy, 'replicas'))?.value ?? asScalar(get(service.node, 'scale'))?.value;
  return replicas === 0 || service.profiles.some((profile) => BY_HAND.test(profile));
}

/** Somebody connects to it: it has ports, or another service needs it while it runs. */
function isUsed(service: ComposeService, compose: ComposeFile): boolean {
  if (service.ports.length > 0 || service.expose.length > 0) return true;
  return compose.services.some((other) => other.dependsOn.some(({ name }) => name === service.name));
}

/** The service it extends has a check, or stands in another file and may have one. */
function mayInherit(service: ComposeService, compose: ComposeFile): boolean {
  let current: ComposeService | undefined = service;
  for (let i = 0; i < EXTENDS_LIMIT && current?.extends; i++) {
    const { file, service: name }: { file: string | undefined; service: string } = current.extends;
    const base: ComposeService | undefined =
      file === undefined ? compose.services.find((other) => other.name === name) : undefined;
    if (!base || get(base.node, 'healthcheck')) return true;
    current = base;
  }
  return false;
}

/** The image has a `HEALTHCHECK`, or it is built from a Dockerfile that is not known. */
function imageMayCheck(context: Context, service: ComposeService): boolean {
  const { build, image } = service;
  if (build) {
    if (build.dockerfileInline) return /^\s*HEALTHCHECK\s/im.test(build.dockerfileInline.text.text);
    const directory = joinPath(context.file.directory, build.context?.text ?? '.');
    const path = directory === undefined ? undefined : joinPath(directory, build.dockerfile?.text ?? 'Dockerfile');
    return path === undefined || mayCheck(context, path);
  }
  if (!image?.complete) return true;
  if (bringsHealthcheck(image.text)) return true;
  const name = parseImageReference(image.text)?.name;
  const builds = name === undefined ? [] : (context.project.index?.builds(name) ?? []);
  return builds.some(({ dockerfile }) => dockerfile !== undefined && mayCheck(context, dockerfile));
}

/** A Dockerfile that cannot be read, has a health check, or says that there shall be none (P27). */
function mayCheck(context: Context, path: string): boolean {
  const text = context.project.read(path);
  return text === undefined || /^\s*HEALTHCHECK\s/im.test(text);
}
