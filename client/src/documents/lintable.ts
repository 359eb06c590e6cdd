/** A language or a name; the editor and the language client take both. */
export type DocumentPattern = { readonly language: string } | { readonly pattern: string };

/** Files larger than this are not sent to the server: nobody writes them by hand. Code units. */
export const MAX_DOCUMENT_LENGTH = 2 * 1024 * 1024;

/** How much of a text is looked at to tell whether it is ours. */
const HEAD = 65_536;

/**
 * What may be infrastructure, by language or by name; of any scheme, because reviews show files under their own. What
 * passes is looked at again by `isLintable`, and the server decides.
 */
export const DOCUMENT_SELECTOR: readonly DocumentPattern[] = [
  ...[
    'dockercompose',
    'dockerfile',
    'github-actions-workflow',
    'helm',
    'opentofu',
    'opentofu-vars',
    'packer',
    'shellscript',
    'terraform',
    'terraform-vars',
    'yaml',
  ].map((language) => ({ language })),
  { pattern: '**/*.{tf,tofu,tfvars,hcl,yaml,yml,json,sh,bash,ksh,tpl,tftpl,tmpl}' },
  { pattern: '**/{Dockerfile,Containerfile,dockerfile,containerfile}*' },
  { pattern: '**/*.{Dockerfile,Containerfile,dockerfile,containerfile}' },
  { pattern: '**/{.gitignore,kustomization,user-data,user_data,userdata}' },
];

/** Glob of the files that a search of the workspace finds; the server leaves out those that are none of ours. */
export const WORKSPACE_FILES =
  '**/{*.tf,*.tofu,*.tfvars,*.tf.json,*.pkr.hcl,*.pkrvars.hcl,*.pkr.json,*.yaml,*.yml,*.sh,*.bash,' +
  'Dockerfile*,Containerfile*,dockerfile*,*.Dockerfile,*.dockerfile,*.Containerfile,user-data,user-data.*,kustomization}';

/** The same for one path. */
export function isWorkspaceFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    /\.(?:tf|tofu|tfvars|tf\.json|pkr\.hcl|pkrvars\.hcl|pkr\.json|ya?ml|sh|bash|[Dd]ockerfile|Containerfile)$/.test(
      name,
    ) || /^(?:[Dd]ockerfile|Containerfile)|^user-data(?:$|\.)|^kustomization$/.test(name)
  );
}

/** Names of folders that hold other people's files. */
export const FOREIGN_FOLDER_NAMES: readonly string[] = [
  'node_modules',
  '.git',
  '.terraform',
  '.terragrunt-cache',
  'vendor',
  '.venv',
];

/** Those folders as a glob, beside what `files.exclude` and `search.exclude` say. */
export const FOREIGN_FOLDERS = `**/{${FOREIGN_FOLDER_NAMES.join(',')}}/**`;

/** Schemes of documents that no file stands behind: nothing in them can be changed or reviewed. */
const FOREIGN_SCHEMES: ReadonlySet<string> = new Set([
  'comment',
  'debug',
  'immutable-rule',
  'output',
  'search-editor',
  'vscode',
  'vscode-scm',
  'vscode-settings',
  'vscode-terminal',
  'vscode-userdata',
  'walkThrough',
  'walkThroughSnippet',
]);

/** JSON and YAML that tools write for themselves. */
const FOREIGN_NAMES =
  /^(?:package|package-lock|npm-shrinkwrap|composer|tsconfig.*|jsconfig.*|deno|settings|launch|tasks|extensions|\.eslintrc|\.prettierrc)\.json$|^(?:pnpm-lock|\.pre-commit-config|mkdocs)\.ya?ml$|\.lock\.hcl$|\.tftest\.hcl$/;

/** What one asks of a document; `vscode.TextDocument` fits. */
export interface DocumentLike {
  readonly uri: { readonly scheme: string; readonly path: string };
  readonly languageId: string;
  getText(): string;
}

/**
 * Whether a document goes to the server. Cheap and generous: names decide where they can, and only JSON and bare
 * templates are looked into. A document that becomes ours while it is typed is asked about again at each change.
 */
export function isLintable(document: DocumentLike): boolean {
  const { scheme, path } = document.uri;
  if (FOREIGN_SCHEMES.has(scheme)) return false;
  // The copy that the editor's quick diff compares with: `Dockerfile.git` is nobody's document.
  if (scheme === 'git' && path.endsWith('.git')) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (isConfiguration(path)) return true;
  if (FOREIGN_NAMES.test(name.toLowerCase())) return false;
  const text = document.getText();
  if (text.length > MAX_DOCUMENT_LENGTH) return false;
  const head = text.slice(0, HEAD);
  if (/\.(?:tf|tofu|pkr)\.json$/.test(name)) return true;
  if (document.languageId === 'json' || document.languageId === 'jsonc' || name.endsWith('.json'))
    return /"(?:apiVersion|builders)"\s*:/.test(head);
  if (/\.(?:tpl|tftpl|tmpl)$/.test(name)) return /^\s*(?:#!|#cloud-config|## template:|\{\{)/.test(head);
  return true;
}

/** `immutable.yaml`, its baseline and the rules of a workspace: the server checks them. */
export function isConfiguration(path: string): boolean {
  return /(?:^|\/)immutable\.(?:ya?ml|json)$|(?:^|\/)\.immutable-baseline\.json$/.test(path);
}
