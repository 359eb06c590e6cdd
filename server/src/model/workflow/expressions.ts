import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { ScalarNode } from '../../lang/data/tree';
import { appendSame } from '../../lang/mapping';
import type { Matrix } from './matrix';
import type { WorkflowVariable } from './steps';

/** Where an expression stands: what its contexts can stand for. */
export interface ExpressionScope {
  readonly matrix?: Matrix | undefined;
  /** Innermost first: step, job, workflow. */
  readonly env?: readonly (readonly WorkflowVariable[])[] | undefined;
}

/** More combinations than this are not looked at. */
const LIMIT = 64;

/** `env` may refer to `env` of an outer level. */
const DEPTH_LIMIT = 5;

interface Part {
  readonly options: readonly MappedText[];
  /** Two uses of one matrix key have the same value in one job. */
  readonly key: string | undefined;
}

/**
 * The texts that a value with `${{ … }}` can stand for (P9). `matrix.x` gives each literal value of the matrix and
 * `env.X` the literal of the nearest `env`, each with the place where it is written; anything else is a HOLE.
 * Several keys of one matrix are combined freely: `exclude` and the pairing of `include` are not followed.
 */
export function resolveExpression(text: MappedText, scope: ExpressionScope): readonly MappedText[] {
  return resolveAt(text, scope, 0);
}

function resolveAt(text: MappedText, scope: ExpressionScope, depth: number): readonly MappedText[] {
  if (!text.text.includes('${{')) return [text];
  const parts: Part[] = [];
  let copied = 0;
  for (let at = text.text.indexOf('${{'); at >= 0; at = text.text.indexOf('${{', copied)) {
    const end = expressionEnd(text.text, at + 3);
    if (end === undefined) break;
    if (at > copied) parts.push({ options: [text.slice(copied, at)], key: undefined });
    parts.push(evaluate(text, at, end, scope, depth));
    copied = end;
  }
  if (copied < text.length) parts.push({ options: [text.slice(copied)], key: undefined });
  return combine(parts, text);
}

/** Past the `}}`; braces in a `'string'` do not count. */
function expressionEnd(text: string, start: number): number | undefined {
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "'") quoted = !quoted;
    else if (!quoted && text[at] === '}' && text[at + 1] === '}') return at + 2;
  }
  return undefined;
}

function evaluate(text: MappedText, start: number, end: number, scope: ExpressionScope, depth: number): Part {
  const expression = text.text.slice(start + 3, end - 2).trim();
  const literal = /^'((?:[^']|'')*)'$/.exec(expression);
  const place = text.sourceOf({ start, end }) ?? text.placeAt(start) ?? { start: 0, end: 0 };
  if (literal) return { options: [MappedText.opaque((literal[1] ?? '').replaceAll("''", "'"), place)], key: undefined };
  const unknown: Part = { options: [MappedText.hole(place)], key: undefined };
  const path = propertyPath(expression);
  const context = path?.[0]?.toLowerCase();
  if (!path || path.length < 2 || depth >= DEPTH_LIMIT) return unknown;
  const resolved = (scalars: readonly ScalarNode[]): MappedText[] =>
    scalars.flatMap((scalar) => resolveAt(scalar.text, scope, depth + 1));
  if (context === 'matrix') {
    const values = scope.matrix?.values(path.slice(1));
    return values ? { options: resolved(values), key: path.join('.') } : unknown;
  }
  const name = path[1];
  if (context !== 'env' || path.length !== 2 || name === undefined) return unknown;
  const levels = scope.env ?? [];
  const level = levels.findIndex((variables) => variables.some((variable) => variable.name === name));
  const variable = levels[level]?.find((candidate) => candidate.name === name);
  if (!variable) return unknown;
  // A level may refer to the levels outside it, never to itself.
  return {
    options: resolveAt(variable.value.text, { ...scope, env: levels.slice(level + 1) }, depth + 1),
    key: undefined,
  };
}

/** `a.b['c']` → its names; undefined for anything that is more than a property. */
function propertyPath(expression: string): string[] | undefined {
  if (!/^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[[ \t]*'[^']*'[ \t]*\])*$/.test(expression)) return undefined;
  return [...expression.matchAll(/'([^']*)'|([\w-]+)/g)].map((found) => found[1] ?? found[2] ?? '');
}

interface Combination {
  readonly chosen: Readonly<Record<string, number>>;
  readonly texts: MappedText[];
}

function combine(parts: readonly Part[], text: MappedText): readonly MappedText[] {
  let combinations: Combination[] = [{ chosen: {}, texts: [] }];
  for (const { options, key } of parts) {
    const [only] = options;
    if (options.length === 1 && only) {
      for (const { texts } of combinations) texts.push(only);
      continue;
    }
    combinations = combinations.flatMap(({ chosen, texts }): Combination[] => {
      const known = key === undefined ? undefined : chosen[key];
      return options.flatMap((option, index): Combination[] =>
        known !== undefined && known !== index
          ? []
          : [{ chosen: key === undefined ? chosen : { ...chosen, [key]: index }, texts: [...texts, option] }],
      );
    });
    if (combinations.length > LIMIT) return [MappedText.hole(text.sourceOf() ?? { start: 0, end: 0 })];
  }
  return combinations.map(({ texts }) => joined(texts));
}

/** A text of one part keeps its own places; parts of several literals have none in common. */
function joined(texts: readonly MappedText[]): MappedText {
  const [only] = texts;
  if (texts.length === 1 && only) return only;
  const builder = new MappedTextBuilder();
  for (const part of texts) {
    if (part.text === HOLE) appendSame(builder, part);
    else builder.append(part);
  }
  return builder.build();
}
