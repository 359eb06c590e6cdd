import type { CancellationToken } from 'vscode-languageserver';
import { LineIndex } from '../core/text';
import { parseImageReference } from '../model/image-reference';
import { pinned } from '../workspace/digests/online-edits';
import type { Digests } from './digests';
import type { Documents } from './documents';
import type { FileTexts } from './file-texts';
import { toOffsets } from './places';
import type { FileEdits, LspRange, Settings } from './protocol';
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

/**
 * Makes the edits that pin references to digests. Each image is asked for once; a registry that does not answer leaves
 * the others as they are.
 *
 * @throws Cancelled when the token says so
 */
export async function pinImages(
  references: readonly { readonly uri: string; readonly range: LspRange }[],
  { documents, texts, digests }: PinImagesParts,
  token: CancellationToken,
): Promise<Pinned> {
  const byFile = new Map<string, { readonly version: number | null; readonly edits: FileEdits['edits'][number][] }>();
  const failed = new Map<string, string>();
  const asked = new Map<string, Promise<string | undefined>>();
  const ask = async (image: string, settings: Settings): Promise<string | undefined> => {
    const answer = await digests.resolve(image, settings, token);
    if ('digest' in answer) return answer.digest;
    failed.set(image, answer.problem);
    return undefined;
  };
  const pin = async ({ uri, range }: { readonly uri: string; readonly range: LspRange }): Promise<void> => {
    const file = await texts.read(uri);
    const { settings } = await texts.settings(uri);
    const offsets = file && toOffsets(new LineIndex(file.text), range);
    const image = file && offsets ? file.text.slice(offsets.start, offsets.end) : '';
    const reference = parseImageReference(image);
    if (!reference) failed.set(image, 'The file changed: there is no image at this place any more.');
    else if (reference.digest === undefined) {
      const open = documents.get(uri)?.version ?? null;
      const digest = asked.get(image) ?? ask(image, settings);
      asked.set(image, digest);
      const found = await digest;
      if (found === undefined) return;
      const entry = byFile.get(uri) ?? { version: open, edits: [] };
      entry.edits.push({ range, newText: pinned(image, found) });
      byFile.set(uri, entry);
    }
  };
  await Promise.all(references.map(pin));
  if (token.isCancellationRequested) throw new Cancelled();
  return {
    edits: [...byFile].map(([uri, { version, edits }]) => ({ uri, version, edits })),
    failed: [...failed].map(([image, reason]) => ({ image, reason })),
  };
}
