import type { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';

/**
 * Syntax tree of HashiCorp's native syntax (HCL Native Syntax Specification), which Terraform, OpenTofu and
 * Packer share. Every node carries the half-open UTF-16 range it was written in. JSON forms of these languages
 * are turned into the same tree (`from-json.ts`); `File.form` tells which one was written.
 */
export interface HclFile {
  readonly type: 'file';
  readonly form: 'native' | 'json';
  readonly text: string;
  readonly body: Body;
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
}

export interface Body {
  readonly type: 'body';
  /** Inside the braces for a block's body, the whole text for a file's. */
  readonly range: Range;
  /** Attributes and blocks in source order. */
  readonly items: readonly (Attribute | Block)[];
}

export interface Attribute {
  readonly type: 'attribute';
  /** From the name to the end of the value. In JSON: from the key's quote to the end of the value. */
  readonly range: Range;
  readonly name: string;
  readonly nameRange: Range;
  /** The `=` (`:` in JSON). */
  readonly equalsRange: Range;
  readonly value: Expression;
}

export interface Block {
  readonly type: 'block';
  /** From the type to the closing brace; to the end of the text when it is not closed. */
  readonly range: Range;
  /** `resource`, `launch_template`, `dynamic` … */
  readonly kind: string;
  readonly kindRange: Range;
  readonly labels: readonly Label[];
  readonly body: Body;
  readonly openBrace: Range;
  /** Absent when the block is not closed (half-typed text). */
  readonly closeBrace: Range | undefined;
}

export interface Label {
  /** Without quotes, escapes decoded. */
  readonly value: string;
  /** With quotes. */
  readonly range: Range;
  readonly quoted: boolean;
}

export type Expression =
  | LiteralExpression
  | TemplateExpression
  | TraversalExpression
  | CallExpression
  | TupleExpression
  | ObjectExpression
  | ForExpression
  | ConditionalExpression
  | BinaryExpression
  | UnaryExpression
  | ParenthesesExpression
  | IndexExpression
  | AttributeAccessExpression
  | SplatExpression
  | MissingExpression;

/** A number, `true`, `false` or `null`. */
export interface LiteralExpression {
  readonly type: 'literal';
  readonly range: Range;
  readonly value: number | boolean | null;
}

/** A quoted string or a heredoc. A string without interpolations has one literal part, or none when empty. */
export interface TemplateExpression {
  readonly type: 'template';
  /** With quotes; for a heredoc from `<<` to the end of its terminator's line, without the line break. */
  readonly range: Range;
  readonly form: 'quoted' | 'heredoc' | 'heredoc-indented';
  /** For heredocs: the terminator's name. */
  readonly delimiter?: string | undefined;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart = TemplateLiteral | TemplateInterpolation | TemplateDirective;

/**
 * Literal text: escapes decoded (`\"`, `$${`), indentation of `<<-` removed, blanks removed that a neighbour's `~`
 * strips; `text` still maps to the source.
 */
export interface TemplateLiteral {
  readonly type: 'text';
  readonly range: Range;
  readonly text: MappedText;
}

/** `${ expression }`, with its optional `~` strip markers. */
export interface TemplateInterpolation {
  readonly type: 'interpolation';
  readonly range: Range;
  readonly stripBefore: boolean;
  readonly stripAfter: boolean;
  readonly expression: Expression;
}

/** `%{ if … }`, `%{ else }`, `%{ endif }`, `%{ for … in … }`, `%{ endfor }`; kept flat, in source order. */
export interface TemplateDirective {
  readonly type: 'directive';
  readonly range: Range;
  readonly keyword: 'if' | 'else' | 'endif' | 'for' | 'endfor' | 'unknown';
  readonly stripBefore: boolean;
  readonly stripAfter: boolean;
  /** The condition of `if`, the collection of `for`. */
  readonly expression: Expression | undefined;
  /** The names that `for` binds: `k` and `v` in `%{ for k, v in var.tags }`. */
  readonly variables: readonly string[];
}

/** A root name and the steps after it: `aws_launch_template.app.id`, `var.x[0].y`. Only literal index keys are steps. */
export interface TraversalExpression {
  readonly type: 'traversal';
  readonly range: Range;
  readonly root: string;
  readonly rootRange: Range;
  readonly steps: readonly TraversalStep[];
}

export interface TraversalStep {
  /** `name` for `.name`, `index` for `[0]`, `["key"]` and the legacy `.0`. */
  readonly type: 'name' | 'index';
  readonly name: string | number;
  /** With the dot or the brackets. */
  readonly range: Range;
}

export interface CallExpression {
  readonly type: 'call';
  readonly range: Range;
  /** `jsonencode`, `provider::aws::arn_parse`. */
  readonly name: string;
  readonly nameRange: Range;
  readonly args: readonly Expression[];
  /** The last argument is followed by `...`. */
  readonly expandFinal: boolean;
}

export interface TupleExpression {
  readonly type: 'tuple';
  readonly range: Range;
  readonly items: readonly Expression[];
}

export interface ObjectExpression {
  readonly type: 'object';
  readonly range: Range;
  readonly items: readonly ObjectItem[];
}

export interface ObjectItem {
  readonly range: Range;
  /** A bare word is a traversal without steps that stands for its own name, unless in parentheses. */
  readonly key: Expression;
  /** The key when it is a bare word or a string without interpolation. */
  readonly name: string | undefined;
  readonly value: Expression;
}

export interface ForExpression {
  readonly type: 'for';
  readonly range: Range;
  readonly form: 'tuple' | 'object';
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  readonly grouped: boolean;
}

export interface ConditionalExpression {
  readonly type: 'conditional';
  readonly range: Range;
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export interface BinaryExpression {
  readonly type: 'binary';
  readonly range: Range;
  readonly operator: '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||';
  readonly left: Expression;
  readonly right: Expression;
}

export interface UnaryExpression {
  readonly type: 'unary';
  readonly range: Range;
  readonly operator: '-' | '!';
  readonly operand: Expression;
}

export interface ParenthesesExpression {
  readonly type: 'parentheses';
  readonly range: Range;
  readonly inner: Expression;
}

/** `collection[key]` where the collection is not a plain traversal or the key is not a literal. */
export interface IndexExpression {
  readonly type: 'index';
  readonly range: Range;
  readonly collection: Expression;
  readonly key: Expression;
}

/** `source.name` where the source is not a plain traversal: `f(x).y`, `(a).b`, `x[var.k].y`. */
export interface AttributeAccessExpression {
  readonly type: 'access';
  readonly range: Range;
  readonly source: Expression;
  readonly name: string;
}

/**
 * `source[*].each…` or `source.*.each…`: the steps apply to each element. A second splat, or an index that is not
 * literal, wraps the first: `a[*].b[*]` is a splat whose source is the splat `a[*].b`.
 */
export interface SplatExpression {
  readonly type: 'splat';
  readonly range: Range;
  readonly form: 'full' | 'attribute';
  readonly source: Expression;
  readonly steps: readonly TraversalStep[];
}

/** Stands where an expression should be (half-typed text). Its value is not known. */
export interface MissingExpression {
  readonly type: 'missing';
  readonly range: Range;
}
