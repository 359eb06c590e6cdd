import type { Attribute, Block, Expression } from '../../lang/hcl/ast';
import type { TerraformFile } from './types';

/** Where the value of a variable is written. */
export interface VariableSource {
  readonly expression: Expression;
  readonly file: TerraformFile;
}

/** A declared variable and what it starts with. */
export interface VariableDeclaration {
  readonly block: Block;
  readonly file: TerraformFile;
  readonly default: VariableSource | undefined;
  /** Its value is not for others to see: never evaluated. */
  readonly sensitive: boolean;
  /** Its type has attributes with defaults, so that objects may hold more than is written. */
  readonly optionalAttributes: boolean;
}

/** Reads a `variable` block (Terraform, OpenTofu, Packer). */
export function readVariable(block: Block, file: TerraformFile): VariableDeclaration {
  const given = argument(block, 'default');
  const sensitive = argument(block, 'sensitive')?.value;
  const type = argument(block, 'type')?.value.range;
  return {
    block,
    file,
    default: given ? { expression: given.value, file } : undefined,
    sensitive: sensitive !== undefined && !(sensitive.type === 'literal' && sensitive.value === false),
    optionalAttributes: type !== undefined && /\boptional\s*\(/.test(file.syntax.text.slice(type.start, type.end)),
  };
}

/** The first argument of a block with that name. */
export function argument(block: Block, name: string): Attribute | undefined {
  return block.body.items.find((item): item is Attribute => item.type === 'attribute' && item.name === name);
}

/**
 * The files of variable values that are read without being named on the command line, in the order in which they are read:
 * a later one wins. `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` and `*.auto.tfvars.json` by name.
 */
export function autoLoaded(files: readonly TerraformFile[], kind: 'terraform' | 'packer'): TerraformFile[] {
  const rank = (path: string): number => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (kind === 'packer')
      return /\.auto\.pkrvars\.(hcl|json)$/.test(name) || name.endsWith('.auto.pkrvars.hcl.json') ? 2 : -1;
    if (name === 'terraform.tfvars') return 0;
    if (name === 'terraform.tfvars.json') return 1;
    return /\.auto\.tfvars(\.json)?$/.test(name) ? 2 : -1;
  };
  return files
    .filter((file) => rank(file.path) >= 0)
    .sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The values that such files assign. */
export function assignments(files: readonly TerraformFile[]): Map<string, VariableSource> {
  const assigned = new Map<string, VariableSource>();
  for (const file of files) {
    for (const item of file.syntax.body.items) {
      if (item.type === 'attribute') assigned.set(item.name, { expression: item.value, file });
    }
  }
  return assigned;
}
