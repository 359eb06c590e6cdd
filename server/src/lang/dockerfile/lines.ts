/** One physical line. */
export interface Line {
  readonly start: number;
  /** Without the line break: `\n` with every `\r` before it. */
  readonly end: number;
  /** With the line break. */
  readonly next: number;
}

/** The line that begins at `start`, which must be less than the text's length. Only `\n` ends a line, as for BuildKit. */
export function lineAt(text: string, start: number): Line {
  const feed = text.indexOf('\n', start);
  const next = feed < 0 ? text.length : feed + 1;
  let end = feed < 0 ? text.length : feed;
  while (end > start && text.charCodeAt(end - 1) === 13) end--;
  return { start, end, next };
}
