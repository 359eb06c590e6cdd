/**
 * Names and values that say "secret". Names are read by their last word, so that `PASSWORD_FILE`, `TOKEN_TTL` or
 * `PUBLIC_KEY` say nothing (pitfall P32).
 */

const SECRET_WORDS: ReadonlySet<string> = new Set(
  'password passwd pwd pass secret secrets token apikey credential credentials passphrase'.split(' '),
);

/** Two words that are a secret together. */
const SECRET_PAIRS: ReadonlySet<string> = new Set([
  'api key',
  'access key',
  'private key',
  'secret key',
  'auth key',
  'signing key',
  'encryption key',
  'account key',
  'ssh key',
  'master key',
]);

/** Words anywhere in the name that make it something about a secret, not the secret. */
const ALLOWED: ReadonlySet<string> = new Set(
  'public file path name alias version id enabled disabled prompt url uri endpoint ttl length min max policy type mode expiry timeout header field dir directory store manager reset count limit bucket arn ref allow empty random require required use skip disable no hash'.split(
    ' ',
  ),
);

/** True when a variable of that name holds a secret. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word));
  if (words.length === 0 || words.some((word) => ALLOWED.has(word))) return false;
  const last = words.at(-1) ?? '';
  if (SECRET_WORDS.has(last)) return true;
  return SECRET_PAIRS.has(`${words.at(-2) ?? ''} ${last}`);
}

/** Formats that their issuers document; the value itself gives it away. */
const KEY_FORMATS: readonly RegExp[] = [
  /^(AKIA|ASIA)[0-9A-Z]{16}$/,
  /^gh[pousr]_[A-Za-z0-9]{36,}$/,
  /^github_pat_\w{40,}$/,
  /^xox[abprs]-[\w-]{10,}$/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}$/,
  /^sk-(proj-|ant-)?[\w-]{20,}$/,
  /^(sk|rk)_live_\w{16,}$/,
  /^glpat-[\w-]{20,}$/,
  /^AIza[\w-]{35}$/,
  /^npm_[A-Za-z0-9]{36}$/,
];

/** True when the value has the format of a known kind of key. */
export function hasKeyFormat(value: string): boolean {
  // AWS documents keys that end in EXAMPLE as examples.
  return !value.endsWith('EXAMPLE') && KEY_FORMATS.some((format) => format.test(value.trim()));
}

/** True for what stands where a secret will come (pitfall P33). */
export function isPlaceholder(value: string): boolean {
  const text = value.trim().replace(/^["']|["']$/g, '');
  if (text === '' || /\uE000|\$\{|\$\(|\{\{|^\$\w|^<.*>$|^ENC\[|^sops|^vault:|^%\w+%$|^\*+$|^x+$|^\.+$/i.test(text))
    return true;
  if (
    /^(null|none|nil|undefined|true|false|dummy|todo|tbd|empty|fake|mock|placeholder|example|sample|build|unused|yes|no|on|off|0|1|abcd?|foo|bar|foobar|xyz)$/i.test(
      text,
    )
  )
    return true;
  // An address without a login, a path, or the name of an entry in a secret store says where the secret is, not what it is.
  if (/^(~|\.{1,2})?(\/[\w.@-]+)+\/?$|^arn:aws|^https?:\/\/[^@\s]*$|^(op|ssm|secretsmanager):\/\//.test(text))
    return true;
  return /change[-_ ]?(me|it)|unset|override|replace[-_ ]?(me|this|with)|your[-_ ]|<[^>]+>|example|placeholder|dummy|insert[-_ ]|notused|not[-_]used|secret[-_]?base$|fake/i.test(
    text,
  );
}
