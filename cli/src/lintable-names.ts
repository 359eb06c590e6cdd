import { isDockerfileName } from '../../server/src/lang/detect';

/**
 * What a name alone tells: `yes`, the file may well be one that we lint; `peek`, only if it begins like a script or a
 * cloud-init file; `no`, it is never read.
 */
export type NameVerdict = 'yes' | 'peek' | 'no';

const LINTED = /\.(?:tf|tofu|tfvars|ya?ml|json|sh|bash|ksh|sh\.tmpl|pkr\.hcl|pkrvars\.hcl)$/;

/** Text of any language may hide behind these: templates, and cloud-init files by their usual names. */
const PEEKED = /\.(?:tpl|tmpl|tftpl|cfg|conf|txt|init|cloud-init|cloudinit|cloud-config|userdata|user-data)$/;

/** What tools write or read and nobody deploys. `mkdocs.yaml` is not among them: workflows are called so too. */
const NEVER =
  /^(?:package|package-lock|npm-shrinkwrap|composer|tsconfig.*|jsconfig.*|deno|bower|\.eslintrc|\.prettierrc)\.json$|^(?:pnpm-lock|\.pre-commit-config)\.ya?ml$/;

/** Decides by a file's name whether it is worth reading. */
export function judgeName(name: string): NameVerdict {
  const lower = name.toLowerCase();
  if (NEVER.test(lower)) return 'no';
  if (lower === '.gitignore' || LINTED.test(lower) || isDockerfileName(lower)) return 'yes';
  if (/^user[-_]?data(?:\.txt)?$|.[-_](?:dockerfile|containerfile)$/.test(lower) || lower === 'kustomization')
    return 'yes';
  if (PEEKED.test(lower) || !lower.includes('.')) return 'peek';
  return 'no';
}

/** Whether the first bytes of a file can be those of a script or a cloud-init file: `#!`, `#cloud-config`, `## template`. */
export function beginsLikeScript(head: Uint8Array): boolean {
  const start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const next = head[start + 1];
  return head[start] === 0x23 && (next === 0x21 || next === 0x63 || next === 0x23);
}
