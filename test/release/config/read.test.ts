import { describe, expect, it } from 'vitest';
import { fillText, UnknownValueError } from '../../../release/src/config/interpolate';
import { PipelineError } from '../../../release/src/config/problem';
import { readPipeline, requirePipeline } from '../../../release/src/config/read';
import { EXAMPLES } from './examples';

/** Problems as people see them. */
function problems(text: string): string[] {
  try {
    requirePipeline(text, 'immutable.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return error.message.split('\n');
  }
}

/** The containers example with something replaced. */
function changed(from: string, to: string): string[] {
  expect(EXAMPLES.containers).toContain(from);
  return problems(EXAMPLES.containers.replace(from, to));
}

describe('a pipeline', () => {
  it.each(Object.entries(EXAMPLES))('of the design is read: %s', (_name, text) => {
    expect(readPipeline(text, 'immutable.yaml').problems).toEqual([]);
    expect(requirePipeline(text.replaceAll('\n', '\r\n'), 'immutable.yaml')).toEqual(requirePipeline(text, 'x'));
  });

  it('has durations in milliseconds and every default', () => {
    const { environments, images, gates } = requirePipeline(EXAMPLES.containers, 'immutable.yaml');
    const local = environments.get('local');
    expect(local?.retire).toEqual({ mode: 'auto', after: 30_000 });
    expect(local?.rollback).toEqual({ mode: 'full', auto: true, keep: 5 });
    expect(local?.health[0]).toMatchObject({ kind: 'http', every: 1000, consecutive: 1, timeout: 30_000 });
    expect(local?.target.kind === 'containers' && local.target.run[0]?.environment).toEqual({
      LOG_LEVEL: { value: 'info' },
      DATABASE_URL: { fromEnv: 'DATABASE_URL' },
    });
    expect(images.get('web')?.bake).toMatchObject({ kind: 'container', context: '.', aliases: [] });
    expect(gates).toEqual({ lint: 'error', cleanGit: 'protected', tests: [], allowOverride: false });
  });

  it('lets nothing happen by itself to a protected environment', () => {
    const production = requirePipeline(EXAMPLES.blueGreen, 'x').environments.get('production');
    expect(production).toMatchObject({ protected: true, retire: { mode: 'confirm' }, rollback: { auto: false } });
  });

  it('guards resources that hold data, besides those that the file names', () => {
    const target = requirePipeline(EXAMPLES.autoscaling, 'x').environments.get('staging')?.target;
    const guard = target?.kind === 'terraform' ? target.guard : undefined;
    expect(guard?.neverDestroy).toEqual(expect.arrayContaining(['aws_db_*', 'aws_db_instance.*', 'aws_s3_bucket.*']));
    expect(guard?.route).toEqual(['aws_launch_template.app', 'aws_autoscaling_group.app']);
  });

  it('leaves keys that begin with x- and the key lint to others', () => {
    expect(problems(`x-note: \${anything}\nlint: { rules: {} }\n${EXAMPLES.containers}`)).toEqual([]);
  });
});

describe('a pipeline that is wrong is refused at its place', () => {
  it.each([
    ['app: web', 'app: Web', '2:6: Use small letters'],
    ['app: web', 'apps: web', '2:1: `apps` is no key'],
    ['engine: podman', 'engine: lxc', '9:17: Write one of `auto`, `docker`, `podman`.'],
    ['timeout: 10s', 'timeout: 10', '19:88: This must be a text'],
    ['retire: { mode: auto, after: 30s }', 'retire: { mode: auto, after: soon }', '21:34: Write a duration'],
    ['image: web\n', 'image: www\n', '13:20: There is no image `www`'],
    ['argv: [curl, -fsS, "http://127.0.0.1:${slot.port}/ready"]', 'argv: curl', '19:26: This must be a list.'],
    ['equals: "${release.id}"', 'equals: "${release.sha}"', '${release.sha} is nothing that can be filled in'],
    ['tag: "rel-${release.id}"', 'tag: "latest"', 'Put `${release.id}` into the tag'],
    ['repository: "127.0.0.1:5000/web"', 'repository: "127.0.0.1:5000/web:v1"', 'without a tag or digest'],
    ['repository: "127.0.0.1:5000/web"', 'repository: "registry.example/web"', 'Only a registry on this machine'],
    ['["127.0.0.1:8081:8080"]', '["8081"]', 'Write a port as'],
    ['route: { file: { path: run/upstream.conf, content', 'route: { file: { content', '`path` is missing.'],
    ['app: web', 'app: web\napp: twice', '3:1: Map keys must be unique.'],
    ['  local:', '  "../../x":', 'is no name'],
  ])('%s → %s', (from, to, message) => {
    const found = changed(from, to);
    expect(found.join('\n')).toContain(message);
    expect(found[0]).toMatch(/^immutable\.yaml:\d+:\d+: /);
  });

  it.each([
    ['protected without a health check', 'protected: true', 'is protected: add a health check'],
    [
      'protected without identity',
      'protected: true\n    health: [{ http: { url: "https://x.example" } }]',
      'Say how the answer proves',
    ],
    [
      'protected that rolls back by itself',
      'protected: true\n    health: [{ tcp: { host: x, port: 1 } }]\n    rollback: { auto: on-health-failure }',
      'Nothing happens by itself',
    ],
    ['promoted from nowhere', 'promoteFrom: { environment: other }', 'Name another environment'],
    ['a route that the target has not', 'route: { terraform: {} }', '`terraform` routes between the colours'],
  ])('%s', (_name, lines, message) => {
    const text = `app: a\nenvironments:\n  prod:\n    target: { terraform: { dir: t, read: { image: { output: o } } } }\n    ${lines}\n`;
    expect(problems(text).join('\n')).toContain(message);
  });

  it('F37: an alias bomb, a prototype key, broken YAML and a huge file say so', () => {
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n')}\napp: web\n`;
    expect(problems(bomb).join()).toContain('alias');
    expect(problems('{"app": "web", "__proto__": {"x": 1}}').join()).toContain('`__proto__` is no key');
    expect(problems('app: [').length).toBeGreaterThan(0);
    expect(problems(`app: web\nx-a: ${'a'.repeat(300_000)}`)).toEqual([
      'immutable.yaml:1:1: The file is larger than 256 KiB. Is it the right file?',
    ]);
    expect(problems('')).toEqual(['immutable.yaml:1:1: This must be a map of keys and values.']);
  });
});

describe('texts with ${…}', () => {
  const known = {
    release: { id: '01J', commit: 'abc' },
    images: new Map([['vm', { id: 'ami-1' }]]),
    slot: { idle: 'green' },
    output: { asg_name: 'asg' },
  };

  it('are filled from what is known, and nothing is evaluated', () => {
    expect(fillText('${release.id}-${image.vm.id}-${slot.idle}-${output.asg_name}-$(id)-`x`', known)).toBe(
      '01J-ami-1-green-asg-$(id)-`x`',
    );
  });

  it('are refused when something is not known', () => {
    expect(() => fillText('${release.version}', known)).toThrow(UnknownValueError);
    expect(() => fillText('${output.constructor}', known)).toThrow(UnknownValueError);
    expect(() => fillText('${image.web.ref}', known)).toThrow('${image.web.ref} is not known here');
  });
});
