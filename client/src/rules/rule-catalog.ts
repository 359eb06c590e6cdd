import { Uri, workspace } from 'vscode';

/** A rule, as far as a list shows it. */
export interface ListedRule {
  readonly id: string;
  readonly summary: string;
}

/** The rules by id, as the schema of `immutable.yaml` lists them: read when first asked for. */
export class RuleCatalog {
  private rules: Promise<readonly ListedRule[]> | undefined;

  constructor(private readonly extension: Uri) {}

  /** @returns an empty list when the package is incomplete */
  list(): Promise<readonly ListedRule[]> {
    this.rules ??= this.read();
    return this.rules;
  }

  private async read(): Promise<readonly ListedRule[]> {
    const file = Uri.joinPath(this.extension, 'schemas', 'immutable.schema.json');
    return rulesOfSchema(JSON.parse(new TextDecoder().decode(await workspace.fs.readFile(file))));
  }
}

/** The rules that a schema of `immutable.yaml` describes; families (`name/*`) are left out. */
export function rulesOfSchema(schema: unknown): readonly ListedRule[] {
  const { definitions } = schema as {
    readonly definitions?: {
      readonly rules?: { readonly properties?: Readonly<Record<string, { readonly description?: string }>> };
    };
  };
  return Object.entries(definitions?.rules?.properties ?? {})
    .filter(([id]) => !id.endsWith('/*'))
    .map(([id, { description = '' }]) => ({ id, summary: description }));
}
