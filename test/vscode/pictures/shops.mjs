// The folders that the pictures show: the example pipeline of Packer and Terraform, and three that differ from it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../suite.mjs';

/** @typedef {(directory: string, environment: NodeJS.ProcessEnv) => string} MakeFolder makes a folder and returns its path */

/** @type {Readonly<Record<string, MakeFolder>>} */
export const FOLDERS = {
  bare: withoutPipeline,
  shop: (directory) => copyOfExample(join(directory, 'shop')),
  deployed,
  chain,
  old,
};

/** Writes a version of the shop, and commits it. */
export function writeVersion(shop, version, health = 'ok') {
  writeFileSync(join(shop, 'packer/files/shop.conf'), `version = ${version}\nhealth = ${health}\n`);
  commit(shop, `Version ${version}`);
}

/** The words of the command line, in a folder. */
export function deliver(folder, environment, ...words) {
  execFileSync(process.execPath, [join(root, 'dist/cli.js'), ...words], {
    cwd: folder,
    env: environment,
    stdio: 'pipe',
  });
}

export function terraform(folder, environment, ...words) {
  execFileSync('terraform', words, { cwd: join(folder, 'terraform'), env: environment, stdio: 'pipe' });
}

/** A lock that somebody on another machine left, as the engine writes it. */
export function leaveLock(shop, environment) {
  const path = join(shop, '.git/immutable/locks', `${environment}.lock`);
  mkdirSync(dirname(path), { recursive: true });
  const other = { boot: 'other', namespace: 'other', machine: 'other', host: 'old-laptop', pid: 4242, start: '1' };
  const holder = { v: 1, token: 'b0b', user: 'bob', run: '01m7z0qk5w8s2f6c9r1x4t7v3y', since: yesterday(), ...other };
  writeFileSync(path, JSON.stringify(holder));
  return path;
}

function yesterday() {
  return new Date(Date.now() - 86_400_000).toISOString();
}

function copyOfExample(folder) {
  cpSync(join(root, 'examples/pipelines/packer-terraform'), folder, { recursive: true });
  const git = (...args) => execFileSync('git', args, { cwd: folder });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');
  commit(folder, 'The shop');
  return folder;
}

/** A Dockerfile that nobody delivers yet. */
function withoutPipeline(directory) {
  const folder = join(directory, 'bare');
  mkdirSync(folder);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY app /app\nUSER 1000\nCMD ["/app"]\n');
  return folder;
}

/** Three versions were deployed, one after the other. */
function deployed(directory, environment) {
  const folder = copyOfExample(join(directory, 'deployed', 'shop'));
  for (const version of [1, 2, 3]) {
    writeVersion(folder, version);
    deliver(folder, environment, 'deploy', 'local', '--approve', 'all');
  }
  return folder;
}

/** Staging, and production that takes what is live there. */
function chain(directory, environment) {
  const folder = copyOfExample(join(directory, 'chain'));
  cpSync(join(folder, 'terraform'), join(folder, 'production'), { recursive: true });
  const yaml = join(folder, 'immutable.yaml');
  const [head, local] = readFileSync(yaml, 'utf8').split(/^ {2}local:\n/m);
  const end = local.indexOf('\ngates:');
  const staging = local.slice(0, end);
  const production = staging
    .replace('dir: terraform', 'dir: production')
    .replace('    rollback: { auto: on-health-failure }', '')
    .replace(/^/, '    protected: true\n    promoteFrom: { environment: staging }\n');
  writeFileSync(yaml, `${head}  staging:\n${staging}\n  production:\n${production}${local.slice(end)}`);
  commit(folder, 'Production');
  deliver(folder, environment, 'deploy', 'staging', '--approve', 'all');
  return folder;
}

/** What runs here was deployed from another clone: this one knows nothing of it. */
function old(directory, environment) {
  const folder = copyOfExample(join(directory, 'old'));
  deliver(folder, environment, 'deploy', 'local', '--approve', 'all');
  for (const name of ['ledger', 'runs', 'locks'])
    rmSync(join(folder, '.git/immutable', name), { recursive: true, force: true });
  return folder;
}

function commit(folder, message) {
  const git = (...args) => execFileSync('git', args, { cwd: folder });
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', `--message=${message}`);
}
