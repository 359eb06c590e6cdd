import type { Place, Range } from '../../core/text';
import type { Attribute, Block, Expression, HclFile, ObjectExpression } from '../../lang/hcl/ast';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import { isEmpty } from '../values/combine';
import type { Value } from '../values/value';
import { attributeOfItem, EvaluatedAttribute } from './attribute';
import { NO_NAMES, placeOf, type BlockContext, type Names } from './context';
import { dynamicIterations, type DynamicBlock } from './dynamic';

type Presence = 'yes' | 'maybe' | 'no';

/** Nested blocks of one type that were written together: one block, one `dynamic`, one argument that holds objects. */
interface Group {
  readonly type: string;
  readonly presence: Presence;
  readonly blocks: readonly ConfigBlock[];
}

/** What a block is made of, whatever it was written as. */
interface Parts {
  readonly node: Block | ObjectExpression;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly header: Place;
  /** With the `dynamic` around it. */
  readonly range: Range;
  readonly dynamic: boolean;
  readonly names: Names;
}

const NO_BLOCKS: readonly ConfigBlock[] = [];
const NO_GROUPS: readonly Group[] = [];

class LazyConfigBlock implements ConfigBlock {
  private byType: Map<string, readonly ConfigBlock[]> | undefined;
  private attributeList: readonly ConfigAttribute[] | undefined;
  private groupList: readonly Group[] | undefined;
  private attributeGroups: Map<ConfigAttribute, Group> | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly context: BlockContext,
  ) {}

  get file(): HclFile {
    return this.context.file;
  }

  get path(): string {
    return this.context.path;
  }

  get kind(): string {
    return this.parts.kind;
  }

  get labels(): readonly string[] {
    return this.parts.labels;
  }

  get header(): Place {
    return this.parts.header;
  }

  get range(): Range {
    return this.parts.range;
  }

  get node(): Block | ObjectExpression {
    return this.parts.node;
  }

  get dynamic(): boolean {
    return this.parts.dynamic;
  }

  get attributes(): readonly ConfigAttribute[] {
    return (this.attributeList ??= attributeNodes(this.node, this.file.text).map(
      (node) => new EvaluatedAttribute(node, this.context, this.parts.names),
    ));
  }

  attribute(name: string): ConfigAttribute | undefined {
    // The first of two arguments of the same name counts: the second one is an error, or half-typed. Blocks have few
    // arguments: an index of each would cost more than it saves.
    for (const attribute of this.attributes) if (attribute.name === name) return attribute;
    return undefined;
  }

  value(name: string): Value | undefined {
    return this.attribute(name)?.value;
  }

  blocks(type: string): readonly ConfigBlock[] {
    const known = this.byType?.get(type);
    if (known) return known;
    const groups = this.groupsOf(type);
    if (groups.length === 0) return NO_BLOCKS;
    const found = groups.length === 1 && groups[0] ? groups[0].blocks : groups.flatMap((group) => group.blocks);
    this.byType ??= new Map();
    this.byType.set(type, found);
    return found;
  }

  block(type: string): ConfigBlock | undefined {
    return this.blocks(type)[0];
  }

  has(type: string): Presence {
    const presences = this.groupsOf(type).map((group) => group.presence);
    return presences.includes('yes') ? 'yes' : presences.includes('maybe') ? 'maybe' : 'no';
  }

  get nested(): readonly ConfigBlock[] {
    const blocks = this.groups.flatMap((group) => group.blocks);
    // In JSON a nested block cannot be told from an argument that holds an object.
    if (this.file.form !== 'json') return blocks;
    return [...blocks, ...this.attributes.flatMap((attribute) => this.groupOfAttribute(attribute).blocks)];
  }

  private groupsOf(type: string): readonly Group[] {
    const written = this.groups.some((group) => group.type === type)
      ? this.groups.filter((group) => group.type === type)
      : NO_GROUPS;
    const attribute = this.attribute(type);
    return attribute ? [...written, this.groupOfAttribute(attribute)] : written;
  }

  private get groups(): readonly Group[] {
    return (this.groupList ??= this.node.type === 'block' ? this.blockGroups(this.node) : this.jsonDynamicGroups());
  }

  private blockGroups(node: Block): readonly Group[] {
    if (!node.body.items.some((item) => item.type === 'block')) return this.jsonDynamicGroups();
    const groups: Group[] = [];
    for (const item of node.body.items) {
      if (item.type !== 'block') continue;
      const type = item.labels[0]?.value;
      if (item.kind === 'dynamic' && type !== undefined) groups.push(this.dynamicGroup(nativeDynamic(item, type)));
      else groups.push({ type: item.kind, presence: 'yes', blocks: [blockOf(item, this.context, this.parts.names)] });
    }
    return this.file.form === 'json' ? [...groups, ...this.jsonDynamicGroups()] : groups;
  }

  /** `"dynamic": { "ingress": { "for_each": …, "content": { … } } }`. */
  private jsonDynamicGroups(): readonly Group[] {
    if (this.file.form !== 'json') return NO_GROUPS;
    const attribute = this.attribute('dynamic');
    const groups: Group[] = [];
    for (const holder of attribute ? objectsIn(attribute.expression) : []) {
      for (const item of holder.items) {
        if (item.name === undefined) continue;
        for (const body of objectsIn(item.value)) {
          const [content] = objectsIn(valueIn(body, 'content'));
          if (!content) continue;
          const forEach = valueIn(body, 'for_each');
          const iterator = valueIn(body, 'iterator');
          groups.push(
            this.dynamicGroup({
              type: item.name,
              forEach,
              iterator,
              content,
              range: item.range,
              header: item.key.range,
            }),
          );
        }
      }
    }
    return groups;
  }

  private dynamicGroup(dynamic: DynamicBlock): Group {
    const { content } = dynamic;
    const { presence, iterations } = dynamicIterations(dynamic, this.context, this.parts.names);
    if (!content) return { type: dynamic.type, presence, blocks: [] };
    const blocks = iterations.map(
      (names) =>
        new LazyConfigBlock(
          {
            node: content,
            kind: dynamic.type,
            labels: [],
            header: placeOf(this.context, dynamic.header),
            range: dynamic.range,
            dynamic: true,
            names,
          },
          this.context,
        ),
    );
    return { type: dynamic.type, presence, blocks };
  }

  /** Objects in an argument seen as blocks: the JSON form, and the attributes-as-blocks mode of the native one. */
  private groupOfAttribute(attribute: ConfigAttribute): Group {
    const known = this.attributeGroups?.get(attribute);
    if (known) return known;
    const expression = withoutParentheses(attribute.expression);
    const objects = objectsIn(expression);
    const inList = expression.type === 'tuple';
    const blocks = objects.map(
      (node) =>
        new LazyConfigBlock(
          {
            node,
            kind: attribute.name,
            labels: [],
            header: placeOf(
              this.context,
              inList ? { start: node.range.start, end: node.range.start + 1 } : attribute.nameRange,
            ),
            range: node.range,
            dynamic: false,
            names: this.parts.names,
          },
          this.context,
        ),
    );
    const group: Group = {
      type: attribute.name,
      presence: blocks.length > 0 ? 'yes' : presenceOf(attribute.value),
      blocks,
    };
    this.attributeGroups ??= new Map();
    this.attributeGroups.set(attribute, group);
    return group;
  }
}

function presenceOf(value: Value): Presence {
  const empty = isEmpty(value);
  return empty === undefined ? 'maybe' : empty ? 'no' : 'yes';
}

function nativeDynamic(block: Block, type: string): DynamicBlock {
  const content = block.body.items.find((item) => item.type === 'block' && item.kind === 'content');
  const argument = (name: string): Expression | undefined =>
    block.body.items.find((item): item is Attribute => item.type === 'attribute' && item.name === name)?.value;
  return {
    type,
    forEach: argument('for_each'),
    iterator: argument('iterator'),
    content: content?.type === 'block' ? content : undefined,
    range: block.range,
    header: headerRange(block),
  };
}

function attributeNodes(node: Block | ObjectExpression, text: string): readonly Attribute[] {
  if (node.type === 'block') return node.body.items.filter((item) => item.type === 'attribute');
  return node.items.map((item) => attributeOfItem(item, text)).filter((attribute) => attribute !== undefined);
}

function withoutParentheses(expression: Expression): Expression {
  return expression.type === 'parentheses' ? withoutParentheses(expression.inner) : expression;
}

/** The object that an expression is, or those in the list that it is. */
function objectsIn(expression: Expression | undefined): readonly ObjectExpression[] {
  if (!expression) return [];
  const plain = withoutParentheses(expression);
  if (plain.type === 'object') return [plain];
  return plain.type === 'tuple' ? plain.items.map(withoutParentheses).filter((item) => item.type === 'object') : [];
}

function valueIn(object: ObjectExpression, name: string): Expression | undefined {
  return object.items.find((item) => item.name === name)?.value;
}

/** A block's type and labels. In JSON these may stand far apart: then the key or value that is nearest to the block. */
function headerRange(block: Block, form: HclFile['form'] = 'native'): Range {
  const last = block.labels[block.labels.length - 1];
  if (!last) return block.kindRange;
  if (form === 'json') return block.kindRange.start >= block.range.start ? block.kindRange : last.range;
  return { start: block.kindRange.start, end: Math.max(block.kindRange.end, last.range.end) };
}

/** The view of a block as written. Nothing is evaluated before it is asked for; values are cached by block. */
export function blockOf(node: Block, context: BlockContext, names: Names = NO_NAMES): ConfigBlock {
  const labels = node.labels.map((label) => label.value);
  const header = placeOf(context, headerRange(node, context.file.form));
  return new LazyConfigBlock(
    { node, kind: node.kind, labels, header, range: node.range, dynamic: false, names },
    context,
  );
}
