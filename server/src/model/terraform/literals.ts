import type { Fix, TextEdit } from '../../core/finding';
import { directoryOf } from '../../core/paths';
import type { Place } from '../../core/text';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import { replaceText, replaceValue } from '../edits/hcl';
import { alternatives, every, textOf, type TextValue, type Value } from '../values/value';

/** The argument unless it is absent or known to be `null`, which Terraform reads as absent. */
export function given(block: ConfigBlock, name: string): ConfigAttribute | undefined {
  const attribute = block.attribute(name);
  return attribute && !every(attribute.value, (option) => option.type === 'null') ? attribute : undefined;
}

/** The place of an argument's value as written. */
export function valuePlace(attribute: ConfigAttribute): Place {
  return { ...attribute.expression.range, path: attribute.path };
}

/** Where the literal stands that gives the argument its value; the whole expression when a condition chooses. */
export function literalPlace(attribute: ConfigAttribute): Place {
  const { value } = attribute;
  return value.type === 'choice' || !value.origin ? valuePlace(attribute) : value.origin;
}

/** True when every possible value of the argument is one of the texts. */
export function isText(value: Value | undefined, texts: readonly string[]): boolean {
  return value !== undefined && every(value, (option) => texts.includes(textOf(option) ?? '\0'));
}

/**
 * The branches of a condition that are one of the texts, when others are not, or are not known: the value may be wrong
 * (pitfall P16). Empty when every branch is one of them, and when none is.
 */
export function badBranches(value: Value | undefined, texts: readonly string[]): readonly TextValue[] {
  if (value?.type !== 'choice' || isText(value, texts)) return [];
  return value.options.filter(
    (option): option is TextValue => option.type === 'text' && texts.includes(textOf(option) ?? '\0'),
  );
}

/**
 * True when a value is written in another directory than the argument: a caller of the module gives it. Then it is no
 * branch that may never be taken, but what this caller's resources get.
 */
export function isFromCaller(attribute: { readonly path: string }, value: Place | undefined): boolean {
  return value?.path !== undefined && directoryOf(value.path) !== directoryOf(attribute.path);
}

/** The known texts among the alternatives of a value. */
export function knownTexts(value: Value | undefined): readonly string[] {
  return value ? alternatives(value).flatMap((option) => textOf(option) ?? []) : [];
}

/**
 * Writes another literal where the value comes from. It keeps to the argument, and is safe, when the literal stands
 * there; a literal elsewhere (a variable's default) may serve other uses: then somebody has to agree.
 */
export function correctLiteral(attribute: ConfigAttribute, text: string, title: string): Fix {
  const place = literalPlace(attribute);
  const own = attribute.expression.range;
  const path = place.path ?? attribute.path;
  const written = path === attribute.path && own.start <= place.start && place.end <= own.end;
  const edits: TextEdit[] = written ? replaceValue(attribute, text) : [replaceText({ ...place, path }, text)];
  const single = attribute.value.type !== 'choice' && place.start === own.start && place.end === own.end;
  return { level: written && single ? 'safe' : 'suggestion', title, edits };
}
