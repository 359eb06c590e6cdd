import { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { type DataNode, type MapEntry, type MapNode, resolve } from '../data/tree';
import type { Attribute, Block, Expression, Label, ObjectItem, TemplateExpression, TemplatePart } from './ast';
import { bareName } from './collections';

/** Turns JSON values into expressions and JSON objects into blocks of the HCL tree. */
export class JsonExpressions {
  /**
   * @param text the JSON text
   * @param parseString what a string means: an HCL template, or one of Packer's
   * @param isComment tells the keys that the language ignores
   */
  constructor(
    private readonly text: string,
    private readonly parseString: (text: MappedText) => readonly TemplatePart[],
    private readonly isComment: (key: string) => boolean,
  ) {}

  attribute(entry: MapEntry): Attribute {
    return {
      type: 'attribute',
      range: entry.range,
      name: entry.key,
      nameRange: entry.keyRange,
      equalsRange: this.colon(entry),
      value: this.expression(entry.value),
    };
  }

  /** The `:` of an entry. */
  private colon(entry: MapEntry): Range {
    const at = this.text.indexOf(':', entry.keyRange.end);
    return at < 0 || at >= entry.range.end
      ? { start: entry.keyRange.end, end: entry.keyRange.end }
      : { start: at, end: at + 1 };
  }

  /** An object as a block; `omit` are keys that became labels. */
  block(
    kind: string,
    kindRange: Range,
    labels: readonly Label[],
    range: Range,
    map: MapNode,
    omit: readonly string[] = [],
  ): Block {
    const { start, end } = map.range;
    const closed = end > start + 1 && this.text.charAt(end - 1) === '}';
    const entries = map.entries.filter((entry) => !this.isComment(entry.key) && !omit.includes(entry.key));
    return {
      type: 'block',
      range,
      kind,
      kindRange,
      labels,
      body: {
        type: 'body',
        range: { start: start + 1, end: closed ? end - 1 : end },
        items: entries.map((entry) => this.attribute(entry)),
      },
      openBrace: { start, end: start + 1 },
      closeBrace: closed ? { start: end - 1, end } : undefined,
    };
  }

  expression(node: DataNode): Expression {
    const value = resolve(node);
    const { range } = node;
    switch (value?.type) {
      case 'map':
        return {
          type: 'object',
          range,
          items: value.entries.filter((entry) => !this.isComment(entry.key)).map((entry) => this.item(entry)),
        };
      case 'sequence':
        return { type: 'tuple', range, items: value.items.map((item) => this.expression(item)) };
      case 'scalar':
        if (typeof value.value !== 'string') return { type: 'literal', range, value: value.value };
        return this.string(range, value.text);
      default:
        return { type: 'missing', range };
    }
  }

  private item(entry: MapEntry): ObjectItem {
    const inner = { start: entry.keyRange.start + 1, end: Math.max(entry.keyRange.start + 1, entry.keyRange.end - 1) };
    const verbatim = inner.end - inner.start === entry.key.length;
    const text = verbatim ? MappedText.verbatim(entry.key, inner.start) : MappedText.opaque(entry.key, inner);
    const key = this.string(entry.keyRange, text);
    return { range: entry.range, key, name: bareName(key), value: this.expression(entry.value) };
  }

  private string(range: Range, text: MappedText): TemplateExpression {
    return { type: 'template', range, form: 'quoted', parts: this.parseString(text) };
  }
}
