import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine, type DoctorLine } from '../../../release/src/api/examine';
import { newHolder } from '../../../release/src/lock/holder';
import { StateRoot } from '../../../release/src/state-root';
import { record } from '../drift/support';
import { createRun } from '../support/fake-world';

let directory: string;
let work: string;
let root: StateRoot;
let server: Server;
let host: string;

beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-doctor-')));
  work = join(directory, 'work');
  for (const name of ['work/.git', 'bin', 'home/.docker']) mkdirSync(join(directory, name), { recursive: true });
  root = new StateRoot(join(work, '.git', 'immutable'));
  server = createServer((_request, response) => response.writeHead(404).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

const PIPELINE = (more = ''): string => `app: shop
images: { web: { container: { builder: podman, repository: "${host}/shop/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["8081:80"] }, green: { publish: ["8082:80"] } } }] } }
    health: [{ command: { argv: [./check.sh] } }]
    route: { file: { path: upstream.conf, content: "\${slot.port}" } }
${more}`;

function program(path: string, body: string): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

async function look(text: string | undefined, own: Record<string, string> = {}): Promise<readonly DoctorLine[]> {
  const file = join(work, 'immutable.yaml');
  if (text !== undefined) writeFileSync(file, text);
  const PATH = [join(directory, 'bin'), ...(process.env['PATH'] ?? '').split(':').filter((one) => one !== '')].join(
    ':',
  );
  return examine(file, { own: { PATH, HOME: join(directory, 'home'), ...own } });
}

/** `verdict what: text`, by what. */
function said(lines: readonly DoctorLine[], what: string): string {
  const found = lines.filter((line) => line.what === what);
  return found.map(({ verdict, text, next }) => `${verdict}: ${text}${next === null ? '' : ` > ${next}`}`).join('\n');
}

describe('doctor', () => {
  it('tells tools with their versions and files, and never runs one of the workspace', async () => {
    program('bin/podman', 'echo "podman version 9.8.7"');
    program('work/bin/podman', `touch ${directory}/ran`);
    program('work/check.sh', `touch ${directory}/ran`);
    const lines = await look(PIPELINE(), { PATH: [join(work, 'bin'), join(directory, 'bin')].join(':') });
    expect(said(lines, 'tool podman')).toBe(
      `warn: ${work}/bin/podman is passed over: it lies in the workspace > Never run a tool that a repository brings; install it.\n` +
        `ok: podman version 9.8.7, ${directory}/bin/podman`,
    );
    expect(said(lines, 'tool ./check.sh')).toContain('fail: not on PATH; health of local');
    expect(said(lines, 'tool git')).toMatch(/^warn: not on PATH; releases are told apart/);
    expect(existsSync(join(directory, 'ran'))).toBe(false);
    expect(lines.every(({ verdict, next }) => (verdict === 'ok') === (next === null))).toBe(true);
  });

  it('a tool that hangs or fails is named, not believed', async () => {
    program('bin/podman', 'echo broken 1.2 >&2; exit 3');
    expect(said(await look(PIPELINE()), 'tool podman')).toContain('does not tell its version: it ended with code 3');
  });

  it('tells whether registries answer and where their log-in lies, never the log-in', async () => {
    const auth = Buffer.from('ana:verysecret').toString('base64');
    writeFileSync(join(directory, 'home/.docker/config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
    const lines = await look(PIPELINE());
    expect(said(lines, `registry ${host}`)).toBe(`ok: answers; log-in stored in ${directory}/home/.docker/config.json`);
    expect(JSON.stringify(lines)).not.toContain(auth);
    writeFileSync(join(directory, 'home/.docker/config.json'), JSON.stringify({ credHelpers: { [host]: 'pass' } }));
    expect(said(await look(PIPELINE()), `registry ${host}`)).toContain('from the helper docker-credential-pass');
    await new Promise((resolve) => server.close(resolve));
    expect(said(await look(PIPELINE()), `registry ${host}`)).toMatch(/^fail: .*no|refused|reach/i);
  }, 60_000);

  it('tells what is wrong with the pipeline, and proposes one when there is none', async () => {
    expect(said(await look(undefined), 'pipeline')).toContain(
      '> Have one proposed: immutable-infra init --delivery --dry-run',
    );
    expect(said(await look('app: Web\n'), 'pipeline')).toContain('immutable.yaml:1:6: Use small letters');
  });

  it('tells locks, histories, clocks and interrupted runs, each with what to do', async () => {
    root.prepare();
    mkdirSync(dirname(root.lock('x')), { recursive: true });
    expect(said(await look(PIPELINE()), 'lock local')).toBe('ok: free');
    const far = { host: 'far', machine: 'far', boot: 'far' };
    writeFileSync(root.lock('local'), JSON.stringify({ ...newHolder('R1', new Date(0)), ...far }));
    expect(said(await look(PIPELINE()), 'lock local')).toMatch(
      /^fail: held by .*@far .*immutable-infra take-over local$/,
    );
    writeFileSync(root.lock('local'), JSON.stringify({ ...newHolder('R1', new Date(0)), start: '1' }));
    expect(said(await look(PIPELINE()), 'lock local')).toContain('warn:');
    writeFileSync(root.lock('local'), 'half');
    expect(said(await look(PIPELINE()), 'lock local')).toContain('its file cannot be read');

    record(root, 'local', { type: 'note', run: 'R1', text: 'a' }, { type: 'note', run: 'R1', text: 'b' });
    expect(said(await look(PIPELINE()), 'ledger local')).toBe('ok: 2 records, unbroken');
    rmSync(root.ledger('local'));
    expect(said(await look(PIPELINE()), 'ledger local')).toBe(
      'fail: its end was cut off > immutable-infra verify-ledger local',
    );

    createRun(root, work, 'R7');
    expect(said(await look(PIPELINE()), 'run R7')).toBe(
      'warn: deploy of local was interrupted (CREATED) > immutable-infra resume R7',
    );
  });

  it('tells when others may read the state, and when a later version wrote it', async () => {
    root.prepare();
    expect(said(await look(PIPELINE()), 'state')).toBe(`ok: ${root.path} (0700)`);
    chmodSync(root.path, 0o755);
    writeFileSync(join(root.path, 'format'), '2\n');
    mkdirSync(root.torn);
    writeFileSync(join(root.torn, 'a'), 'x');
    const text = said(await look(PIPELINE()), 'state');
    expect(text).toContain(`others may read it > chmod 700 ${root.path}`);
    expect(text).toContain('fail: its format is 2, this version knows 1');
    expect(text).toContain('1 unfinished lines are saved');
    expect(said(await look(PIPELINE()), 'disk')).toMatch(/\d+ MB are free/);
  });

  it('masks secrets of the environment wherever they would show', async () => {
    program('bin/podman', 'echo "podman 1.0 $API_TOKEN"');
    const lines = await look(PIPELINE(), { API_TOKEN: 'hunter2hunter2' });
    expect(said(lines, 'tool podman')).toContain('«secret:API_TOKEN»');
    expect(JSON.stringify(lines)).not.toContain('hunter2hunter2');
  });
});
