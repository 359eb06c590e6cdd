/** A place that the checklist names: `` `web/Dockerfile:4` ``. */
export interface NamedPlace {
  /** From 0. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly path: string;
  /** From 1. */
  readonly at: number;
}

const ITEM = /^ {2}- (?:see|error|warning) `(.+?):(\d+)`/;

/** The places of a checklist document, line by line. */
export function namedPlaces(text: string): readonly NamedPlace[] {
  return text.split('\n').flatMap((content, line): NamedPlace[] => {
    const [, path, at] = ITEM.exec(content) ?? [];
    if (path === undefined || at === undefined) return [];
    const start = content.indexOf('`') + 1;
    return [{ line, start, end: start + path.length + 1 + at.length, path, at: Number(at) }];
  });
}
