import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LineIndex } from '../../server/src/core/text';
import { Dependencies } from '../../server/src/lsp/dependencies';
import { Documents } from '../../server/src/lsp/documents';
import { fixDocument } from '../../server/src/lsp/fix-all';
import { Folder } from '../../server/src/lsp/folder';
import { Log } from '../../server/src/lsp/log';
import { NodeFiles } from '../../server/src/lsp/node-files';
import { anchorRange } from '../../server/src/lsp/places';
import { DEFAULT_SETTINGS } from '../../server/src/lsp/protocol';
import { whyOf } from '../../server/src/lsp/rule-pages';
import type { DocumentResult } from '../../server/src/lsp/session';
import { SettingsCache } from '../../server/src/lsp/settings-cache';
import { below, formatUri, parseUri, relativePath, resourceKey, uriKey } from '../../server/src/lsp/uri';
import { yamlCursor } from '../../server/src/lsp/yaml-cursor';

describe('URIs', () => {
  it('are the same however they are written', () => {
    const written = ['file:///c%3A/My%20Shop/a.tf', 'file:///C:/My Shop/a.tf', 'FILE:///c:/My%20Shop/a.tf#L3'];
    expect(new Set(written.map(uriKey)).size).toBe(1);
    expect(uriKey('file:///work/A.tf')).not.toBe(uriKey('file:///work/a.tf'));
    expect(uriKey('git:/a.tf?ref=1')).not.toBe(uriKey('git:/a.tf?ref=2'));
    expect(parseUri('file:///100%.tf').path).toBe('/100%.tf');
  });

  it.each([
    'file:///work/a.tf',
    'file:///c%3A/work/%C3%A4%20%23%3F.tf',
    'untitled:Untitled-1',
    'vscode-vfs://github/acme/shop/a.tf',
    'vscode-remote://ssh-remote%2Bhost/home/a.tf',
    'git:/a.tf?%7B%22ref%22%3A%22HEAD%22%7D',
  ])('are written as they were read: %s', (uri) => {
    expect(formatUri(parseUri(uri))).toBe(uri);
  });

  it('have paths below folders', () => {
    const folder = parseUri('file:///work/shop/');
    const file = below(folder, 'a/b c.tf');
    expect(formatUri(file)).toBe('file:///work/shop/a/b%20c.tf');
    expect(relativePath(folder, file)).toBe('a/b c.tf');
    expect(relativePath(parseUri('file:///work/sho'), file)).toBeUndefined();
    expect(relativePath(parseUri('vscode-vfs://github/work/shop'), file)).toBeUndefined();
    expect(resourceKey(below(folder, ''))).toBe(resourceKey(folder));
  });
});

describe('local files', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'immutable-files-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are read again when they changed, once the memory of them is a second old or told to be wrong', () => {
    const files = new NodeFiles();
    const path = join(directory, 'a.tf');
    writeFileSync(path, '\uFEFFone');
    expect(files.read(path)).toBe('one');
    expect(files.list(directory)).toEqual(['a.tf']);
    writeFileSync(path, 'two');
    utimesSync(path, 1, 1);
    writeFileSync(join(directory, 'b.tf'), '');
    expect(files.read(path)).toBe('one');
    files.forget(path);
    expect([files.read(path), files.list(directory)]).toEqual(['two', ['a.tf', 'b.tf']]);
    writeFileSync(path, 'three');
    vi.useFakeTimers({ now: Date.now() + 5000 });
    expect(files.read(path)).toBe('three');
    rmSync(path);
    files.forget();
    expect([files.read(path), files.list(directory)]).toEqual([undefined, ['b.tf']]);
  });

  it('are absent when they are too large or no files', () => {
    const files = new NodeFiles();
    mkdirSync(join(directory, 'folder.tf'));
    writeFileSync(join(directory, 'large.tf'), 'x'.repeat(1024 * 1024 + 1));
    expect(files.read(join(directory, 'folder.tf'))).toBeUndefined();
    expect(files.read(join(directory, 'large.tf'))).toBeUndefined();
    expect(files.list(join(directory, 'large.tf'))).toBeUndefined();
    expect([files.reads('file'), files.reads('vscode-vfs')]).toEqual([true, false]);
  });
});

describe('what a change concerns', () => {
  it('is its directory, and those whose documents read the file or listed the names', () => {
    const dependencies = new Dependencies();
    dependencies.begin('app');
    dependencies.note('scripts/run.sh');
    dependencies.note('scripts');
    dependencies.end();
    dependencies.note('other/unread.sh');
    expect([...dependencies.changed('scripts/run.sh', true)]).toEqual(['scripts', 'app']);
    expect([...dependencies.changed('scripts/new.sh', true)]).toEqual(['scripts']);
    expect([...dependencies.changed('scripts/new.sh', false)]).toEqual(['scripts', 'app']);
    expect([...dependencies.changed('other/unread.sh', false)]).toEqual(['other']);
    expect(dependencies.stamp('app')).toBe(2);
  });
});

describe('fixing a whole document', () => {
  const text = Array.from(
    { length: 3 },
    (_, index) => `resource "aws_autoscaling_group" "g${index}" {
  min_size = 2
  launch_template {
    id      = aws_launch_template.app.id
    version = "$Latest"
  }
  instance_refresh {
    strategy = "Rolling"
  }
}
`,
  ).join('resource "aws_launch_template" "app" {}\n');
  const settings = { settings: DEFAULT_SETTINGS, key: '' };
  const folder = new Folder(undefined, {
    access: { documents: new Documents(), local: undefined, remote: undefined },
    isTrusted: () => true,
    now: () => new Date('2026-11-21'),
  });
  const result = { text, settings, location: { folder, path: 'main.tf' } } as unknown as DocumentResult;
  const log = new Log({ console: { warn: () => undefined } as never });

  it('makes the smallest edit that does it', () => {
    const edit = fixDocument(result, 'terraform', log);
    const after = edit && text.slice(0, edit.at.start) + edit.text + text.slice(edit.at.end);
    expect(after).toBe(text.replaceAll('"$Latest"', 'aws_launch_template.app.latest_version'));
    expect(edit?.at.start).toBeGreaterThan(text.indexOf('version = '));
  });

  it('ends when time is up, with what is done until then', () => {
    let now = 0;
    const passes: number[] = [];
    const edit = fixDocument(result, 'terraform', log, () => {
      passes.push(now);
      return (now += 150);
    });
    expect(edit).toBeDefined();
    expect(passes.length).toBeLessThanOrEqual(4);
    let late = 0;
    expect(fixDocument(result, 'terraform', log, () => (late += 500))).toBeUndefined();
  });
});

describe('settings that a client does not answer for', () => {
  it('are the defaults after a while, and that is logged once', async () => {
    const lines: string[] = [];
    const log = new Log({ console: { error: (line: string) => lines.push(line) } as never });
    const silent = { getConfiguration: () => new Promise(() => undefined) };
    const cache = new SettingsCache({ workspace: silent as never }, log, () => true, 5);
    expect((await cache.for('file:///a')).settings).toEqual(DEFAULT_SETTINGS);
    expect((await cache.for('file:///b')).settings).toEqual(DEFAULT_SETTINGS);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('No answer within 5 ms.');
  });
});

describe('what an anchor names', () => {
  const text = '\n# x\nmodule "a" {\n}\n\n  resource "aws_instance" "web" {\n  }\n';
  it.each([
    ['resource.aws_instance.web/ami', 'resource "aws_instance" "web"'],
    ['module.a/version', 'module "a"'],
    ['resource.aws_instance.other', '# x'],
    ['Deployment/app/(', '# x'],
  ])('%s', (anchor, found) => {
    const range = anchorRange(text, new LineIndex(text), anchor);
    expect(text.slice(range.start, range.end)).toBe(found);
  });
});

describe('a half-written YAML text', () => {
  it.each([
    ['a:\n  b:\n    - c: 1\n      d|', 'key', 'a/b/-'],
    ['a:\n- b|', 'key', 'a/-'],
    ['a:\n  b: x|', 'value', 'a/b'],
    ['a:\n  "b/c":\n    d: |', 'value', 'a/b/c/d'],
    ['a:\n  b: 1\nc|', 'key', ''],
    ['a:\n  - - x|', 'key', 'a/-/-'],
    ['a: {b|', undefined, undefined],
    ['# a|', undefined, undefined],
    ['a b|', undefined, undefined],
  ])('%j', (marked, type, path) => {
    const offset = marked.indexOf('|');
    const cursor = yamlCursor(new LineIndex(marked.replace('|', '')), offset);
    expect([cursor?.type, cursor?.path.join('/')]).toEqual([type, path]);
  });
});

describe('the reason on a page', () => {
  it('is the first paragraph under its heading', () => {
    expect(whyOf('# a\n\n## Why\n\nOne\ntwo.\n\nThree.\n')).toBe('One two.');
    expect(whyOf('# a\n\n## Why\n\n## Bad\n')).toBeUndefined();
    expect(whyOf('# a\n')).toBeUndefined();
  });
});
