import { parse } from '@cdktn/hcl2json';
import type { Body, Expression, HclFile, TemplatePart } from '../../../../server/src/lang/hcl/ast';

/** What HashiCorp's own parser (in WASM) says about a text: its JSON form, or why it refuses the text. */
export async function official(text: string): Promise<{ readonly json?: unknown; readonly error?: string }> {
  try {
    return { json: await parse('test.tf', text) };
  } catch (error) {
    // Other errors come from its conversion to JSON, which evaluates `-true`: the syntax is fine.
    return String(error).includes('parse config') ? { error: String(error) } : {};
  }
}

/** Our tree in the JSON form that hcl2json prints, to compare the two. */
export function toOfficialJson(file: HclFile): unknown {
  // It leaves out an `else` without content.
  return JSON.parse(JSON.stringify(bodyJson(file.body, file.text)).replaceAll('%{else}%{endif}', '%{endif}'));
}

function bodyJson(body: Body, text: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const item of body.items) {
    if (item.type === 'attribute') {
      result[item.name] = valueJson(item.value, text);
      continue;
    }
    let target = result;
    let key = item.kind;
    for (const label of item.labels) {
      target = (target[key] ??= {}) as Record<string, unknown>;
      key = label.value;
    }
    const list = (target[key] ??= []) as unknown[];
    list.push(bodyJson(item.body, text));
  }
  return result;
}

function valueJson(value: Expression, text: string): unknown {
  switch (value.type) {
    case 'literal':
      return value.value;
    case 'template': {
      const only = value.parts.length === 1 ? value.parts[0] : undefined;
      if (only?.type === 'interpolation' && value.form === 'quoted') return valueJson(only.expression, text);
      return value.parts.map((part) => partJson(part, text)).join('');
    }
    case 'unary':
      if (value.operand.type === 'literal')
        return value.operator === '-' ? -Number(value.operand.value) : !value.operand.value;
      return `\${${source(value, text)}}`;
    case 'tuple':
      return value.items.map((item) => valueJson(item, text));
    case 'object':
      return Object.fromEntries(value.items.map((item) => [keyJson(item.key, text), valueJson(item.value, text)]));
    default:
      return `\${${source(value, text)}}`;
  }
}

function keyJson(key: Expression, text: string): string {
  if (key.type === 'traversal') return source(key, text);
  if (key.type === 'template' || key.type === 'literal') return String(valueJson(key, text));
  return `\${${source(key, text)}}`;
}

function partJson(part: TemplatePart, text: string): string {
  switch (part.type) {
    case 'text':
      return part.text.text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
    case 'interpolation':
      return stringPart(part.expression, text);
    case 'directive':
      return `%{${part.keyword}${part.variables.length > 0 ? ` ${part.variables.join(', ')} in` : ''}${
        part.expression ? ` ${source(part.expression, text)}` : ''
      }}`;
  }
}

/** hcl2json prints conditions inside strings as directives, and literals and strings as text. */
function stringPart(value: Expression, text: string): string {
  switch (value.type) {
    case 'literal':
      return String(value.value);
    case 'template':
      return value.parts.map((part) => partJson(part, text)).join('');
    case 'conditional': {
      const whenFalse = stringPart(value.whenFalse, text);
      const otherwise = whenFalse === '' ? '' : `%{else}${whenFalse}`;
      return `%{if ${source(value.condition, text)}}${stringPart(value.whenTrue, text)}${otherwise}%{endif}`;
    }
    default:
      return `\${${source(value, text)}}`;
  }
}

function source(node: Expression, text: string): string {
  return text.slice(node.range.start, node.range.end);
}
