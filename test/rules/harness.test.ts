/**
 * What holds for every rule, with no code written for it: its annotated examples give exactly the findings they name;
 * it never throws on half-typed text; its fixes apply, parse, remove their finding and add none; safe fixes are
 * idempotent; a suppression silences it; its messages are complete; its page and cases exist.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../server/src/core/finding';
import { fingerprint } from '../../server/src/core/fingerprint';
import { applyEdits } from '../../server/src/core/fix';
import { suppressionEdit } from '../../server/src/core/suppress';
import { LineIndex } from '../../server/src/core/text';
import type { LintRule } from '../../server/src/model/facts';
import { SourceFile } from '../../server/src/model/source-file';
import { detectKind } from '../../server/src/lang/detect';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import type { Case, CaseFile } from '../support/cases';
import { lintWorkspace } from '../support/lint';
import { casesOf, list, pageText } from '../support/rule-cases';

/** `npm run test:deep` tries every prefix and every text with one character deleted; else a sample is tried. */
const DEEP = process.env['IMMUTABLE_DEEP'] !== undefined;

/** How many prefixes, and how many deletions, of one file are in the sample. */
const SAMPLE = 30;

/** How many half-typed texts were linted. */
let tried = 0;

afterAll(() => {
  if (DEEP) console.info(`${tried} half-typed texts`);
});

for (const original of ALL_RULES) {
  // Rules outside the recommended preset are tested as if they were on; their severity stays their own.
  const rule: LintRule = { ...original, meta: { ...original.meta, recommended: true } };
  const { page, cases } = casesOf(rule.meta.id);

  describe(rule.meta.id, () => {
    it('has a page and cases of its own, good and bad', () => {
      expect(pageText(rule.meta.id)).toContain(`# ${rule.meta.id}\n`);
      expect(page.length).toBeGreaterThan(0);
      const all = [...page, ...cases];
      expect(cases.length).toBeGreaterThan(0);
      expect(all.some((each) => expectedOf(each, rule).length > 0)).toBe(true);
      expect(all.some((each) => expectedOf(each, rule).length === 0)).toBe(true);
      const texts = all.map((each) => JSON.stringify(each.files));
      expect(new Set(texts).size, 'duplicate cases').toBe(texts.length);
    });

    it('reports every message that it declares somewhere in its cases', () => {
      const seen = new Set(
        [...page, ...cases].flatMap((each) => run(each, rule).findings.map((finding) => finding.messageId)),
      );
      expect(Object.keys(rule.meta.messages).filter((message) => !seen.has(message))).toEqual([]);
    });

    for (const each of [...page, ...cases]) {
      describe(`${each.source}: ${each.title}`, () => {
        checkCase(each, rule);
      });
    }
  });
}

describe('pages and cases', () => {
  const ids = new Set<string>(ALL_RULES.map((rule) => rule.meta.id));
  it('every page belongs to a rule', () => {
    expect(list('docs/rules', '.md').filter((id) => !ids.has(id) && !id.startsWith('suppression/'))).toEqual([]);
  });
  it('every case file belongs to a rule', () => {
    expect(list('test/rules', '.md').filter((id) => !ids.has(id))).toEqual([]);
  });
});

function checkCase(each: Case, rule: LintRule): void {
  it('gives exactly the findings that are annotated', () => {
    const { findings, errors } = run(each, rule);
    expect(errors.map(({ rule: id, error }) => `${id}: ${String(error)}`)).toEqual([]);
    for (const finding of findings) {
      expect(finding.message, 'every placeholder is filled').not.toMatch(/\{\w+\}/);
      expect(finding.anchor).not.toBe('');
    }
    const actual = findings.map((finding) => describeFinding(each, finding));
    const expected = expectedOf(each, rule).map(({ file, annotation }) => {
      const { line, column, endColumn, severity } = annotation;
      const match = findings.find((finding) => {
        const at = positionOf(each, finding);
        return finding.path === file.path && at.line === line && at.column === column;
      });
      const end = endColumn ?? (match ? endColumnOf(each, match) : 0);
      if (annotation.fragment !== undefined && match) expect(match.message).toContain(annotation.fragment);
      return `${file.path}:${line + 1}:${column + 1}-${end + 1} ${severity ?? match?.severity ?? '?'}`;
    });
    expect(actual.sort()).toEqual(expected.sort());
  });

  it('does not throw on half-typed text', { timeout: DEEP ? 3_600_000 : 60_000 }, () => {
    for (const file of each.files) {
      for (const text of variants(file.text)) {
        const { errors } = run(withText(each, file.path, text), rule);
        tried++;
        // A call of `expect` for each of a million texts would take most of the time.
        if (errors.length === 0) continue;
        expect.unreachable(
          errors.map(({ rule: id, error }) => `${id}: ${String(error)} in ${JSON.stringify(text)}`).join('\n'),
        );
      }
    }
  });

  it('fixes apply, parse, remove their finding and add none', () => {
    const before = run(each, rule).findings;
    for (const finding of before) {
      for (const fix of finding.fixes) {
        if (fix.level === 'online') {
          expect(fix.resolve?.image).toBeTruthy();
          continue;
        }
        expect(fix.edits.length, `"${fix.title}" edits something`).toBeGreaterThan(0);
        const fixed = applyFix(each, finding, fix);
        const after = run(fixed, rule);
        expect(after.errors).toEqual([]);
        const remaining = after.findings.filter(
          (other) => other.fingerprint === finding.fingerprint && other.message === finding.message,
        );
        expect(
          remaining.map((other) => other.message),
          `"${fix.title}" removes its finding`,
        ).toEqual([]);
        expect(after.findings.length, `"${fix.title}" adds no finding`).toBeLessThan(before.length);
        for (const file of fixed.files) {
          const original = each.files.find((candidate) => candidate.path === file.path);
          expect(problems(file), `"${fix.title}" leaves ${file.path} well-formed:\n${file.text}`).toBeLessThanOrEqual(
            original ? problems(original) : 0,
          );
        }
      }
    }
  });

  it('safe fixes reach a stable text, the one shown as fixed', () => {
    const fixed = applyAllSafe(each, rule);
    for (const expected of each.results) {
      if (expected.role !== 'fixed') continue;
      expect(fixed.files.find((file) => file.path === expected.path)?.text).toBe(expected.text);
    }
    const left = run(fixed, rule).findings.flatMap((finding) => finding.fixes.filter((fix) => fix.level === 'safe'));
    expect(left.map((fix) => fix.title)).toEqual([]);
  });

  it('suggestions give the text that is shown', () => {
    for (const expected of each.results) {
      if (expected.role !== 'suggestion') continue;
      const finding = run(each, rule).findings.find((candidate) =>
        candidate.fixes.some((fix) => fix.level === 'suggestion'),
      );
      const fix = finding?.fixes.filter((candidate) => candidate.level === 'suggestion')[expected.number - 1];
      expect(fix, `suggestion ${expected.number}`).toBeDefined();
      if (!finding || !fix) continue;
      expect(applyFix(each, finding, fix).files.find((file) => file.path === expected.path)?.text).toBe(expected.text);
    }
  });

  it('a suppression where the finding stands silences it', () => {
    const result = run(each, rule);
    for (const finding of result.findings) {
      const file = each.files.find((candidate) => candidate.path === finding.path);
      const source = file && sourceOf(file);
      if (!file || !source) continue;
      const edit = suppressionEdit(source, finding, { scope: 'line', reason: 'accepted in the test' });
      expect(edit, 'every finding has a place to suppress it').toBeDefined();
      if (!edit) continue;
      const after = run(withText(each, file.path, applyEdits(file.text, [edit])), rule);
      const still = after.findings.filter(
        (other) =>
          other.path === finding.path &&
          other.anchor === finding.anchor &&
          other.message === finding.message &&
          !isOther(result.findings, finding, other),
      );
      expect(
        still.map((other) => other.message),
        applyEdits(file.text, [edit]),
      ).toEqual([]);
    }
  });
}

/** Two findings may share anchor and message (two uses on two lines): only one of them was silenced. */
function isOther(before: readonly Finding[], silenced: Finding, found: Finding): boolean {
  return before.some(
    (finding) =>
      finding !== silenced &&
      finding.anchor === found.anchor &&
      finding.message === found.message &&
      finding.path === found.path,
  );
}

function run(each: Case, rule: LintRule): { findings: Finding[]; errors: readonly { rule: string; error: unknown }[] } {
  const files = Object.fromEntries(each.files.map((file) => [file.path, file.text]));
  const { findings, errors } = lintWorkspace(files, [rule]);
  return { findings: findings.filter((finding) => finding.rule === rule.meta.id), errors };
}

function expectedOf(each: Case, rule: LintRule) {
  return each.files.flatMap((file) =>
    file.expected.filter((annotation) => annotation.rule === rule.meta.id).map((annotation) => ({ file, annotation })),
  );
}

function textIn(each: Case, path: string): string {
  return each.files.find((file) => file.path === path)?.text ?? '';
}

function positionOf(each: Case, finding: Finding) {
  return new LineIndex(textIn(each, finding.path)).position(finding.range.start);
}

/** End column on the finding's first line: a finding over several lines is annotated up to the end of the first. */
function endColumnOf(each: Case, finding: Finding): number {
  const index = new LineIndex(textIn(each, finding.path));
  const start = index.position(finding.range.start);
  const end = index.position(finding.range.end);
  return end.line === start.line ? end.column : index.line(start.line).length;
}

function describeFinding(each: Case, finding: Finding): string {
  const { line, column } = positionOf(each, finding);
  return `${finding.path}:${line + 1}:${column + 1}-${endColumnOf(each, finding) + 1} ${finding.severity}`;
}

function withText(each: Case, path: string, text: string): Case {
  return { ...each, files: each.files.map((file) => (file.path === path ? { ...file, text } : file)) };
}

function applyFix(each: Case, finding: Finding, fix: Finding['fixes'][number]): Case {
  let result = each;
  for (const path of new Set(fix.edits.map((edit) => edit.at.path ?? finding.path))) {
    const edits = fix.edits.filter((edit) => (edit.at.path ?? finding.path) === path);
    if (!result.files.some((file) => file.path === path)) {
      result = { ...result, files: [...result.files, { path, text: applyEdits('', edits), expected: [] }] };
    } else result = withText(result, path, applyEdits(textIn(result, path), edits));
  }
  return result;
}

function applyAllSafe(each: Case, rule: LintRule): Case {
  let current = each;
  for (let pass = 0; pass < 20; pass++) {
    const finding = run(current, rule).findings.find((candidate) =>
      candidate.fixes.some((fix) => fix.level === 'safe'),
    );
    const fix = finding?.fixes.find((candidate) => candidate.level === 'safe');
    if (!finding || !fix) return current;
    current = applyFix(current, finding, fix);
  }
  throw new Error(`${each.source}: ${each.title}: safe fixes do not come to rest`);
}

function sourceOf(file: CaseFile): SourceFile | undefined {
  const kind = detectKind(file.path, file.text);
  return kind && new SourceFile(file.path, file.text, kind, 'production');
}

/** Number of syntax problems of a file. */
function problems(file: CaseFile): number {
  const source = sourceOf(file);
  if (!source) return 0;
  if (source.kind === 'helm-template') return 0;
  if (source.dockerfile) return source.dockerfile.problems.length;
  const data = source.kind === 'terraform' || source.kind === 'packer' ? undefined : source.data;
  const counted = data ? data.documents.reduce((sum, document) => sum + document.problems.length, 0) : 0;
  return counted + (source.hcl && !data ? source.hcl.problems.length : 0);
}

/**
 * Prefixes and texts with one character deleted: all, or a sample that is spread evenly and begins elsewhere in every text,
 * so that the cases together try all kinds of places.
 */
function variants(text: string): string[] {
  const count = DEEP ? text.length : Math.min(SAMPLE, text.length);
  const phase = parseInt(fingerprint(text, '', ''), 16) % 1000;
  const offset = (index: number, shift: number): number =>
    Math.floor(((index + ((phase + shift) % 1000) / 1000) * text.length) / count);
  return Array.from({ length: count }, (_, index) => {
    const kept = offset(index, 0);
    const deleted = offset(index, 500);
    return [text.slice(0, kept), text.slice(0, deleted) + text.slice(deleted + 1)];
  }).flat();
}
