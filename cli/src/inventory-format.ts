import { hasMoved, pinOf, type LocatedReference, type LocatedRepository } from './inventory-run';
import { counted } from './report';
import { printable, type Style } from './terminal';
import { VERSION } from './version';
import type { Root } from './workspace-root';

/** What the tag classes mean, in a word or two. */
const CLASS_WORDS: Readonly<Record<LocatedReference['tagClass'], string>> = {
  none: 'no tag',
  'latest-like': 'moving tag',
  floating: 'part of a version',
  full: 'complete version',
  digest: 'pinned',
  unknown: 'not known',
};

/** For people: a table by repository. */
export function inventoryTable(repositories: readonly LocatedRepository[], root: Root, style: Style): string {
  const lines: string[] = [];
  for (const { repository, tags, references, builds } of repositories) {
    const several = tags.length > 1 ? `  ${style.yellow(`${tags.length} tags: ${printable(tags.join(', '))}`)}` : '';
    lines.push(`${style.bold(printable(repository))}${several}`);
    const rows = references.map((reference) => row(reference, root));
    const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((cells) => cells[column]?.length ?? 0)));
    references.forEach((reference, index) => {
      const cells = (rows[index] ?? []).map((cell, column) => printable(cell).padEnd(widths[column] ?? 0));
      lines.push(`  ${cells.join('  ')}`.trimEnd());
      lines.push(...registryLines(reference, style));
    });
    for (const { path, dockerfile } of builds) {
      const from = dockerfile === undefined ? '' : ` from ${root.shown(dockerfile)}`;
      lines.push(`  ${style.dim(printable(`built by ${root.shown(path)}${from}`))}`);
    }
    lines.push('');
  }
  lines.push(summaryOf(repositories));
  return `${lines.join('\n')}\n`;
}

function row(reference: LocatedReference, root: Root): string[] {
  const { text, tag, tagClass, digest, path, line, column, role, environment, anchor } = reference;
  const shownTag = tag ?? (tagClass === 'none' ? '(latest)' : tagClass === 'unknown' ? '…' : '–');
  const pin = digest === undefined ? '' : ` ${digest.slice(0, 19)}…`;
  const remarks = [
    anchor,
    ...(role === 'built' ? ['built here'] : []),
    ...(environment === 'development' ? ['development'] : []),
  ];
  const isBroken = tagClass === 'digest' && digest === undefined && !text.includes('…');
  return [
    shownTag,
    isBroken ? 'invalid digest' : `${CLASS_WORDS[tagClass]}${pin}`,
    `${root.shown(path)}:${line}:${column}`,
    remarks.join(', '),
  ];
}

function registryLines(reference: LocatedReference, style: Style): string[] {
  const { registered } = reference;
  if (!registered) return [];
  if ('problem' in registered) return [`      ${style.red(printable(registered.problem))}`];
  if (hasMoved(reference)) return [`      ${style.yellow(`the tag is now at ${registered.digest}`)}`];
  const pin = pinOf(reference);
  return [`      ${pin === undefined ? style.green('the tag is still at that digest') : style.dim(printable(pin))}`];
}

function summaryOf(repositories: readonly LocatedRepository[]): string {
  const used = repositories.flatMap(({ references }) => references.filter(({ role }) => role === 'used'));
  if (repositories.length === 0) return 'No image is named here.';
  const pinnedCount = used.filter(({ digest }) => digest !== undefined).length;
  const several = repositories.filter(({ tags }) => tags.length > 1).length;
  return `${countedRepositories(repositories.length)}, ${counted(used.length, 'reference')}, ${pinnedCount} pinned to a digest, ${countedRepositories(several)} with several tags.`;
}

function countedRepositories(count: number): string {
  return `${count} ${count === 1 ? 'repository' : 'repositories'}`;
}

/** For programs. Keys that have no value are null. */
export function inventoryJson(repositories: readonly LocatedRepository[]): string {
  const entries = repositories.map(({ repository, tags, references, builds }) => ({
    repository,
    tags,
    references: references.map((reference) => ({
      path: reference.path,
      line: reference.line,
      column: reference.column,
      endLine: reference.endLine,
      endColumn: reference.endColumn,
      text: reference.text,
      tag: reference.tag ?? null,
      tagClass: reference.tagClass,
      digest: reference.digest ?? null,
      environment: reference.environment,
      anchor: reference.anchor,
      site: reference.site,
      role: reference.role,
      ...(reference.registered ? { registry: reference.registered } : {}),
    })),
    builtBy: builds.map(({ path, name, dockerfile }) => ({ path, name, dockerfile: dockerfile ?? null })),
  }));
  return `${JSON.stringify({ version: 1, tool: { name: 'immutable-infra', version: VERSION }, repositories: entries }, null, 2)}\n`;
}
