import { describe, expect, it } from 'vitest';
import { MODULE, MUTABLE_DOCKERFILE, Workspace } from '../support/cli';

/** Many small files of several kinds that know of each other, and a few that cannot be read. */
function large(count: number): Workspace {
  const files: Record<string, string | Buffer> = {
    'immutable.yaml': 'lint:\n  rules:\n    no/such-rule: error\n',
    'binary.tf': Buffer.from([0, 1]),
    'latin.tf': Buffer.from('# \u00e9\n', 'latin1'),
  };
  for (let i = 0; i < count; i++) {
    for (const [path, text] of Object.entries(MODULE)) files[`stack-${i}/${path}`] = text;
    files[`app-${i}/Dockerfile`] = `${MUTABLE_DOCKERFILE}RUN apt-get update\n`;
    files[`app-${i}/compose.yaml`] = `services:\n  web:\n    build: .\n    image: shop/web-${i}:latest\n`;
    files[`app-${i}/deploy.yaml`] =
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop/web-${i}:latest\n`;
  }
  return new Workspace(files);
}

describe('--jobs', () => {
  it.each(['json', 'sarif', 'pretty'])('gives the same %s with any number of threads', async (format) => {
    const workspace = large(40);
    const [one, two, five] = await Promise.all(
      ['1', '2', '5'].map((jobs) => workspace.run(['lint', '--format', format, '--jobs', jobs])),
    );
    expect(one?.code).toBe(1);
    expect(one?.stdout.length).toBeGreaterThan(1000);
    expect(two).toEqual(one);
    expect(five).toEqual(one);
  });

  it('starts threads by itself when there are many files, with the same result', async () => {
    const workspace = large(80);
    const one = await workspace.lint(['--jobs', '1']);
    const many = await workspace.lint([]);
    expect(one.json.summary['files']).toBeGreaterThan(300);
    expect(many).toEqual(one);
  });

  it('orders findings by path and place', async () => {
    const { json } = await large(12).lint(['--jobs', '3']);
    const keys = json.findings.map(({ path, line, column }) => [path, line, column] as const);
    const sorted = [...keys].sort((a, b) => (a[0] === b[0] ? a[1] - b[1] || a[2] - b[2] : a[0] < b[0] ? -1 : 1));
    expect(keys).toEqual(sorted);
  });
});
