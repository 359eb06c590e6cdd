import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findHelper } from '../../../server/src/node/credential-helper';
import { DockerCredentials } from '../../../server/src/node/docker-credentials';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'immutable-docker-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function configured(config: unknown, extra: Record<string, string> = {}, workspaces: string[] = []): DockerCredentials {
  const home = directory();
  writeFileSync(join(home, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return new DockerCredentials({ env: { DOCKER_CONFIG: home, ...extra }, workspaces, timeoutMs: 2000 });
}

/** A credential helper that writes what it is given beside itself. */
function helper(name: string, script: string): string {
  const bin = directory();
  const file = join(bin, `docker-credential-${name}`);
  writeFileSync(
    file,
    `#!/bin/sh\necho "$@" > "${bin}/arguments"\ncat > "${bin}/input"\npwd > "${bin}/cwd"\n${script}\n`,
  );
  chmodSync(file, 0o755);
  return bin;
}

const auth = (text: string): string => Buffer.from(text).toString('base64');
const JO = { username: 'jo', password: 'p:w' };

describe('auths', () => {
  it.each([
    ['ghcr.io', 'ghcr.io'],
    ['https://ghcr.io', 'ghcr.io'],
    ['https://ghcr.io/v2/', 'ghcr.io'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['localhost:5000', 'localhost:5000'],
  ])('of %s are those of %s', async (key, registry) => {
    const credentials = configured({ auths: { [key]: { auth: auth('jo:p:w') } } });
    expect(await credentials.credentials(registry)).toEqual(JO);
    expect(await credentials.credentials('other.example')).toBeUndefined();
  });

  it('may hold a refresh token, or name and password', async () => {
    const credentials = configured({
      auths: { 'a.example': { auth: auth('x:'), identitytoken: 'refresh' }, 'b.example': JO },
    });
    expect(await credentials.credentials('a.example')).toEqual({ identityToken: 'refresh' });
    expect(await credentials.credentials('b.example')).toEqual(JO);
  });

  it.each([
    'not json',
    '[]',
    'null',
    '{"auths":[]}',
    '{"auths":{"ghcr.io":null}}',
    '{"auths":{"ghcr.io":{"auth":"!!"}}}',
    '{"auths":{"ghcr.io":{"auth":7}}}',
    '{"auths":{"ghcr.io":{}},"credHelpers":7,"credsStore":{}}',
  ])('that are broken are none: %s', async (config) => {
    expect(await configured(config).credentials('ghcr.io')).toBeUndefined();
  });

  it('of a log-in after the first question are found, and those of a log-out forgotten', async () => {
    const home = directory();
    const file = join(home, 'config.json');
    const credentials = new DockerCredentials({ env: { DOCKER_CONFIG: home, PATH: '' }, workspaces: [] });
    expect(await credentials.credentials('ghcr.io')).toBeUndefined();
    writeFileSync(file, JSON.stringify({ auths: { 'ghcr.io': { auth: auth('jo:p:w') } } }));
    expect(await credentials.credentials('ghcr.io')).toEqual(JO);
    writeFileSync(file, JSON.stringify({ auths: { 'ghcr.io': { auth: auth('jo:another password') } } }));
    expect(await credentials.credentials('ghcr.io')).toEqual({ username: 'jo', password: 'another password' });
    rmSync(file);
    expect(await credentials.credentials('ghcr.io')).toBeUndefined();
  });

  it('are none without a file', async () => {
    const credentials = new DockerCredentials({ env: { DOCKER_CONFIG: join(directory(), 'none') }, workspaces: [] });
    expect(await credentials.credentials('ghcr.io')).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('credential helpers', () => {
  const answer = `printf '{"ServerURL":"x","Username":"jo","Secret":"p:w"}'`;

  it('are asked for the registry on standard input, once, and not in the workspace', async () => {
    const bin = helper('test', answer);
    const credentials = configured({ credHelpers: { 'ghcr.io': 'test' } }, { PATH: `${bin}${delimiter}/usr/bin:/bin` });
    expect(await credentials.credentials('ghcr.io')).toEqual(JO);
    expect(readFileSync(join(bin, 'arguments'), 'utf8')).toBe('get\n');
    expect(readFileSync(join(bin, 'input'), 'utf8')).toBe('ghcr.io');
    expect(readFileSync(join(bin, 'cwd'), 'utf8').trim()).not.toBe(process.cwd());
    rmSync(join(bin, 'input'));
    expect(await credentials.credentials('ghcr.io')).toEqual(JO);
    expect(() => readFileSync(join(bin, 'input'))).toThrow();
  });

  it('are asked again after a miss, and a while after a hit: their key ring changes without the file', async () => {
    const bin = helper('test', 'test -e "$0.known" || exit 1\ncat "$0.known"');
    const file = join(bin, 'docker-credential-test.known');
    const home = directory();
    writeFileSync(join(home, 'config.json'), '{"credsStore":"test"}');
    const env = { DOCKER_CONFIG: home, PATH: `${bin}:/usr/bin:/bin` };
    let time = 0;
    const credentials = new DockerCredentials({ env, workspaces: [], timeoutMs: 10_000 }, () => time);
    expect(await credentials.credentials('ghcr.io')).toBeUndefined();
    writeFileSync(file, '{"Username":"jo","Secret":"old"}');
    expect(await credentials.credentials('ghcr.io')).toEqual({ username: 'jo', password: 'old' });
    writeFileSync(file, '{"Username":"jo","Secret":"new"}');
    expect(await credentials.credentials('ghcr.io')).toEqual({ username: 'jo', password: 'old' });
    time += 5 * 60_000;
    expect(await credentials.credentials('ghcr.io')).toEqual({ username: 'jo', password: 'new' });
  });

  it('are asked for Docker Hub by its old address; a user `<token>` is a refresh token', async () => {
    const bin = helper('store', `printf '{"Username":"<token>","Secret":"refresh"}'`);
    const credentials = configured({ credsStore: 'store' }, { PATH: `${bin}:/usr/bin:/bin` });
    expect(await credentials.credentials('docker.io')).toEqual({ identityToken: 'refresh' });
    expect(readFileSync(join(bin, 'input'), 'utf8')).toBe('https://index.docker.io/v1/');
  });

  it.each([
    ['fails', 'exit 1'],
    ['says nothing', 'true'],
    ['says what is no JSON', 'echo hello'],
    ['says something else', 'echo \'{"Username":1}\''],
    ['says too much', 'yes | head -c 200000'],
    ['never ends', 'exec sleep 30'],
  ])(
    'that %s leave the stored log-in',
    async (_, script) => {
      const bin = helper('test', script);
      const config = { credsStore: 'test', auths: { 'ghcr.io': { auth: auth('jo:p:w') } } };
      expect(await configured(config, { PATH: `${bin}:/usr/bin:/bin` }).credentials('ghcr.io')).toEqual(JO);
    },
    20_000,
  );

  it('of the workspace are never run, not through a link either', () => {
    const bin = helper('test', answer);
    const file = join(bin, 'docker-credential-test');
    const elsewhere = directory();
    symlinkSync(file, join(elsewhere, 'docker-credential-test'));
    expect(findHelper('test', { env: { PATH: bin }, workspaces: [] })).toBe(file);
    expect(findHelper('test', { env: { PATH: bin }, workspaces: [bin] })).toBeUndefined();
    expect(findHelper('test', { env: { PATH: elsewhere }, workspaces: [bin] })).toBeUndefined();
    expect(findHelper('test', { env: { PATH: `.:${delimiter}relative` }, workspaces: [] })).toBeUndefined();
  });

  it('have a plain name and are programs', () => {
    const bin = helper('test', answer);
    mkdirSync(join(bin, 'docker-credential-folder'));
    writeFileSync(join(bin, 'docker-credential-text'), '');
    for (const name of ['../test', 'a/b', '', '-x', 'folder', 'text', 'missing']) {
      expect(findHelper(name, { env: { PATH: bin }, workspaces: [] })).toBeUndefined();
    }
  });
});
