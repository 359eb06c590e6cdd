import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIGEST, MODULE, Workspace } from '../support/cli';
import { INDEX_TYPE } from '../support/fake-registry';
import { serve, type Loopback } from '../support/loopback-server';

/** A registry that has every image but those named `missing`. */
function registry(): Promise<Loopback> {
  return serve(({ url }, response) => {
    if (url?.includes('missing')) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': INDEX_TYPE, 'docker-content-digest': DIGEST }).end();
  });
}

describe('fix --online', () => {
  it('puts the digest behind the tag, in every kind of file, and changes no other byte', async () => {
    const { host, log } = await registry();
    const files = {
      Dockerfile: `# café 🐳\r\nFROM ${host}/base:1.27\r\nUSER app\r\n`,
      'compose.yaml': `services:\n  web:\n    image: "${host}/web"   # no tag\n  api:\n    image: ${host}/base:1.27\n`,
      'main.tf': `variable "image" {\n  default = "${host}/task:2"\n}\nresource "kubernetes_pod_v1" "a" {\n  spec {\n    container {\n      name  = "a"\n      image = var.image\n    }\n  }\n}\n`,
    };
    const workspace = new Workspace(files);
    const { code, stdout, stderr } = await workspace.run(['fix', '--online', '--only', 'mutable-reference/*']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Fixed 4 findings in 3 files.');
    expect(workspace.read('Dockerfile')).toBe(files.Dockerfile.replace(':1.27', `:1.27@${DIGEST}`));
    expect(workspace.read('compose.yaml')).toBe(
      files['compose.yaml'].replace('/web"', `/web:latest@${DIGEST}"`).replace(':1.27', `:1.27@${DIGEST}`),
    );
    expect(workspace.read('main.tf')).toBe(files['main.tf'].replace('task:2', `task:2@${DIGEST}`));
    expect(log.sort()).toEqual([
      'HEAD /v2/base/manifests/1.27',
      'HEAD /v2/task/manifests/2',
      'HEAD /v2/web/manifests/latest',
    ]);
    const left = await workspace.lint(['--only', 'mutable-reference/*', '--min-severity', 'hint']);
    expect(left.json.findings).toEqual([]);
  });

  it('with --dry-run shows what `git apply` takes, and writes no file but the cache', async () => {
    const { host } = await registry();
    const text = `FROM ${host}/base:1.27\n`;
    const workspace = new Workspace({ Dockerfile: text });
    const { code, stdout } = await workspace.run(['fix', '--online', '--dry-run', '--only', 'mutable-reference/*']);
    expect(code).toBe(1);
    expect(stdout).toContain(`-FROM ${host}/base:1.27\n+FROM ${host}/base:1.27@${DIGEST}\n`);
    expect(workspace.read('Dockerfile')).toBe(text);
    execFileSync('git', ['apply', '-'], { cwd: workspace.path, input: stdout });
    expect(workspace.read('Dockerfile')).toBe(`FROM ${host}/base:1.27@${DIGEST}\n`);
    expect(readFileSync(workspace.file('.cache/immutable-infra/digests.json'), 'utf8')).toContain(
      `"${host}/base:1.27"`,
    );
  });

  it('makes safe fixes in the same run', async () => {
    const { host } = await registry();
    const workspace = new Workspace({ ...MODULE, Dockerfile: `FROM ${host}/base:1.27\n` });
    const { stderr } = await workspace.run(['fix', '--online', '--only', 'mutable-reference/*']);
    expect(stderr).toContain('Fixed 2 findings in 2 files.');
    expect(workspace.read('infra/group.tf')).toContain('latest_version');
    expect(workspace.read('Dockerfile')).toContain(DIGEST);
  });

  it('pins what it can, and says what it cannot', async () => {
    const { host } = await registry();
    const workspace = new Workspace({ Dockerfile: `FROM ${host}/missing:1 AS a\nFROM ${host}/base:1\n` });
    const { code, stderr } = await workspace.run(['fix', '--online', '--only', 'mutable-reference/*']);
    expect(code).toBe(2);
    expect(stderr).toContain(`Dockerfile: Not pinned: ${host} has no image \`${host}/missing:1\`. Check the spelling`);
    expect(workspace.read('Dockerfile')).toBe(`FROM ${host}/missing:1 AS a\nFROM ${host}/base:1@${DIGEST}\n`);
  });

  it('leaves suppressed findings alone, and asks nobody about them', async () => {
    const { host, log } = await registry();
    const text = `# immutable: ignore[mutable-reference/*] a base that we rebuild every night\nFROM ${host}/base:1\n`;
    const workspace = new Workspace({ Dockerfile: text });
    await workspace.run(['fix', '--online', '--only', 'mutable-reference/*']);
    expect(workspace.read('Dockerfile')).toBe(text);
    expect(log).toEqual([]);
  });

  it('asks nobody when it was not said', async () => {
    const { host, log } = await registry();
    const workspace = new Workspace({ Dockerfile: `FROM ${host}/base:1\n` });
    await workspace.run(['fix']);
    await workspace.run(['lint']);
    await workspace.run(['lint', '--online']);
    await workspace.run(['inventory']);
    expect(log).toEqual([]);
  });

  it('uses the log-in of Docker', async () => {
    const { host, log } = await serve(({ headers }, response) => {
      if (headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      else response.writeHead(200, { 'content-type': INDEX_TYPE, 'docker-content-digest': DIGEST }).end();
    });
    const auth = Buffer.from('jo:pw').toString('base64');
    const workspace = new Workspace({
      Dockerfile: `FROM ${host}/base:1\n`,
      '.docker/config.json': JSON.stringify({ auths: { [host]: { auth } } }),
    });
    await workspace.run(['fix', '--online', '--only', 'mutable-reference/*', 'Dockerfile']);
    expect(workspace.read('Dockerfile')).toBe(`FROM ${host}/base:1@${DIGEST}\n`);
    expect(log).toEqual(['HEAD /v2/base/manifests/1', `HEAD /v2/base/manifests/1 with Basic ${auth}`]);
  });
});

describe('lint --online', () => {
  it('says how many findings could be pinned', async () => {
    const workspace = new Workspace({ Dockerfile: 'FROM node:latest\n' });
    const plain = await workspace.run(['lint', '--only', 'mutable-reference/*']);
    const online = await workspace.run(['lint', '--online', '--only', 'mutable-reference/*']);
    expect(online.stdout).toBe(plain.stdout);
    expect(online.stderr).toContain('1 finding can be pinned with `immutable-infra fix --online`');
    expect(plain.stderr).not.toContain('--online');
  });
});

describe('--insecure-registry', () => {
  it.each([
    [['fix', '--insecure-registry', 'a:5000'], 'needs --online'],
    [['fix', '--online', '--insecure-registry', 'http://a'], 'write a host such as'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await new Workspace({}).run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
