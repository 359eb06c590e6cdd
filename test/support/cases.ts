/**
 * Reads annotated examples out of Markdown: pages in docs/rules and cases in test/rules share the format.
 *
 * A heading starts a case. Its fences with a path are files (```` ```hcl main.tf ````); a third word gives the fence
 * another role: `fixed` is the file after all safe fixes, `suggestion` (or `suggestion=2`) the file after picking the
 * first (second) suggestion of the first finding that has one. In a file, a comment line of carets names the finding
 * on the line above it; such lines are removed before linting:
 *
 *     FROM node:latest
 *     #    ^^^^^^^^^^^ mutable-reference/image-latest error "part of the message"
 *
 * `#<` instead of carets means "starts at column 0". A file without annotations must be clean.
 */
export interface Annotation {
  readonly line: number;
  readonly column: number;
  /** Undefined for `#<`: the end is not checked. */
  readonly endColumn: number | undefined;
  readonly rule: string;
  readonly severity: string | undefined;
  readonly fragment: string | undefined;
}

export interface CaseFile {
  readonly path: string;
  readonly text: string;
  readonly expected: readonly Annotation[];
}

export interface ExpectedText {
  readonly path: string;
  readonly text: string;
  readonly role: 'fixed' | 'suggestion';
  /** Which suggestion, from 1. */
  readonly number: number;
}

export interface Case {
  readonly title: string;
  /** Markdown file it stands in. */
  readonly source: string;
  readonly files: readonly CaseFile[];
  readonly results: readonly ExpectedText[];
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(\S*)(?:\s+(\S+))?(?:\s+(fixed|suggestion(?:=\d+)?))?\s*$/;
const ANNOTATION =
  /^\s*(?:#|\/\/)\s*(\^+|<)\s*([a-z-]+\/[a-z0-9-]+)(?:\s+(error|warning|info|hint))?(?:\s+"(.*)")?\s*$/;

export function parseCases(markdown: string, source: string): Case[] {
  const cases: { title: string; source: string; files: CaseFile[]; results: ExpectedText[] }[] = [];
  let title = '';
  let current: (typeof cases)[number] | undefined;
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading) {
      title = heading[1] ?? '';
      current = undefined;
      continue;
    }
    const fence = FENCE.exec(line);
    if (!fence) continue;
    const [, indent = '', marker = '', , path, role] = fence;
    const content: string[] = [];
    for (i++; i < lines.length && (lines[i] ?? '').trim() !== marker; i++) {
      const raw = lines[i] ?? '';
      content.push(raw.startsWith(indent) ? raw.slice(indent.length) : raw);
    }
    if (path === undefined) continue;
    if (role !== undefined) {
      const target = current ?? cases.at(-1);
      if (!target) throw new Error(`${source}: "${title}" has a ${role} fence before any file`);
      const number = Number(/=(\d+)/.exec(role)?.[1] ?? '1');
      target.results.push({
        path,
        text: withoutAnnotations(content).text,
        role: role === 'fixed' ? 'fixed' : 'suggestion',
        number,
      });
      continue;
    }
    if (!current) {
      current = { title, source, files: [], results: [] };
      cases.push(current);
    }
    current.files.push({ path, ...withoutAnnotations(content) });
  }
  return cases;
}

function withoutAnnotations(content: readonly string[]): { text: string; expected: Annotation[] } {
  const kept: string[] = [];
  const expected: Annotation[] = [];
  for (const raw of content) {
    const found = ANNOTATION.exec(raw);
    if (!found) {
      kept.push(raw);
      continue;
    }
    const [, carets = '', rule = '', severity, fragment] = found;
    const column = carets === '<' ? 0 : raw.indexOf('^');
    expected.push({
      line: kept.length - 1,
      column,
      endColumn: carets === '<' ? undefined : column + carets.length,
      rule,
      severity,
      fragment,
    });
  }
  return { text: kept.join('\n') + (kept.length > 0 ? '\n' : ''), expected };
}
