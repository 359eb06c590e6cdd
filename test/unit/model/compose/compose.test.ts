import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../../server/src/core/mapped-text';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { analyseCompose, interpolate, isOneShot } from '../../../../server/src/model/compose';
import type { ComposeFile, ComposeService } from '../../../../server/src/model/compose';

const analyse = (text: string): ComposeFile => analyseCompose(parseYaml(text));
const service = (body: string): ComposeService | undefined =>
  analyse(`services:\n  web:\n${body.replace(/^/gm, '    ')}\n`).services[0];

describe('interpolate', () => {
  it.each([
    ['nginx:1', 'nginx:1'],
    ['nginx:$TAG', `nginx:${HOLE}`],
    ['nginx:${TAG}', `nginx:${HOLE}`],
    ['nginx:${TAG:-1.27}', 'nginx:1.27'],
    ['nginx:${TAG-1.27}-x', 'nginx:1.27-x'],
    ['${REG:-}nginx', 'nginx'],
    ['${TAG:?must be set}', HOLE],
    ['${TAG:+1}', HOLE],
    ['${A:-${B:-c}}', 'c'],
    ['${A:-x${B}y}', `x${HOLE}y`],
    ['echo $$HOME $$', 'echo $HOME $'],
    ['a $ b ${ c', 'a $ b ${ c'],
    ['${A', '${A'],
    ['$1', '$1'],
  ])('%s → %s', (text, expected) => {
    expect(interpolate(MappedText.verbatim(text, 0)).text).toBe(expected);
  });

  it('maps a default to where it is written', () => {
    const text = interpolate(MappedText.verbatim('nginx:${TAG:-1.27}', 10));
    expect(text.sourceOf({ start: 6, end: 10 })).toEqual({ start: 23, end: 27 });
    expect(text.isVerbatim({ start: 6, end: 10 })).toBe(true);
  });
});

describe('analyseCompose', () => {
  it('reads a service', () => {
    const found = service(`image: "nginx:\${TAG:-1}"
build: {context: ., dockerfile: Dockerfile.prod, target: final}
restart: unless-stopped
read_only: true
expose: ["80"]
profiles: [debug]
logging: {driver: json-file}
deploy: {replicas: 2}
command: npm start
entrypoint: ["sh", "-c", "exec $$0"]
post_start:
  - command: ["chown", "x"]
labels: {a: b}
extends: {service: base, file: base.yml}
environment:
  - A=1
  - B
  - C=\${X:-y}=z`);
    expect(found?.image?.text).toBe('nginx:1');
    expect(found?.build).toMatchObject({
      context: { text: '.' },
      dockerfile: { text: 'Dockerfile.prod' },
      target: { text: 'final' },
    });
    expect(found).toMatchObject({
      name: 'web',
      restart: 'unless-stopped',
      profiles: ['debug'],
      readOnly: { value: true },
    });
    expect(found?.loggingDriver?.value).toBe('json-file');
    expect(found?.command).toMatchObject({ form: 'string', words: [{ text: 'npm start' }] });
    expect(found?.entrypoint?.words.map((word) => word.text)).toEqual(['sh', '-c', 'exec $0']);
    expect(found?.postStart.map(({ words }) => words.map((word) => word.text))).toEqual([['chown', 'x']]);
    expect(found?.extends).toEqual({ service: 'base', file: 'base.yml' });
    expect(found?.environment.map(({ name, value }) => [name, value?.text])).toEqual([
      ['A', '1'],
      ['B', undefined],
      ['C', 'y=z'],
    ]);
    expect(found?.labels.map(({ name, value }) => [name, value?.text])).toEqual([['a', 'b']]);
  });

  it('reads short forms', () => {
    expect(service('build: ./app')?.build?.context?.text).toBe('./app');
    expect(service('environment: {A: 1, B: }')?.environment.map(({ name, value }) => [name, value?.text])).toEqual([
      ['A', '1'],
      ['B', undefined],
    ]);
    expect(service('extends: base')?.extends).toEqual({ service: 'base', file: undefined });
    expect(service('restart: no')?.restart).toBe('no');
    expect(service('restart: "no"')?.restart).toBe('no');
    expect(service('image:')?.image).toBeUndefined();
  });

  it.each([
    ['"80"', undefined, undefined, '80', 'tcp'],
    ['8080', undefined, undefined, '8080', 'tcp'],
    ['"8080:80"', undefined, '8080', '80', 'tcp'],
    ['"127.0.0.1:8080:80/udp"', '127.0.0.1', '8080', '80', 'udp'],
    ['"[::1]:8080:80"', '[::1]', '8080', '80', 'tcp'],
    ['"127.0.0.1::80"', '127.0.0.1', '', '80', 'tcp'],
    ['{target: 80, published: "8080", host_ip: 1.2.3.4, protocol: udp}', '1.2.3.4', '8080', '80', 'udp'],
  ])('reads the port %s', (text, hostIp, published, target, protocol) => {
    const port = service(`ports: [${text}]`)?.ports[0];
    expect([port?.hostIp?.text, port?.published?.text, port?.target?.text, port?.protocol]).toEqual([
      hostIp,
      published,
      target,
      protocol,
    ]);
  });

  it.each([
    ['/data', 'anonymous', undefined, '/data', false],
    ['db:/data', 'volume', 'db', '/data', false],
    ['./logs:/var/log/app:ro', 'bind', './logs', '/var/log/app', true],
    ['"C:\\\\src:/app:rw,z"', 'bind', 'C:\\src', '/app', false],
    ['~/x:/y:z,ro', 'bind', '~/x', '/y', true],
    ['$HOME/x:/y', 'unknown', `${HOLE}/x`, '/y', false],
    ['{type: bind, source: ., target: /app, read_only: true}', 'bind', '.', '/app', true],
    ['{type: volume, target: /app}', 'anonymous', undefined, '/app', false],
    ['{type: tmpfs, target: /tmp}', 'tmpfs', undefined, '/tmp', false],
  ])('reads the volume %s', (text, type, source, target, readOnly) => {
    const volume = service(`volumes:\n  - ${text}`)?.volumes[0];
    expect([volume?.type, volume?.source?.text, volume?.target?.text, volume?.readOnly]).toEqual([
      type,
      source,
      target,
      readOnly,
    ]);
  });

  it('maps the parts of a short volume', () => {
    const text = "services:\n  web:\n    volumes:\n      - './logs:/var/log:ro'\n";
    const target = analyse(text).services[0]?.volumes[0]?.target?.sourceOf();
    expect(text.slice(target?.start, target?.end)).toBe('/var/log');
  });

  it.each([
    ['{test: [NONE]}', true, ['NONE']],
    ['{test: NONE}', true, ['NONE']],
    ['{disable: true}', true, []],
    ['{interval: 5s}', false, []],
    ['{test: curl -f x}', false, ['curl -f x']],
    ['{test: [CMD, "true"]}', false, ['CMD', 'true']],
  ])('reads the healthcheck %s', (text, disabled, test) => {
    const found = service(`healthcheck: ${text}`)?.healthcheck;
    expect([found?.disabled, found?.test.map((word) => word.text)]).toEqual([disabled, test]);
  });

  it('knows services that run once (P28)', () => {
    const compose = analyse(`services:
  web: {depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_healthy}}}
  migrate: {image: a}
  job: {restart: "no"}
  db: {image: b}
  api: {depends_on: [db]}
`);
    expect(compose.services.map((found) => [found.name, isOneShot(found, compose)])).toEqual([
      ['web', false],
      ['migrate', true],
      ['job', true],
      ['db', false],
      ['api', false],
    ]);
    expect(compose.services[4]?.dependsOn.map(({ name, condition }) => [name, condition])).toEqual([
      ['db', 'service_started'],
    ]);
  });

  it('follows anchors of extension fields (P37)', () => {
    const text = `x-base: &base
  image: app:latest
  environment: &env {A: 1}
services:
  web:
    <<: *base
    environment:
      <<: *env
      B: 2
`;
    const found = analyse(text).services[0];
    expect(found?.image?.sourceOf()?.start).toBe(text.indexOf('app:latest'));
    expect(found?.environment.map(({ name }) => name)).toEqual(['A', 'B']);
  });

  it('survives what is not what it should be', () => {
    for (const broken of [
      'ports: x',
      'volumes: [[a], {}]',
      'build: []',
      'command: {a: b}',
      'healthcheck: x',
      'depends_on: x',
      'environment: [[a]]',
      'logging: x',
      'image: {a: b}',
    ]) {
      expect(service(broken)?.name).toBe('web');
    }
    expect(analyse('services: [a]\n').services).toEqual([]);
    expect(analyse('').services).toEqual([]);
  });
});
