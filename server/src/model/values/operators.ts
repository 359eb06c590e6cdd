import type { Place } from '../../core/text';
import type { BinaryExpression, UnaryExpression } from '../../lang/hcl/ast';
import { choice, equal, FAILED } from './combine';
import { booleanIn, numberIn, textOf, UNKNOWN, type Value } from './value';

/** The value under a name or index. A missing key fails, unless the collection may hold keys that we do not see. */
export function access(value: Value, key: string | number, origin: Place): Value {
  switch (value.type) {
    case 'unknown':
      return value;
    case 'choice':
      return choice(
        value.options.map((option) => access(option, key, origin)),
        origin,
      );
    case 'object':
      return value.entries.get(String(key))?.value ?? (value.open ? UNKNOWN : FAILED);
    case 'list': {
      // What we do not know of may stand before the others.
      if (value.open) return UNKNOWN;
      const index = typeof key === 'number' ? key : /^\d+$/.test(key) ? Number(key) : -1;
      return value.items[index] ?? FAILED;
    }
    default:
      return FAILED;
  }
}

/** The value as the key of an object; undefined when not known or not possible. */
export function keyText(value: Value): string | undefined {
  if (value.type === 'number' || value.type === 'boolean') return String(value.value);
  return textOf(value);
}

export function unary(operator: UnaryExpression['operator'], operand: Value, origin: Place): Value {
  if (operator === '-') {
    const number = numberIn(operand);
    return number === undefined ? undecided(operand) : { type: 'number', value: number === 0 ? 0 : -number, origin };
  }
  const truth = booleanIn(operand);
  return truth === undefined ? undecided(operand) : { type: 'boolean', value: !truth, origin };
}

/** An operand of the wrong type fails; one that is not known makes the result unknown. */
function undecided(...operands: readonly Value[]): Value {
  const known = operands.every(
    (operand) => operand.type !== 'unknown' && !(operand.type === 'text' && !operand.text.complete),
  );
  return known || operands.includes(FAILED) ? FAILED : UNKNOWN;
}

export function binary(operator: BinaryExpression['operator'], left: Value, right: Value, origin: Place): Value {
  switch (operator) {
    case '==':
    case '!=': {
      if (left === FAILED || right === FAILED) return FAILED;
      const same = equal(left, right);
      return same === undefined ? UNKNOWN : { type: 'boolean', value: same === (operator === '=='), origin };
    }
    case '&&':
    case '||':
      return logic(operator, left, right, origin);
    default:
      return arithmetic(operator, left, right, origin);
  }
}

function logic(operator: '&&' | '||', left: Value, right: Value, origin: Place): Value {
  const a = booleanIn(left);
  const b = booleanIn(right);
  const decisive = operator === '||';
  if (a === decisive || b === decisive) return { type: 'boolean', value: decisive, origin };
  return a === undefined || b === undefined ? undecided(left, right) : { type: 'boolean', value: !decisive, origin };
}

function arithmetic(
  operator: Exclude<BinaryExpression['operator'], '==' | '!=' | '&&' | '||'>,
  left: Value,
  right: Value,
  origin: Place,
): Value {
  const a = numberIn(left);
  const b = numberIn(right);
  if (a === undefined || b === undefined) return undecided(left, right);
  const number = (value: number): Value => (Number.isFinite(value) ? { type: 'number', value, origin } : FAILED);
  const truth = (value: boolean): Value => ({ type: 'boolean', value, origin });
  switch (operator) {
    case '+':
      return number(a + b);
    case '-':
      return number(a - b);
    case '*':
      return number(a * b);
    case '/':
      return number(a / b);
    case '%':
      return number(a % b);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
  }
}
