/**
 * A comment line that tells this project's own tests what must be found on the line above it:
 * `# ^^^^ family/rule error "a part of the message"`, or `//` before it, or `<` in place of the carets.
 */
const ANNOTATION =
  /^\s*(?:#|\/\/)\s*(?:\^+|<)\s*[a-z-]+\/[a-z0-9-]+(?:\s+(?:error|warning|info|hint))?(?:\s+".*")?\s*$/;

// A list item may begin with a fence.
const FENCE = /^\s*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})/;

/**
 * A rule's page as people read it. The examples of the pages are also tests: the annotations in fences, which only those
 * read, are left out.
 *
 * @param page Markdown, as in `docs/rules`
 */
export function shownRulePage(page: string): string {
  let fence: string | undefined;
  const shown: string[] = [];
  for (const line of page.split('\n')) {
    const marker = FENCE.exec(line)?.[1];
    if (fence !== undefined && ANNOTATION.test(line)) continue;
    if (marker !== undefined && fence === undefined) fence = marker;
    else if (marker !== undefined && line.trim() === fence) fence = undefined;
    shown.push(line);
  }
  return shown.join('\n');
}
