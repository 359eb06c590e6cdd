import { LSPErrorCodes, ResponseError, type CancellationToken, type WorkspaceEdit } from 'vscode-languageserver';
import type { Fix } from '../core/finding';
import { pinned } from '../workspace/digests/online-edits';
import type { Digests } from './digests';
import type { OpenDocument } from './documents';
import type { ShownItem } from './presentation';
import { standsAt } from './reference-text';
import type { DocumentResult } from './session';
import type { WorkspaceEdits } from './workspace-edits';

/** Makes the edits of fixes that must ask a registry. Only what the user picked is asked for. */
export class OnlineFixes {
  constructor(
    private readonly digests: Digests,
    private readonly edits: WorkspaceEdits,
  ) {}

  /** Whether such fixes are offered for a document. */
  isOffered({ settings }: DocumentResult): boolean {
    return this.digests.isAllowed(settings.settings);
  }

  /**
   * Pins the image of a fix to its digest. The tag stays, so that people and update bots still see what was meant.
   *
   * @throws ResponseError with a plain sentence when the registry does not say, or a text changed that the fix is for
   */
  async resolve(
    document: OpenDocument,
    result: DocumentResult,
    item: ShownItem,
    fix: Fix,
    token: CancellationToken,
  ): Promise<WorkspaceEdit | undefined> {
    if (!fix.resolve) return undefined;
    const { image, at } = fix.resolve;
    const path = at.path ?? item.from.path;
    const { folder } = result.location;
    const other = path === result.location.path ? undefined : (folder.files.read(path) ?? '');
    if (other !== undefined && !standsAt(other, at, image)) throw changed(path);
    const answer = await this.digests.resolve(image, result.settings.settings, token);
    if ('problem' in answer) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.problem);
    if (document.version !== result.version) throw changed('The document');
    // Offsets of the other file hold for the text that they were found in, and for no other.
    if (other !== undefined && folder.files.read(path) !== other) throw changed(path);
    const text = pinned(image, answer.digest);
    return this.edits.of(document.uri, result, [{ path, edits: [{ at, text }] }]);
  }
}

function changed(what: string): ResponseError {
  return new ResponseError(LSPErrorCodes.ContentModified, `${what} changed: ask for the actions again.`);
}
