import { MappedText } from '../../core/mapped-text';
import { decodeBase64 } from '../values/base64';

/** One part of a mime message. */
export interface MimePart {
  readonly contentType: string;
  readonly filename: string | undefined;
  readonly body: MappedText;
  /** Offset of the body in the message; undefined for a body that was decoded. */
  readonly offset: number | undefined;
}

/** Parts hold messages in turn; nobody nests deeper. */
const DEPTH_LIMIT = 4;

/** True when a text begins like a mime message. */
export function isMime(text: string): boolean {
  return /^(?:MIME-Version|Content-Type):/i.test(text);
}

/** The leaf parts of a mime multi-part message (RFC 2046, 5.1), or its body as the only part. */
export function mimeParts(text: MappedText, offset = 0, depth = 0): MimePart[] {
  const source = text.text;
  const bodyStart = headerEnd(source);
  const headers = readHeaders(source.slice(0, bodyStart));
  const contentType = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary[ \t]*=[ \t]*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined || depth > DEPTH_LIMIT) {
    const body = text.slice(bodyStart);
    const isBase64 = headers.get('content-transfer-encoding')?.toLowerCase() === 'base64';
    const filename = /filename[ \t]*=[ \t]*(?:"([^"]*)"|([^\s;"]+))/i.exec(headers.get('content-disposition') ?? '');
    return [
      {
        contentType: (/^[^;\s]+/.exec(contentType)?.[0] ?? 'text/plain').toLowerCase(),
        filename: filename?.[1] ?? filename?.[2],
        ...(isBase64 ? { body: decoded(body), offset: undefined } : { body, offset: offset + bodyStart }),
      },
    ];
  }
  return between(source, mark, bodyStart).flatMap(([start, end]) =>
    mimeParts(text.slice(start, end), offset + start, depth + 1),
  );
}

/** The offset after the blank line that ends the headers. */
function headerEnd(source: string): number {
  if (/^\r?\n/.test(source)) return source.startsWith('\r') ? 2 : 1;
  const blank = /\r?\n[ \t]*\r?\n/.exec(source);
  return blank ? blank.index + blank[0].length : source.length;
}

function readHeaders(source: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of source.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** What lies between boundary lines; a message that ends early has an open last part. */
function between(source: string, mark: string, from: number): [start: number, end: number][] {
  const parts: [number, number][] = [];
  let start: number | undefined;
  for (let at = from; at < source.length;) {
    const lineBreak = source.indexOf('\n', at);
    const next = lineBreak < 0 ? source.length : lineBreak + 1;
    const line = source.slice(at, next).trimEnd();
    if (line === `--${mark}` || line === `--${mark}--`) {
      if (start !== undefined) parts.push([start, at]);
      start = line.endsWith(`${mark}--`) ? undefined : next;
      if (start === undefined) return parts;
    }
    at = next;
  }
  if (start !== undefined && start < source.length) parts.push([start, source.length]);
  return parts;
}

/** A base64 body maps to its place as a whole; one that cannot be decoded is empty. */
function decoded(body: MappedText): MappedText {
  const text = decodeBase64(body.text.replace(/\s+/g, ''));
  const place = body.sourceOf();
  return text === undefined || !place ? new MappedText('', []) : MappedText.opaque(text, place);
}
