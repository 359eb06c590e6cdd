import { MappedTextBuilder, type MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import type { Expression, TemplateDirective, TemplateExpression, TemplatePart } from '../../lang/hcl/ast';
import { choice, FAILED, isUnknown, lift, textValue, toText, withPath } from './combine';
import { forItems } from './for-items';
import { MAX_TEXT, placeIn, spend, withNames, type Scope } from './scope';
import { booleanIn, UNKNOWN, type Value } from './value';

type Evaluate = (expression: Expression, scope: Scope) => Value;

/** A part of a template with its directives nested. */
type TemplateNode =
  | { readonly type: 'part'; readonly part: Exclude<TemplatePart, TemplateDirective> }
  | {
      readonly type: 'if';
      readonly directive: TemplateDirective;
      readonly whenTrue: readonly TemplateNode[];
      readonly whenFalse: readonly TemplateNode[];
    }
  | { readonly type: 'for'; readonly directive: TemplateDirective; readonly body: readonly TemplateNode[] }
  | { readonly type: 'unknown'; readonly directive: TemplateDirective };

/**
 * The value of a quoted string or heredoc: a text with holes where something is not known. `"${x}"` alone is the value of `x`
 * itself (HCL Native Syntax Specification, "Template Interpolation Unwrapping").
 */
export function evaluateTemplate(template: TemplateExpression, scope: Scope, evaluate: Evaluate): Value {
  const only = template.parts[0];
  if (template.parts.length === 1 && only?.type === 'interpolation' && template.form === 'quoted') {
    return evaluate(only.expression, scope);
  }
  return evaluateParts(template.parts, placeIn(scope, template.range), scope, evaluate);
}

/** The text that the parts of a template give: never unwrapped. */
export function evaluateParts(parts: readonly TemplatePart[], origin: Place, scope: Scope, evaluate: Evaluate): Value {
  const only = parts.length === 1 ? parts[0] : undefined;
  if (only?.type === 'text') return literal(only.text, origin, scope);
  return join(render(nest(parts), scope, evaluate), origin, scope);
}

/** A text without holes, as nearly all are. */
function literal(text: MappedText, origin: Place, scope: Scope): Value {
  return isAffordable(text, text.length, scope) ? textValue(withPath(text, scope.path), origin) : UNKNOWN;
}

/** @param length of all that the text is joined to, with the text itself */
function isAffordable(text: MappedText, length: number, scope: Scope): boolean {
  const segments = text.verbatimStart === undefined ? text.segments.length : 1;
  return length <= MAX_TEXT && spend(scope, 1 + (text.length >> 10) + (segments >> 1));
}

/** Joins rendered pieces into one text, or one text for every combination of their alternatives. */
function join(pieces: readonly Piece[], origin: Place, scope: Scope): Value {
  const values = pieces.map((piece) => piece.value);
  const combined = lift(values, origin, (options) => {
    const builder = new MappedTextBuilder();
    let length = 0;
    for (const [i, option] of options.entries()) {
      const text = toText(option, pieces[i]?.hole ?? origin);
      if (!text) return FAILED;
      length += text.length;
      if (!isAffordable(text, length, scope)) return UNKNOWN;
      builder.append(text);
    }
    return textValue(builder.build(), origin);
  });
  if (!isUnknown(combined) || combined === FAILED || !values.some((value) => value.type === 'choice')) return combined;
  // Too many combinations: what varies becomes a hole, the rest stays.
  return join(
    pieces.map((piece) => (piece.value.type === 'choice' ? { ...piece, value: UNKNOWN } : piece)),
    origin,
    scope,
  );
}

interface Piece {
  readonly value: Value;
  /** Where a hole is shown when the value is not known. */
  readonly hole: Place;
}

function render(nodes: readonly TemplateNode[], scope: Scope, evaluate: Evaluate): Piece[] {
  const pieces: Piece[] = [];
  for (const node of nodes) {
    if (node.type === 'part') {
      const { part } = node;
      const hole = placeIn(scope, part.range);
      if (part.type === 'interpolation') pieces.push({ value: evaluate(part.expression, scope), hole });
      else pieces.push({ value: textValue(withPath(part.text, scope.path), hole), hole });
      continue;
    }
    const hole = placeIn(scope, node.directive.range);
    if (!spend(scope, 1)) pieces.push({ value: UNKNOWN, hole });
    else if (node.type === 'if') pieces.push({ value: renderIf(node, hole, scope, evaluate), hole });
    else if (node.type === 'for') pieces.push(...renderFor(node, hole, scope, evaluate));
    else pieces.push({ value: UNKNOWN, hole });
  }
  return pieces;
}

function renderIf(node: Extract<TemplateNode, { type: 'if' }>, at: Place, scope: Scope, evaluate: Evaluate): Value {
  const condition = node.directive.expression ? evaluate(node.directive.expression, scope) : UNKNOWN;
  const known = booleanIn(condition);
  const branch = (nodes: readonly TemplateNode[]): Value => join(render(nodes, scope, evaluate), at, scope);
  if (known !== undefined) return branch(known ? node.whenTrue : node.whenFalse);
  const whenTrue = branch(node.whenTrue);
  const whenFalse = branch(node.whenFalse);
  return choice([whenTrue, whenFalse], at);
}

function renderFor(
  node: Extract<TemplateNode, { type: 'for' }>,
  at: Place,
  scope: Scope,
  evaluate: Evaluate,
): readonly Piece[] {
  const { expression, variables } = node.directive;
  const collection = expression ? evaluate(expression, scope) : UNKNOWN;
  const items = forItems(collection, at);
  const [first, second] = variables;
  if (!items || first === undefined) return [{ value: UNKNOWN, hole: at }];
  const pieces: Piece[] = [];
  for (const item of items.list) {
    if (!spend(scope, 1)) return [{ value: UNKNOWN, hole: at }];
    const names: [string, Value][] = [[second ?? first, item.value]];
    if (second !== undefined) names.push([first, item.key]);
    pieces.push(...render(node.body, withNames(scope, names), evaluate));
  }
  if (items.open) pieces.push({ value: UNKNOWN, hole: at });
  return pieces;
}

/** Nests the flat parts by their directives. What does not fit together becomes unknown. */
function nest(parts: readonly TemplatePart[]): readonly TemplateNode[] {
  const flat = parts.filter((part) => part.type !== 'directive');
  if (flat.length === parts.length) return flat.map((part) => ({ type: 'part', part }));
  let at = 0;
  const until = (ends: readonly string[], depth: number): TemplateNode[] => {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const part = parts[at];
      if (!part) return nodes;
      if (part.type !== 'directive') {
        nodes.push({ type: 'part', part });
        at++;
        continue;
      }
      if (ends.includes(part.keyword)) return nodes;
      at++;
      if (part.keyword === 'if' && depth < 50) {
        const whenTrue = until(['else', 'endif'], depth + 1);
        let whenFalse: TemplateNode[] = [];
        if (keywordAt() === 'else') {
          at++;
          whenFalse = until(['endif'], depth + 1);
        }
        if (keywordAt() === 'endif') at++;
        nodes.push({ type: 'if', directive: part, whenTrue, whenFalse });
      } else if (part.keyword === 'for' && depth < 50) {
        const body = until(['endfor'], depth + 1);
        if (keywordAt() === 'endfor') at++;
        nodes.push({ type: 'for', directive: part, body });
      } else nodes.push({ type: 'unknown', directive: part });
    }
  };
  const keywordAt = (): string | undefined => {
    const part = parts[at];
    return part?.type === 'directive' ? part.keyword : undefined;
  };
  return until([], 0);
}
