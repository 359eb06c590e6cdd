/** What a file is to us. */
export type FileKind =
  | 'terraform'
  | 'terraform-json'
  | 'terraform-vars'
  | 'packer'
  | 'packer-vars'
  | 'packer-json'
  | 'dockerfile'
  | 'kubernetes'
  | 'compose'
  | 'workflow'
  | 'action'
  | 'kustomize'
  | 'helm-values'
  | 'helm-chart'
  | 'helm-template'
  | 'cloud-init'
  | 'shell'
  | 'gitignore';

/** Content is looked at only this far: detection runs for every file of a workspace. */
const HEAD = 65_536;

/**
 * Tells what a file is, by its path and, where that does not tell, by the beginning of its text. Nothing is parsed.
 *
 * @param path slashes or backslashes; only the last folders count
 * @param languageHint the editor's language id (`dockerfile`, `terraform`, `shellscript`), used when the path says nothing
 * @returns undefined for a file we have no rules for
 */
export function detectKind(path: string, text: string, languageHint?: string): FileKind | undefined {
  const segments = path.replaceAll('\\', '/').split('/');
  const name = segments.pop() ?? '';
  const folders = segments.map((segment) => segment.toLowerCase());
  const lower = name.toLowerCase();
  const head = text.slice(0, HEAD).replace(/^\uFEFF/, '');
  if (looksBinary(head)) return undefined;
  return (
    byName(lower, folders, head) ??
    (isDockerfileName(lower) || isSuffixedDockerfile(lower, head) ? 'dockerfile' : undefined) ??
    byContent(lower, folders, head) ??
    byHint(lower, head, languageHint)
  );
}

/** True for text with a NUL in its beginning: what git takes for binary. */
export function looksBinary(text: string): boolean {
  return text.slice(0, 8000).includes('\0');
}

const SUFFIXES: readonly (readonly [suffix: string, kind: FileKind | undefined])[] = [
  ['.tftest.hcl', undefined],
  ['.tofutest.hcl', undefined],
  ['.terraform.lock.hcl', undefined],
  ['.pkr.hcl', 'packer'],
  ['.pkrvars.hcl', 'packer-vars'],
  ['.pkr.json', 'packer-json'],
  ['.tf.json', 'terraform-json'],
  ['.tofu.json', 'terraform-json'],
  ['.tf', 'terraform'],
  ['.tofu', 'terraform'],
  ['.tfvars', 'terraform-vars'],
  ['.sh', 'shell'],
  ['.bash', 'shell'],
];

const YAML_NAME = /\.ya?ml$/;

function byName(lower: string, folders: readonly string[], head: string): FileKind | undefined {
  if (lower === '.gitignore') return 'gitignore';
  const suffix = SUFFIXES.find(([end]) => lower.endsWith(end));
  if (suffix) return suffix[1];
  if (/^user[-_]?data(?:\.(?:ya?ml|txt))?$/.test(lower)) return 'cloud-init';
  if (lower === 'kustomization') return 'kustomize';
  if (!YAML_NAME.test(lower)) return undefined;
  const folder = folders[folders.length - 1] ?? '';
  if (folder === 'workflows' && ['.github', '.gitea', '.forgejo'].includes(folders[folders.length - 2] ?? ''))
    return 'workflow';
  if (/^action\.ya?ml$/.test(lower) && /^runs[ \t]*:/m.test(head)) return 'action';
  if (/^kustomization\.ya?ml$/.test(lower)) return 'kustomize';
  if (/^chart\.ya?ml$/.test(lower) && /^(?:apiVersion|name|version)[ \t]*:/m.test(head)) return 'helm-chart';
  if (isHelmTemplate(lower, folders, head)) return 'helm-template';
  if (/^(?:docker-)?compose(?:[-_.].*)?\.ya?ml$|^docker-stack(?:[-_.].*)?\.ya?ml$/.test(lower)) {
    return isKubernetes(head) ? 'kubernetes' : 'compose';
  }
  return undefined;
}

/** Files under a chart's `templates` folder. Without an action and with a manifest's keys they are plain manifests. */
function isHelmTemplate(lower: string, folders: readonly string[], head: string): boolean {
  return (
    folders.includes('templates') &&
    (head.includes('{{') || (folders.includes('charts') && !lower.startsWith('values')))
  );
}

const NOT_DOCKERFILE =
  /\.(?:md|mdx|rst|txt|adoc|html?|sh|bash|ps1|bat|js|mjs|cjs|ts|tsx|jsx|py|rb|go|rs|java|kt|c|h|cpp|php|lua|json|ya?ml|toml|ini|lock|log|dockerignore|containerignore|swp|orig|rej|png|svg|gif|jpe?g|tar|gz|zip|pyc|cfg|conf|xml|css|j2|jinja2?|erb|tmpl|tpl|template|mustache|hbs|ejs|m4|in|patch|diff|git|sum|sha256|csv|tf|hcl|vim|snap|properties)$/;

/**
 * Dockerfile, Containerfile, `Dockerfile.prod`, `Dockerfile-alpine`, `Dockerfile_arm`, `prod.Dockerfile`, `app.dockerfile`.
 * Names that end like another language, an ignore file or a template that is expanded first are not meant.
 *
 * @param lower the file's name in lower case
 */
export function isDockerfileName(lower: string): boolean {
  if (/.\.(?:dockerfile|containerfile)$/.test(lower)) return true;
  return /^(?:dockerfile|containerfile)(?:[-_.].+)?$/.test(lower) && !NOT_DOCKERFILE.test(lower);
}

/** `web-Dockerfile`, `gnocchi_Containerfile`: the text must tell, for a script that writes one may be called the same. */
function isSuffixedDockerfile(lower: string, head: string): boolean {
  return (
    /.[-_](?:dockerfile|containerfile)$/.test(lower) && !head.startsWith('#!') && /^[ \t]*FROM[ \t]+\S/im.test(head)
  );
}

function byContent(lower: string, folders: readonly string[], head: string): FileKind | undefined {
  if (/^#cloud-config[ \t]*\r?$/m.test(firstLine(head)) || isCloudConfigTemplate(head)) return 'cloud-init';
  if (lower.endsWith('.json')) return byJson(head);
  if (YAML_NAME.test(lower)) return byYaml(lower, folders, head);
  if (!lower.includes('.') || lower.endsWith('.ksh') || lower.endsWith('.tpl') || lower.endsWith('.sh.tmpl')) {
    return isShellScript(head) ? 'shell' : undefined;
  }
  return undefined;
}

/** `## template: jinja` may come before `#cloud-config`. */
function isCloudConfigTemplate(head: string): boolean {
  return /^##[ \t]*template:[^\n]*\n#cloud-config\b/i.test(head);
}

function firstLine(head: string): string {
  const lineBreak = head.indexOf('\n');
  return lineBreak < 0 ? head : head.slice(0, lineBreak);
}

function isShellScript(head: string): boolean {
  return /^#![ \t]*(?:\/usr)?\/(?:local\/)?bin\/(?:env[ \t]+(?:-S[ \t]+)?)?(?:ba|da|k|z|a)?sh\b/.test(firstLine(head));
}

function byYaml(lower: string, folders: readonly string[], head: string): FileKind | undefined {
  if (isKubernetes(head)) {
    if (/^kind[ \t]*:[ \t]*["']?(?:Kustomization|Component)\b/m.test(head) && /kustomize\.config\.k8s\.io/.test(head))
      return 'kustomize';
    return isTemplated(head) ? 'helm-template' : 'kubernetes';
  }
  if (isValuesName(lower)) return 'helm-values';
  if (folders.includes('values') && /^image[ \t]*:/m.test(head)) return 'helm-values';
  if (
    /^services[ \t]*:[ \t]*(?:#.*)?\r?$/m.test(head) &&
    /^[ \t]+(?:image|build)[ \t]*:/m.test(head) &&
    isComposeLike(head)
  )
    return 'compose';
  return undefined;
}

/**
 * Helm's own objects, or an action as a bare value, which is no YAML. `{{ … }}` in quotes and block scalars alone is
 * data of another tool (alerting rules, workflow engines).
 */
function isTemplated(head: string): boolean {
  if (!head.includes('{{')) return false;
  return (
    /\{\{[^}\n]{0,200}?(?:\.(?:Values|Release|Chart|Capabilities)\b|\binclude[ \t]+")/.test(head) ||
    /^[ \t]*(?:- )?[\w./-]+:[ \t]+\{\{/m.test(head)
  );
}

function isValuesName(lower: string): boolean {
  return /^values(?:[-_.].+)?\.ya?ml$|^.+[-_.]values\.ya?ml$/.test(lower);
}

/** Services of GitLab, Drone or Travis files also have images: a compose file has none of those tools' keys. */
function isComposeLike(head: string): boolean {
  return !/^(?:apiVersion|stages|steps|jobs|pipeline|pipelines|before_script|script|language|on|definitions|default)[ \t]*:/m.test(
    head,
  );
}

/** `apiVersion` and `kind` at the first column of one document; flow style and JSON pasted into YAML included. */
function isKubernetes(head: string): boolean {
  if (/^\s*\{/.test(head)) return isKubernetesJson(head);
  return /^["']?apiVersion["']?[ \t]*:[ \t]*\S/m.test(head) && /^["']?kind["']?[ \t]*:[ \t]*\S/m.test(head);
}

function byJson(head: string): FileKind | undefined {
  if (!/^\s*(?:\/[/*]|\{)/.test(head)) return undefined;
  const keys = topLevelKeys(head);
  if (keys.has('apiVersion') && keys.has('kind')) return 'kubernetes';
  if (keys.has('builders') && /"type"\s*:\s*"/.test(head)) return 'packer-json';
  return undefined;
}

function isKubernetesJson(head: string): boolean {
  const keys = topLevelKeys(head);
  return keys.has('apiVersion') && keys.has('kind');
}

/** The keys of a JSON text's outermost object. */
function topLevelKeys(head: string): Set<string> {
  const keys = new Set<string>();
  let depth = 0;
  for (let at = 0; at < head.length; at++) {
    const char = head[at];
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '"') {
      const start = at + 1;
      for (at++; at < head.length && head[at] !== '"'; at++) if (head[at] === '\\') at++;
      if (depth === 1 && isFollowedByColon(head, at + 1)) keys.add(head.slice(start, at));
    }
  }
  return keys;
}

function isFollowedByColon(head: string, from: number): boolean {
  let at = from;
  while (/\s/.test(head[at] ?? '')) at++;
  return head[at] === ':';
}

/** An editor's language id, for files whose name says nothing (untitled documents). */
function byHint(lower: string, head: string, hint: string | undefined): FileKind | undefined {
  switch (hint) {
    case 'dockerfile':
      return NOT_DOCKERFILE.test(lower) ? undefined : 'dockerfile';
    case 'terraform':
    case 'opentofu':
      return 'terraform';
    case 'terraform-vars':
    case 'opentofu-vars':
      return 'terraform-vars';
    case 'packer':
      return 'packer';
    case 'shellscript':
      return 'shell';
    case 'dockercompose':
      return 'compose';
    case 'github-actions-workflow':
      return 'workflow';
    case 'yaml':
      return byYaml(lower, [], head);
    case 'helm':
      return YAML_NAME.test(lower) ? 'helm-template' : undefined;
    case 'json':
    case 'jsonc':
      return byJson(head);
    default:
      return undefined;
  }
}
