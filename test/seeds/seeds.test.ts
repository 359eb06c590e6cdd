import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../server/src/core/finding';
import { LineIndex } from '../../server/src/core/text';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import { lintWorkspace } from '../support/lint';
import { SEED_LISTINGS, type MustFire, type MustNotFire, type SeedListing } from './expectations';

interface Spoken {
  readonly finding: Finding;
  readonly line: string;
}

const KNOWN = new Set(ALL_RULES.map((rule) => rule.meta.id as string));

function filesOf(directory: string): Record<string, string> {
  const root = join(__dirname, directory);
  return Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
}

/** Findings of a listing, each with the line on which it starts. The listing lies alone in its workspace. */
function lint(listing: SeedListing): Spoken[] {
  const files = filesOf(listing.directory);
  const result = lintWorkspace(files, ALL_RULES);
  expect(result.errors).toEqual([]);
  return result.findings.map((finding) => {
    const text = files[finding.path] ?? '';
    const line = new LineIndex(text).lineAt(finding.range.start);
    return { finding, line: text.split('\n')[line] ?? '' };
  });
}

function says({ finding, line }: Spoken, wanted: MustFire): boolean {
  return (
    finding.rule === wanted.rule &&
    finding.path === wanted.file &&
    (wanted.severity === undefined || finding.severity === wanted.severity) &&
    line.includes(wanted.textAtFinding)
  );
}

/** Every wanted finding, each by another one: two wishes for the same line need two findings. */
function unfulfilled(spoken: readonly Spoken[], wanted: readonly MustFire[]): MustFire[] {
  const left = [...spoken];
  return wanted.filter((wish) => {
    const at = left.findIndex((candidate) => says(candidate, wish));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function breaks({ finding, line }: Spoken, silence: MustNotFire): boolean {
  const { rule } = silence;
  const isMeant =
    rule === undefined || rule === finding.rule || (rule.endsWith('/*') && finding.rule.startsWith(rule.slice(0, -1)));
  return isMeant && finding.path === silence.file && line.includes(silence.lineContains);
}

function show({ finding, line }: Spoken): string {
  return `${finding.severity} ${finding.rule} at ${finding.path}: ${line.trim()}`;
}

describe.each(SEED_LISTINGS)('$directory', (listing) => {
  const spoken = lint(listing);

  it('says what the founding document demands', () => {
    expect(unfulfilled(spoken, listing.mustFire)).toEqual([]);
  });

  it('says what later rules must say, as far as they exist', () => {
    const due = (listing.later ?? []).filter((wish) => KNOWN.has(wish.rule));
    expect(unfulfilled(spoken, due)).toEqual([]);
  });

  it('is silent about what the founding document does right', () => {
    const later = listing.later ?? [];
    const broken = listing.mustNotFire.flatMap((silence) =>
      spoken
        .filter((finding) => breaks(finding, silence) && !later.some((wish) => says(finding, wish)))
        .map((finding) => `${show(finding)} (silence about ${silence.lineContains || 'every line'})`),
    );
    expect(broken).toEqual([]);
  });
});

describe('the expectations themselves', () => {
  it.each(SEED_LISTINGS)(
    '$directory names files and lines that exist',
    ({ directory, mustFire, mustNotFire, later }) => {
      const files = filesOf(directory);
      const missing = [
        ...[...mustFire, ...(later ?? [])].map((wish) => [wish.file, wish.textAtFinding] as const),
        ...mustNotFire.map((silence) => [silence.file, silence.lineContains] as const),
      ].filter(([file, text]) => !files[file]?.split('\n').some((line) => line.includes(text)));
      expect(missing).toEqual([]);
    },
  );

  it('names a listing for every folder', () => {
    const folders = readdirSync(__dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(SEED_LISTINGS.map((listing) => listing.directory).sort()).toEqual(folders.sort());
  });
});
