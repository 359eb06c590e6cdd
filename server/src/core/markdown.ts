/**
 * Text as it stands in Markdown, on one line: nothing in it is a link, a picture or markup. What comes from a repository
 * may be written by anybody, and a picture tells its server who looks at it.
 */
export function markdownText(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()<>#+!|~&]/g, '\\$&');
}

/** Text in a code span, on one line. */
export function markdownCode(text: string): string {
  const plain = oneLine(text);
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return `\`${plain}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${plain} ${fence}`;
}

/** A message of a rule: its code spans stay, and nothing else in it is a link, a picture or a tag. */
export function markdownMessage(message: string): string {
  return oneLine(message).replace(/`[^`]+`|[\\`[\]<]/g, (part) => (part.length > 1 ? part : `\\${part}`));
}

/** A link. Its target cannot end early. */
export function markdownLink(label: string, target: string): string {
  const safe = target.replace(/[\s()<>\\]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `[${label}](${safe})`;
}

/** What `markdownText` and `markdownCode` wrote, for those who show no Markdown. */
export function withoutMarkdown(markdown: string): string {
  return markdown
    .replace(/(?<!\\)(?:\*\*|`)/g, '')
    .replace(/(?<!\\)\[((?:\\.|[^\]\\])*)\]\(([^)]*)\)/g, '$1 ($2)')
    .replace(/\\([\\`*_{}[\]()<>#+!|~&])/g, '$1');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
