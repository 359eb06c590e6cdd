import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const MAX_BYTES = 2 * 1024 * 1024;

/** Everything that may be in the package. A file that is none of these was shipped by accident. */
const ALLOWED = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/package(?:\.nls(?:\.[a-z-]+)?)?\.json$/,
  /^extension\/(?:readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(?:cli|engine|step-runner|release\.node|(?:client|server)\.(?:node|web))\.js(?:\.LEGAL\.txt)?$/,
  /^extension\/docs\/rules\/(?:[a-z-]+\/)?[A-Za-z0-9-]+\.md$/,
  /^extension\/docs\/(?:checklist|delivery|editor|release|reviews)\.md$/,
  /^extension\/docs\/images\/[a-z-]+\.png$/,
  /^extension\/l10n\/bundle\.l10n(?:\.[a-z-]+)?\.json$/,
  /^extension\/media\/(?:icon\.png|activity\.svg|walkthrough\/[a-z]+\.md)$/,
  /^extension\/schemas\/[a-z.]+\.json$/,
  /^extension\/syntaxes\/packer\.(?:tmLanguage|language-configuration)\.json$/,
];

/** Without these the extension does not work. */
const NEEDED = [
  'extension/syntaxes/packer.language-configuration.json',
  'extension/syntaxes/packer.tmLanguage.json',
  'extension/dist/cli.js',
  'extension/dist/client.node.js',
  'extension/dist/client.web.js',
  'extension/dist/engine.js',
  'extension/dist/release.node.js',
  'extension/dist/server.node.js',
  'extension/dist/server.web.js',
  'extension/dist/step-runner.js',
  'extension/docs/rules/mutable-reference/image-latest.md',
  'extension/media/activity.svg',
  'extension/media/icon.png',
  'extension/package.nls.json',
  'extension/schemas/immutable.schema.json',
];

describe('the .vsix', () => {
  let directory: string;
  let file: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'immutable-vsix-'));
    file = join(directory, 'extension.vsix');
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/package.mjs'), file], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('is small', () => {
    expect(statSync(file).size).toBeLessThan(MAX_BYTES);
  });

  it('holds what is needed and nothing else', () => {
    const names = [...filesInZip(readFileSync(file)).keys()];
    expect(names).toEqual(expect.arrayContaining(NEEDED));
    expect(names.filter((name) => !ALLOWED.some((pattern) => pattern.test(name)))).toEqual([]);
  });

  it('holds every picture that its pages show', () => {
    const files = filesInZip(readFileSync(file));
    const pages = [...files].filter(([name]) => name.endsWith('.md'));
    const shown = pages.flatMap(([name, read]) =>
      [...read().matchAll(/!\[[^\]]*\]\(([^):]+)\)/g)].map(([, to = '']) => posix.join(posix.dirname(name), to)),
    );
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((picture) => !files.has(picture))).toEqual([]);
  });
});

/** The files of a ZIP archive by name, each with what reads it (APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16). */
function filesInZip(bytes: Buffer): ReadonlyMap<string, () => string> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = bytes.readUInt16LE(end + 10);
  const files = new Map<string, () => string>();
  for (let at = bytes.readUInt32LE(end + 16); files.size < count;) {
    const [isDeflated, size, local] = [
      bytes.readUInt16LE(at + 10),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 42),
    ];
    const nameLength = bytes.readUInt16LE(at + 28);
    files.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), () => {
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const stored = bytes.subarray(start, start + size);
      return (isDeflated === 0 ? stored : inflateRawSync(stored)).toString('utf8');
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}
