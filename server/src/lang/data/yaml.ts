import { parseDocument } from 'yaml';
import { HOLE, MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';
import type { Origin } from './decoded-scalar';
import { blankTemplate } from './template-actions';
import type { TemplateAction } from './template-actions';
import type { DataDocument, DataFile } from './tree';
import { YamlCache } from './yaml-cache';
import { yamlComments } from './yaml-comments';
import { convertDocument } from './yaml-convert';

export { YamlCache };

export interface YamlOptions {
  /** The text is a Helm template: `{{ … }}` becomes a HOLE, and no problems are reported. */
  readonly template?: boolean | undefined;
  /** Keeps the trees of documents between versions of a file. Not used for derived text. */
  readonly cache?: YamlCache | undefined;
}

/**
 * Parses a YAML stream. Never throws: what cannot be read is missing from the tree.
 *
 * @param input a file's text, or text derived from one. Ranges are offsets in the given text; for derived text
 * `placeOf(file, range)` gives the place in the source, and `ScalarNode.text` maps there already.
 */
export function parseYaml(input: string | MappedText, options: YamlOptions = {}): DataFile {
  const outer = input instanceof MappedText ? input : undefined;
  const text = input instanceof MappedText ? input.text : input;
  const template = options.template === true ? blankTemplate(text) : undefined;
  const parsed = template?.text ?? text;
  const documents = documentRanges(parsed).map((range) => {
    const inside = (item: Range): boolean => item.start >= range.start && item.end <= range.end;
    const shift = (item: TemplateAction): TemplateAction => ({
      ...item,
      start: item.start - range.start,
      end: item.end - range.start,
    });
    const origin: Origin = {
      text: parsed.slice(range.start, range.end),
      base: range.start,
      outer,
      actions: template ? template.actions.filter(inside).map(shift) : [],
    };
    // The text with its actions blanked does not tell the actions apart: a template's documents are not cached.
    const cache = outer || origin.actions.length > 0 ? undefined : options.cache;
    const known = cache?.get(origin.text, range.start);
    if (known) return known;
    const document = readDocument(
      origin,
      template?.comments.filter((comment) => inside(comment.range)),
    );
    cache?.set(origin.text, origin, document);
    return template ? { ...document, comments: document.comments.map(original(text)), problems: [] } : document;
  });
  return {
    format: 'yaml',
    text,
    documents,
    ...(outer ? { source: outer } : {}),
    ...(template && template.actions.length > 0 ? { template: true } : {}),
  };
}

/** A comment with the actions that were blanked in it. */
function original(text: string): (comment: Comment) => Comment {
  return (comment) =>
    comment.text.includes(HOLE) ? { ...comment, text: text.slice(comment.textStart, comment.range.end) } : comment;
}

/** `yaml` recurses, and an overflow inside a regular expression ends the process: refuse what no file of ours nests. */
const NESTING_LIMIT = 400;

function readDocument(origin: Origin, templateComments: readonly Comment[] = []): DataDocument {
  const { text, base } = origin;
  const range = { start: base, end: base + text.length };
  if (nestsTooDeeply(text)) {
    const problem = { range, message: 'The document is nested too deeply to be read.' };
    return { range, root: undefined, comments: [], problems: [problem] };
  }
  try {
    const document = parseDocument(text, {
      // Values are resolved by our own rules (scalar-value): the schema need not look at them.
      schema: 'failsafe',
      uniqueKeys: false,
      strict: false,
      prettyErrors: false,
      keepSourceTokens: false,
      logLevel: 'silent',
    });
    const { root, content } = convertDocument(document, origin);
    const comments = yamlComments(text, content).map((comment) => ({
      ...comment,
      range: { start: base + comment.range.start, end: base + comment.range.end },
      textStart: base + comment.textStart,
    }));
    const all = [...comments, ...templateComments].sort((a, b) => a.range.start - b.range.start);
    const problems = document.errors.map((error): SyntaxProblem => ({
      range: { start: base + error.pos[0], end: base + Math.max(error.pos[0], error.pos[1]) },
      message: error.message,
    }));
    return { range, root, comments: all, problems };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { range, root: undefined, comments: [], problems: [{ range, message }] };
  }
}

/** A cheap upper estimate of the nesting: flow brackets left open, and `- - -` or `? ?` on one line. */
function nestsTooDeeply(text: string): boolean {
  let open = 0;
  let indicators = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 91: // [
      case 123: // {
        if (++open > NESTING_LIMIT) return true;
        break;
      case 93: // ]
      case 125: // }
        if (open > 0) open--;
        break;
      case 45: // -
      case 63: // ?
      case 58: // :
        if (isSpace(text.charCodeAt(at + 1)) && ++indicators > NESTING_LIMIT) return true;
        break;
      case 10:
        indicators = 0;
        break;
    }
  }
  return false;
}

const isSpace = (code: number): boolean => code === 32 || code === 9;

/**
 * Where each document of a stream begins and ends. A `---` or `...` at the beginning of a line ends a document whatever
 * stands before it (YAML 1.2.2, 9.1.2); directives and comments before a `---` belong to the document it opens.
 */
function documentRanges(text: string): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  let bare = true;
  const finish = (end: number): void => {
    if (end > start && (!bare || !isPrelude(text.slice(start, end)))) ranges.push({ start, end });
  };
  const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  if (text.startsWith('\uFEFF---')) marker.lastIndex = 4;
  for (let found = marker.exec(text); found; found = marker.exec(text)) {
    if (found.index > 0 && text[found.index - 1] !== '\n') continue;
    if (found[0] === '...') {
      const lineBreak = text.indexOf('\n', found.index);
      const end = lineBreak < 0 ? text.length : lineBreak + 1;
      finish(end);
      start = end;
      bare = true;
    } else {
      if (!bare || !isPrelude(text.slice(start, found.index))) {
        finish(found.index);
        start = found.index;
      }
      bare = false;
    }
  }
  if (ranges.length === 0 || !isPrelude(text.slice(start)) || !bare) ranges.push({ start, end: text.length });
  return ranges;
}

/** True when a text holds only blank lines, comments and directives. */
function isPrelude(text: string): boolean {
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length;) {
    const lineBreak = text.indexOf('\n', at);
    const end = lineBreak < 0 ? text.length : lineBreak;
    const line = text.slice(at, end).trim();
    if (line !== '' && !line.startsWith('#') && text[at] !== '%') return false;
    at = end + 1;
  }
  return true;
}
