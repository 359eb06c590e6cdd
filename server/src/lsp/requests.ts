import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection } from 'vscode-languageserver';
import { checklistFacts as checklist } from './checklist-facts';
import { compareFiles as compare } from './compare-files';
import type { Digests } from './digests';
import type { Documents } from './documents';
import type { FileTexts } from './file-texts';
import type { Folder } from './folder';
import type { Folders } from './folders';
import { imageInventory as listImages } from './image-inventory';
import { learnFiles as learn } from './learn-files';
import { lintFiles as lint } from './lint-files';
import type { Log } from './log';
import * as protocol from './protocol';
import type { Message } from './protocol';
import { reviewSuggestion as suggest } from './review-suggestion';
import { explain } from './rule-pages';
import { pinImages as pin } from './pin-images';
import type { Runtime } from './runtime';
import type { Session } from './session';
import { terraformBlocks } from './terraform-blocks';
import { Cancelled } from './turns';

/** What the requests beyond the Language Server Protocol are answered from. */
export interface RequestParts {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly folders: Folders;
  readonly session: Session;
  readonly texts: FileTexts;
  readonly log: Log;
  readonly runtime: Runtime;
  readonly digests: Digests;
  readonly onLearned: (folder: Folder) => void;
}

/** Answers `immutableInfra/…` requests. */
export function listenToRequests(parts: RequestParts): void {
  const { connection, documents, folders, session, runtime } = parts;
  const answer = <Params, Result>(
    message: Message<Params, Result>,
    run: (params: Params, token: CancellationToken) => Result | Promise<Result>,
  ): void => {
    connection.onRequest(message.method, async (params: Params, token: CancellationToken) => {
      try {
        return await run(params, token);
      } catch (error) {
        if (error instanceof Cancelled) throw new ResponseError(LSPErrorCodes.RequestCancelled, error.message);
        throw error;
      }
    });
  };
  answer(protocol.learnFiles, async ({ uris }, token) => ({ read: (await learn(uris, parts, token)).length }));
  answer(protocol.lintFiles, async ({ uris, areLearned }, token) => ({
    files: await lint(uris, areLearned === true, parts, token),
  }));
  answer(protocol.compareFiles, async ({ pairs }, token) => ({ files: await compare(pairs, parts, token) }));
  answer(protocol.imageInventory, async ({ uris }, token) => ({ images: await listImages(uris, parts, token) }));
  answer(protocol.pinImages, ({ references }, token) => pin(references, parts, token));
  answer(protocol.checklistFacts, async ({ uris }, token) => ({ files: await checklist(uris, parts, token) }));
  answer(protocol.terraformBlocks, ({ directory, addresses }) => ({
    blocks: terraformBlocks(directory, addresses, folders),
  }));
  answer(protocol.explainRule, ({ rule }) => explain(rule, folders, runtime));
  answer(protocol.reviewSuggestion, async ({ uri, fingerprint }, token) => {
    const document = documents.get(uri);
    return document ? suggest(await session.lint(document, token), fingerprint) : null;
  });
}
