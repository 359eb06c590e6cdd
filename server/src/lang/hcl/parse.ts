import type { MappedText } from '../../core/mapped-text';
import type { HclFile, TemplatePart } from './ast';
import { parseFile } from './body';
import { BYTE_ORDER_MARK } from './characters';
import { Cursor, StrictPassEnded } from './cursor';
import { parseBare } from './templates';
import { relocate } from './relocate';

/**
 * Parses Terraform, OpenTofu or Packer text in HashiCorp's native syntax (HCL Native Syntax Specification).
 * Never throws: half-typed text gives a tree with holes and `problems`.
 *
 * Valid text takes one strict pass. Anything else is parsed once more by a tolerant pass, which trusts
 * indentation to tell where a block or a bracket ends that nobody closed.
 */
export function parseHcl(text: string): HclFile {
  const { result: body, cursor } = inTwoPasses(text, parseFile);
  return { type: 'file', form: 'native', text, body, comments: cursor.comments, problems: cursor.problems };
}

/**
 * Parses text as a template without quotes: a string of a JSON configuration, a file read with `templatefile`.
 * Ranges are those of the places that the text maps to; the parts' literal texts stay mapped.
 */
export function parseTemplate(text: MappedText): TemplatePart[] {
  if (text.length === 0) return [];
  if (!text.text.includes('${') && !text.text.includes('%{')) {
    const place = text.sourceOf() ?? {
      start: text.segments[0]?.source.start ?? 0,
      end: text.segments.at(-1)?.source.end ?? 0,
    };
    return [{ type: 'text', range: { start: place.start, end: place.end }, text }];
  }
  return relocate(inTwoPasses(text.text, parseBare).result, text);
}

function inTwoPasses<T>(text: string, parse: (c: Cursor) => T): { readonly result: T; readonly cursor: Cursor } {
  const start = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  try {
    const cursor = new Cursor(text, false, start);
    return { result: parse(cursor), cursor };
  } catch (error) {
    if (!(error instanceof StrictPassEnded)) throw error;
  }
  const cursor = new Cursor(text, true, start);
  return { result: parse(cursor), cursor };
}
