/**
 * A line of `.dockerignore` as one expression: `**` stands for any folders, `*` and `?` for what is within a name, `[a-z]` for
 * one character. A pattern that matches a folder matches what is in it.
 */
export function globExpression(pattern: string): RegExp {
  const normal = pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  let text = '';
  for (let at = 0; at < normal.length; at++) {
    const rest = normal.slice(at);
    const special = /^(?:\*\*\/|\*\*|\*|\?|\[[^\]/]+\]|\\.)/.exec(rest)?.[0];
    text += special === undefined ? escaped(normal.charAt(at)) : (MEANING[special] ?? classOrEscape(special));
    at += (special?.length ?? 1) - 1;
  }
  return new RegExp(`^${text}(?:/.*)?$`, 's');
}

const MEANING: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

function classOrEscape(special: string): string {
  if (special.startsWith('\\')) return escaped(special.charAt(1));
  const negated = /^\[[!^]/.test(special);
  return `[${negated ? '^/' : ''}${special.slice(negated ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&')}]`;
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&');
}
