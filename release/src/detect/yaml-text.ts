/** Words that YAML reads as something else than a text, whatever its version. */
const RESERVED = /^(?:true|false|yes|no|on|off|null|~|y|n|[-+.\d].*)$/i;

/** A text as a value in flow or block style. */
export function yamlText(text: string): string {
  if (text === '.') return text;
  if (/^[A-Za-z_./][\w./@-]*(?::[\w./@-]+)*$/.test(text) && !RESERVED.test(text) && !text.endsWith(':')) return text;
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
}

export function yamlList(texts: readonly string[]): string {
  return `[${texts.map(yamlText).join(', ')}]`;
}

export function yamlMap(values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values).map(([key, value]) => `${yamlText(key)}: ${yamlText(value)}`);
  return `{ ${entries.join(', ')} }`;
}

/** A line behind or above a value. What comes from file names cannot end it. */
export function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]+/gu, ' ')}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
