import { LSPErrorCodes, ResponseError, type CancellationToken, type WorkspaceEdit } from 'vscode-languageserver';
import type { Fix } from '../core/finding';
import type { OpenDocument } from './documents';
import type { ShownItem } from './presentation';
import type { DigestResolver } from './runtime';
import type { DocumentResult } from './session';
import type { WorkspaceEdits } from './workspace-edits';

/** Makes the edits of fixes that must ask a registry. Only what the user picked is asked for. */
export class OnlineFixes {
  constructor(
    private readonly resolver: DigestResolver,
    private readonly edits: WorkspaceEdits,
  ) {}

  /**
   * Pins the image of a fix to its digest. The tag stays, so that people and update bots still see what was meant.
   *
   * @throws ResponseError with a plain sentence when the registry does not say
   */
  async resolve(
    document: OpenDocument,
    result: DocumentResult,
    item: ShownItem,
    fix: Fix,
    token: CancellationToken,
  ): Promise<WorkspaceEdit | undefined> {
    if (!fix.resolve || !result.settings.settings.digests.enable) return undefined;
    const { image, at } = fix.resolve;
    const answer = await this.resolver.resolve(image, signalOf(token));
    if ('problem' in answer) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.problem);
    if (document.version !== result.version)
      throw new ResponseError(LSPErrorCodes.ContentModified, 'The document changed: ask for the actions again.');
    const text = `${image.replace(/@.*$/, '')}@${answer.digest}`;
    const path = at.path ?? item.from.path;
    return this.edits.of(document.uri, result, [{ path, edits: [{ at, text }] }]);
  }
}

/** The signal that fires when the client no longer waits. */
export function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
