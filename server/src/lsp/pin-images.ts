import type { CancellationToken } from 'vscode-languageserver';
import { LineIndex } from '../core/text';
import { parseImageReference } from '../model/image-reference';
import { pinned } from '../workspace/digests/online-edits';
import type { Digests } from './digests';
import type { Documents } from './documents';
import type { FileTexts } from './file-texts';
import type { FileEdits, InventoryReference, Settings } from './protocol';
import { standsAt } from './reference-text';
import { Cancelled } from './turns';

/** What pins images. */
export interface PinImagesParts {
  readonly documents: Documents;
  readonly texts: FileTexts;
  readonly digests: Digests;
}

interface Pinned {
  readonly edits: readonly FileEdits[];
  readonly failed: readonly { readonly image: string; readonly reason: string }[];
}

type Reference = Pick<InventoryReference, 'uri' | 'range' | 'text'>;

const CHANGED = 'The file changed: this image does not stand there any more. Read the inventory again.';

/**
 * Makes the edits that pin references to digests. Each image is asked for once; a registry that does not answer leaves
 * the others as they are. What was typed over, before or while registries are asked, is left alone.
 *
 * @throws Cancelled when the token says so
 */
export async function pinImages(
  references: readonly Reference[],
  { documents, texts, digests }: PinImagesParts,
  token: CancellationToken,
): Promise<Pinned> {
  const failed = new Map<string, string>();
  const asked = new Map<string, Promise<string | undefined>>();
  const ask = async (image: string, settings: Settings): Promise<string | undefined> => {
    const answer = await digests.resolve(image, settings, token);
    if ('digest' in answer) return answer.digest;
    failed.set(image, answer.problem);
    return undefined;
  };
  const find = async (reference: Reference): Promise<{ reference: Reference; digest: string } | undefined> => {
    const { uri, text } = reference;
    const file = await texts.read(uri);
    const { settings } = await texts.settings(uri);
    const parsed = parseImageReference(text);
    if (!file || !parsed || parsed.digest !== undefined || lineOf(file.text, reference) === undefined) {
      failed.set(text, CHANGED);
      return undefined;
    }
    const looked = asked.get(text) ?? ask(text, settings);
    asked.set(text, looked);
    const digest = await looked;
    return digest === undefined ? undefined : { reference, digest };
  };
  const found = await Promise.all(eachPlaceOnce(references).map(find));
  if (token.isCancellationRequested) throw new Cancelled();

  const byFile = new Map<string, { readonly version: number | null; readonly edits: FileEdits['edits'][number][] }>();
  for (const one of found) {
    if (!one) continue;
    const { uri, range, text } = one.reference;
    const file = await texts.read(uri);
    // Text and version are taken together: nothing is waited for between them.
    const open = documents.get(uri);
    const line = lineOf(open?.text ?? file?.text ?? '', one.reference);
    const version = open?.version ?? null;
    const entry = byFile.get(uri) ?? { version, edits: [] };
    if (line === undefined || entry.version !== version) failed.set(text, CHANGED);
    else {
      entry.edits.push({ range, line, newText: pinned(text, one.digest) });
      byFile.set(uri, entry);
    }
  }
  return {
    edits: [...byFile].map(([uri, { version, edits }]) => ({ uri, version, edits })),
    failed: [...failed].map(([image, reason]) => ({ image, reason })),
  };
}

/** The line that a reference stands in; undefined when it does not stand there any more. */
function lineOf(text: string, { range: { start, end }, text: expected }: Reference): string | undefined {
  const line = new LineIndex(text).line(start.line);
  const isThere = start.line === end.line && standsAt(line, { start: start.character, end: end.character }, expected);
  return isThere ? line : undefined;
}

/** A default of a variable is named by every file that uses it. */
function eachPlaceOnce(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((one) => [JSON.stringify([one.uri, one.range]), one])).values()];
}
