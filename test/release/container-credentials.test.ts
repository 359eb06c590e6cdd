import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContainerCredentials } from '../../release/src/registry/container-credentials';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'immutable-auth-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, auths: Readonly<Record<string, string>>): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  const entries = Object.entries(auths).map(([name, text]) => [name, { auth: Buffer.from(text).toString('base64') }]);
  writeFileSync(file, JSON.stringify({ auths: Object.fromEntries(entries) as object }));
  return file;
}

function ask(own: Readonly<Record<string, string>> = {}, repository = 'r.example/shop/web'): Promise<unknown> {
  const environment = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), ...own };
  return new ContainerCredentials(environment, '/workspace', repository).credentials('r.example');
}

function user(username: string): object {
  return { username, password: 'p:w' };
}

describe('log-ins of podman, buildah and Docker', () => {
  it('are looked for where podman looks, Docker last', async () => {
    expect(await ask()).toBeUndefined();
    write('.docker/config.json', { 'r.example': 'docker:p:w' });
    expect(await ask()).toEqual(user('docker'));
    write('.config/containers/auth.json', { 'r.example': 'user:p:w' });
    expect(await ask()).toEqual(user('user'));
    write('run/containers/auth.json', { 'r.example': 'session:p:w' });
    expect(await ask()).toEqual(user('session'));
    const named = write('named.json', { 'r.example': 'named:p:w' });
    expect(await ask({ REGISTRY_AUTH_FILE: named })).toEqual(user('named'));
  });

  it('a named file is the only one of podman; Docker is asked behind it', async () => {
    write('run/containers/auth.json', { 'r.example': 'session:p:w' });
    const named = write('named.json', { 'other.example': 'named:p:w' });
    expect(await ask({ REGISTRY_AUTH_FILE: named })).toBeUndefined();
  });

  it('the entry for the longest part of the repository wins', async () => {
    write('run/containers/auth.json', {
      'r.example': 'all:p:w',
      'r.example/shop': 'shop:p:w',
      'r.example/shopping': 'other:p:w',
    });
    expect(await ask()).toEqual(user('shop'));
    expect(await ask({}, 'r.example/else')).toEqual(user('all'));
  });

  it('a broken file is no answer', async () => {
    write('.docker/config.json', { 'r.example': 'docker:p:w' });
    write('run/containers/auth.json', {});
    writeFileSync(join(home, 'run/containers/auth.json'), '{');
    expect(await ask()).toEqual(user('docker'));
  });
});
