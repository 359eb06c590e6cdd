import { HOLE } from '../../core/mapped-text';
import type { Comment } from '../syntax';

/** One `{{ … }}` of a Go template. */
export interface TemplateAction {
  readonly start: number;
  readonly end: number;
  /** True when rendering it writes text; `if`, `end`, `range`, assignments and comments do not. */
  readonly output: boolean;
  /** True when its lines hold nothing but actions. */
  readonly wholeLine: boolean;
}

export interface BlankedTemplate {
  /**
   * Of the same length as the template. An action that stands alone on its line is replaced by spaces, any other one by
   * a run of HOLE.
   */
  readonly text: string;
  readonly actions: readonly TemplateAction[];
  /** `{{/* … *\/}}`. */
  readonly comments: readonly Comment[];
}

const CONTROL = /^(?:if|else|end|range|with|define|block|break|continue)\b|^\$[\w]*(?:\s*,\s*\$\w+)?\s*:?=/;

const UNCLOSED_COMMENT = -1;

/** Takes the actions out of a Go template so that a YAML parser can read the rest, at unchanged offsets. */
export function blankTemplate(text: string): BlankedTemplate {
  const found: { start: number; end: number; output: boolean }[] = [];
  const comments: Comment[] = [];
  for (let at = text.indexOf('{{'); at >= 0;) {
    const end = actionEnd(text, at);
    // A comment that never closes takes the rest of the text: Go refuses the template.
    if (end === UNCLOSED_COMMENT) break;
    if (end === undefined) {
      at = text.indexOf('{{', at + 2);
      continue;
    }
    const trim = /^\{\{(?:-\s)?/.exec(text.slice(at, at + 4))?.[0].length ?? 2;
    const body = text.slice(at + trim, end - 2).replace(/^\s+/, '');
    const isComment = body.startsWith('/*');
    if (isComment) {
      const textStart = text.indexOf('/*', at) + 2;
      const close = text.lastIndexOf('*/', end);
      const content = text.slice(textStart, Math.max(textStart, close));
      comments.push({ range: { start: at, end }, textStart, text: content });
    }
    found.push({ start: at, end, output: !isComment && !CONTROL.test(body) });
    at = text.indexOf('{{', end);
  }
  if (found.length === 0) return { text, actions: [], comments };
  return { ...blank(text, found), comments };
}

/** Past the `}}` that closes the action at `start`; strings and comments inside may hold braces. */
function actionEnd(text: string, start: number): number | undefined {
  const comment = /^\{\{(?:-\s+)?\/\*/.exec(text.slice(start, start + 40));
  if (comment) {
    const close = text.indexOf('*/', start + comment[0].length);
    const end = close < 0 ? -1 : text.indexOf('}}', close);
    return end < 0 ? UNCLOSED_COMMENT : end + 2;
  }
  for (let at = start + 2; at < text.length; at++) {
    const char = text[at];
    if (char === '}' && text[at + 1] === '}') return at + 2;
    if (char === '{' && text[at + 1] === '{') return undefined;
    if (char === '"' || char === '`' || char === "'") {
      const close = stringEnd(text, at, char);
      if (close !== undefined) at = close;
    }
  }
  return undefined;
}

/** The closing quote of a Go string; undefined when it does not close on its line (raw strings may span lines). */
function stringEnd(text: string, start: number, quote: string): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === quote) return at;
    if (quote === '`') continue;
    if (char === '\\') at++;
    else if (char === '\n') return undefined;
  }
  return undefined;
}

function blank(
  text: string,
  found: readonly { start: number; end: number; output: boolean }[],
): { text: string; actions: TemplateAction[] } {
  const parts: string[] = [];
  const actions: TemplateAction[] = [];
  let copied = 0;
  for (let i = 0; i < found.length;) {
    // A group: actions with nothing but blanks between them, on one line or joined by multi-line actions.
    let last = i;
    while (last + 1 < found.length && /^[ \t]*$/.test(text.slice(found[last]?.end, found[last + 1]?.start))) last++;
    const first = found[i];
    const final = found[last];
    if (!first || !final) break;
    const wholeLine = isLineStart(text, first.start) && isLineEnd(text, final.end);
    for (const action of found.slice(i, last + 1)) {
      const source = text.slice(action.start, action.end);
      parts.push(text.slice(copied, action.start));
      parts.push(wholeLine ? source.replace(/[^\r\n]/g, ' ') : HOLE.repeat(source.length));
      copied = action.end;
      actions.push({ ...action, wholeLine });
    }
    i = last + 1;
  }
  parts.push(text.slice(copied));
  return { text: parts.join(''), actions };
}

function isLineStart(text: string, at: number): boolean {
  let before = at;
  while (before > 0 && (text[before - 1] === ' ' || text[before - 1] === '\t')) before--;
  return before === 0 || text[before - 1] === '\n' || text[before - 1] === '\uFEFF';
}

function isLineEnd(text: string, at: number): boolean {
  let after = at;
  while (text[after] === ' ' || text[after] === '\t' || text[after] === '\r') after++;
  return after >= text.length || text[after] === '\n';
}

/** The action that covers `offset`, if any. */
export function actionAt(actions: readonly TemplateAction[], offset: number): TemplateAction | undefined {
  const action = actions[firstActionEndingAfter(actions, offset)];
  return action && action.start <= offset ? action : undefined;
}

/** Index of the first action that ends after `offset`. */
export function firstActionEndingAfter(actions: readonly TemplateAction[], offset: number): number {
  let low = 0;
  let high = actions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((actions[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
