import { describe, expect, it } from 'vitest';
import type { Uri } from 'vscode';
import type { GitChange } from '../../client/src/review/git-api';
import { classRows, isFindingRow, type ComparedReview } from '../../client/src/review/review-model';
import { reviewedFiles } from '../../client/src/review/reviewed-files';
import type { ReviewShow, ShownFinding } from '../../server/src/lsp/protocol';

// As much of a URI as files of a review need.
const uri = (path: string, scheme = 'file'): Uri =>
  ({ scheme, path, toString: () => `${scheme}:${path}` }) as unknown as Uri;
const SIDES = { base: ({ path }: Uri) => uri(path, 'git'), head: ({ path }: Uri) => uri(path) };
const change = (path: string, status: number, from = path): GitChange => ({
  uri: uri(path),
  originalUri: uri(from),
  renameUri: uri(path),
  status,
});
const shown = (changes: readonly GitChange[]): (string | undefined)[][] =>
  reviewedFiles(changes, SIDES).map(({ file, base, head }) => [file.path, base?.toString(), head?.toString()]);

describe('files of a review', () => {
  it('have two sides, unless they came or went', () => {
    expect(shown([change('/w/b.tf', 5), change('/w/a.tf', 7), change('/w/c.tf', 6), change('/w/d.tf', 1)])).toEqual([
      ['/w/a.tf', undefined, 'file:/w/a.tf'],
      ['/w/b.tf', 'git:/w/b.tf', 'file:/w/b.tf'],
      ['/w/c.tf', 'git:/w/c.tf', undefined],
      ['/w/d.tf', undefined, 'file:/w/d.tf'],
    ]);
  });

  it('are compared with what they were called before', () => {
    expect(shown([change('/w/new.tf', 3, '/w/old.tf')])).toEqual([['/w/new.tf', 'git:/w/old.tf', 'file:/w/new.tf']]);
  });

  it('are listed once', () => {
    expect(shown([change('/w/a.tf', 5), change('/w/a.tf', 5)])).toHaveLength(1);
  });

  it.each([
    'Dockerfile',
    'api.Dockerfile',
    'Containerfile.web',
    'user-data',
    'a.pkr.hcl',
    'a.tfvars',
    'deploy.yml',
    'x.sh',
  ])('may be %s', (name) => {
    expect(shown([change(`/w/${name}`, 5)])).toHaveLength(1);
  });

  it.each(['main.ts', 'README.md', 'logo.png', 'data.csv', 'profile'])('are not %s', (name) => {
    expect(shown([change(`/w/${name}`, 5)])).toEqual([]);
  });
});

const found = (line: number, severity: ShownFinding['severity'] = 'error'): ShownFinding => ({
  rule: 'family/name',
  severity,
  message: 'Say a version.',
  range: { start: { line, character: 0 }, end: { line, character: 1 } },
  fingerprint: String(line),
});
const compared = (path: string, parts: Partial<ComparedReview['findings']>): ComparedReview => ({
  reviewed: { file: uri(path), base: uri(path, 'git'), head: uri(path) },
  findings: { file: `file:${path}`, kind: 'dockerfile', new: [], touched: [], existing: [], fixed: [], ...parts },
});
const rows = (review: readonly ComparedReview[], show: ReviewShow = 'changed') => classRows(review, () => show);

describe('rows of a review', () => {
  const REVIEW = [
    compared('/w/a', { new: [found(9), found(2)], existing: [found(1)], fixed: [found(3)] }),
    compared('/w/b', { new: [found(4)], touched: [found(5)] }),
  ];

  it('are grouped by what happened, then by file, then in the order of the lines', () => {
    const [added] = rows(REVIEW);
    expect(rows(REVIEW).map((row) => [row.change, row.count])).toEqual([
      ['new', 3],
      ['touched', 1],
      ['fixed', 1],
    ]);
    expect(added?.files.map(({ reviewed }) => reviewed.file.path)).toEqual(['/w/a', '/w/b']);
    expect(added?.files[0]?.findings.map(({ finding }) => finding.range.start.line)).toEqual([2, 9]);
  });

  it('have the worst first', () => {
    const [added] = rows([compared('/w/a', { new: [found(1, 'hint'), found(7), found(3, 'warning'), found(5)] })]);
    expect(added?.files[0]?.findings.map(({ finding }) => finding.range.start.line)).toEqual([5, 7, 3, 1]);
  });

  it('are those that the setting asks for', () => {
    expect(rows(REVIEW, 'new').map(({ change }) => change)).toEqual(['new', 'fixed']);
    expect(rows(REVIEW, 'all').map(({ change }) => change)).toEqual(['new', 'touched', 'existing', 'fixed']);
  });

  it('follow the setting of each file', () => {
    const mixed = classRows(REVIEW, ({ file }) => (file.path === '/w/a' ? 'all' : 'new'));
    expect(mixed.map(({ change }) => change)).toEqual(['new', 'existing', 'fixed']);
  });

  it('are none without findings', () => {
    expect(rows([compared('/w/a', {})])).toEqual([]);
  });

  it('say which of them are findings', () => {
    const [added] = rows(REVIEW);
    expect(isFindingRow(added)).toBe(false);
    expect(isFindingRow(added?.files[0]?.findings[0])).toBe(true);
    expect(isFindingRow('file:///w/a')).toBe(false);
  });
});
