import { HOLE, MappedText } from '../../core/mapped-text';
import type { Comment } from '../syntax';
import type { Origin } from './decoded-scalar';
import { blankTemplate } from './template-actions';
import type { DataFile } from './tree';
import { documentPlaces, readDocument } from './yaml-documents';

export interface YamlOptions {
  /** The text is a Helm template: `{{ … }}` becomes a HOLE, and no problems are reported. */
  readonly template?: boolean | undefined;
}

/**
 * Parses a YAML stream. Never throws: what cannot be read is missing from the tree.
 *
 * @param input a file's text, or text derived from one. Ranges are offsets in the given text; for derived text
 * `placeOf(file, range)` gives the place in the source, and `ScalarNode.text` maps there already.
 */
export function parseYaml(input: string | MappedText, options: YamlOptions = {}): DataFile {
  const outer = input instanceof MappedText ? input : undefined;
  const text = input instanceof MappedText ? input.text : input;
  const template = options.template === true ? blankTemplate(text) : undefined;
  const origin: Origin = { text: template?.text ?? text, outer, actions: template?.actions ?? [] };
  const documents = documentPlaces(origin.text).map((place) => {
    const document = readDocument(origin, place);
    if (!template) return document;
    const inside = template.comments.filter(({ range }) => range.start >= place.start && range.end <= place.end);
    const comments = [...document.comments.map(original(text)), ...inside];
    return { ...document, comments: comments.sort((a, b) => a.range.start - b.range.start), problems: [] };
  });
  return {
    format: 'yaml',
    text,
    documents,
    ...(outer ? { source: outer } : {}),
    ...(template && template.actions.length > 0 ? { template: true } : {}),
  };
}

/** A comment with the actions that were blanked in it. */
function original(text: string): (comment: Comment) => Comment {
  return (comment) =>
    comment.text.includes(HOLE) ? { ...comment, text: text.slice(comment.textStart, comment.range.end) } : comment;
}
