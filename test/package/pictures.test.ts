import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DELIVERY_COMMANDS } from '../../client/src/release/command-table';

interface Entry {
  readonly command: string;
  readonly title: string;
}

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { commands } = (JSON.parse(read('package.json')) as { readonly contributes: { readonly commands: Entry[] } })
  .contributes;
const texts = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
const titleOf = ({ title }: Entry): string => texts[title.slice(1, -1)] ?? title;
const isDelivery = ({ command }: Entry): boolean => command in DELIVERY_COMMANDS;

/** A picture is part of every clone: a screenshot of a part of the window needs no more. */
const MOST_BYTES = 45 * 1024;

const pages = ['README.md', ...filesBelow('docs').filter((path) => path.endsWith('.md'))];
const shown = new Set(
  pages.flatMap((page) =>
    [...read(page).matchAll(/!\[[^\]]*\]\(([^):]+)\)/g)].map(([, to = '']) => join(dirname(page), to)),
  ),
);
const pictures = filesBelow('docs/images');

describe('the commands of the palette', () => {
  const sections = new Map(
    read('docs/delivery.md')
      .split(/^#### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section.split(/^#{2,3} /m)[0] ?? '']),
  );

  it.each(commands.filter(isDelivery))('docs/delivery.md tells about $command and shows it', (command) => {
    const title = titleOf(command);
    const section = sections.get(title) ?? '';
    const name = title.toLowerCase().replaceAll(' ', '-').replace('…', '');
    const picture = `images/delivery/${name}.png`;
    expect(section.includes(`](${picture})`), picture).toBe(true);
    expect(existsSync(join(root, 'docs', picture)), picture).toBe(true);
    expect(section.replace(/^.*\n/, '').replace(/!\[.*/, '').trim().length, title).toBeGreaterThan(60);
  });

  it('are all that docs/delivery.md has a section for', () => {
    expect([...sections.keys()].sort()).toEqual(commands.filter(isDelivery).map(titleOf).sort());
  });

  it.each(commands.filter((command) => !isDelivery(command)))('docs/editor.md lists $command', (command) => {
    expect(read('docs/editor.md')).toContain(`| ${titleOf(command)} `);
  });
});

describe('the pictures of the documentation', () => {
  it('are there', () => {
    expect([...shown].filter((picture) => !existsSync(join(root, picture)))).toEqual([]);
  });

  it('are all shown somewhere', () => {
    expect(pictures.filter((picture) => !shown.has(picture))).toEqual([]);
  });

  it.each(pictures.filter((picture) => picture.includes('/delivery/')))('%s is small', (picture) => {
    expect(statSync(join(root, picture)).size).toBeLessThan(MOST_BYTES);
  });
});

function filesBelow(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}
