/** Texts that are secrets by their shape, whoever wrote them. Each names its kind for the mask. */
export const SECRET_SHAPES: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  // Three base64url parts, the first two being JSON objects: RFC 7519.
  { kind: 'jwt', pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g },
  // Secret keys that stand behind their id in one line or a credentials file.
  { kind: 'aws-secret-key', pattern: /(?<=aws_secret_access_key["']?\s*[=:]\s*["']?)[\w/+=]{40}/gi },
  { kind: 'github-token', pattern: /\b(?:gh[pousr]_\w{36,}|github_pat_\w{40,})/g },
  { kind: 'gitlab-token', pattern: /\bglpat-[\w-]{20,}/g },
  { kind: 'slack-token', pattern: /\bxox[abposr]-[\w-]{10,}/g },
  { kind: 'password-in-url', pattern: /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/gi },
  { kind: 'bearer', pattern: /(?<=\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi },
];

/** Names of values that are secrets, in whatever provider (hashicorp/terraform #28522: old versions do not mark them). */
export const SECRET_NAME = /pass(?:word|phrase|wd)?$|secret|token|private_key|access_key|connection_string|credential/i;

export const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
export const PEM_END = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
