import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintFiles } from '../../server/src/lsp/protocol';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import { lintWorkspace } from '../support/lint';
import { LspClient, MemoryDisk } from '../support/lsp-client';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const ROOT = 'file:///examples';

const files: Readonly<Record<string, string>> = Object.fromEntries<string>(
  readdirSync(EXAMPLES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file): [string, string] => [relative(EXAMPLES, file).split(sep).join('/'), readFileSync(file, 'utf8')])
    .sort(),
);
const paths = Object.keys(files);
let client: LspClient;

beforeAll(async () => {
  const disk = new MemoryDisk(
    Object.fromEntries(paths.map((path): [string, string] => [`/examples/${path}`, files[path] ?? ''])),
  );
  client = await LspClient.start({ folders: [ROOT], disk });
});

afterAll(() => client.stop());

describe('the example shop', () => {
  const seen = new Set<string>();
  // A script that two files use is linted with both; the first to find something stands for the other.
  const expected = lintWorkspace(files, ALL_RULES)
    .findings.filter(({ path, rule, range, message }) => {
      const identity = JSON.stringify([path, rule, range, message]);
      const isNew = !seen.has(identity);
      seen.add(identity);
      return isNew;
    })
    .map(({ path, rule, fingerprint, severity }) => `${path} ${rule} ${fingerprint} ${severity}`);

  it('has the findings in the editor that it has on the command line', async () => {
    expect(expected.length).toBeGreaterThan(10);
    const { files: found } = await client.send(lintFiles, { uris: paths.map((path) => `${ROOT}/${path}`) });
    const shown = found.flatMap(({ uri, findings }) =>
      findings.map(
        ({ rule, fingerprint, severity }) => `${uri.slice(ROOT.length + 1)} ${rule} ${fingerprint} ${severity}`,
      ),
    );
    expect(shown.sort()).toEqual(expected.sort());
  });

  it('shows them in its documents too, one by one', async () => {
    const shown: string[] = [];
    for (const path of paths) await client.open(`${ROOT}/${path}`, 'plaintext', files[path] ?? '');
    for (const path of paths) await client.diagnostics(`${ROOT}/${path}`);
    for (const path of paths) {
      for (const { code, data } of await client.diagnostics(`${ROOT}/${path}`))
        shown.push(`${path} ${String(code)} ${(data as { fingerprint: string }).fingerprint}`);
    }
    expect(shown.sort()).toEqual(expected.map((line) => line.replace(/ \w+$/, '')).sort());
  });
});
