import { Disposable, FileType, Uri, workspace } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { listDirectory, readFile, registryCredentials } from '../../../server/src/lsp/protocol';
import type { CredentialStore } from '../registries/credential-store';

/** Larger files are not read for the server. Bytes. */
const MAX_FILE = 2 * 1024 * 1024;

/** Entries of one directory: more than that is no module that somebody wrote. */
const MAX_ENTRIES = 5_000;

/** Answers what the server asks: files of any scheme, and credentials that the user stored. */
export function answerServer(client: BaseLanguageClient, credentials: CredentialStore): Disposable {
  return Disposable.from(
    client.onRequest(readFile.method, async ({ uri }: { readonly uri: string }) => readText(Uri.parse(uri))),
    client.onRequest(listDirectory.method, async ({ uri }: { readonly uri: string }) => readNames(Uri.parse(uri))),
    client.onRequest(registryCredentials.method, ({ registry }: { readonly registry: string }) =>
      credentials.get(registry),
    ),
  );
}

async function readText(uri: Uri): Promise<{ readonly text: string } | null> {
  try {
    const { size, type } = await workspace.fs.stat(uri);
    if (size > MAX_FILE || (type & FileType.Directory) !== 0) return null;
    return { text: new TextDecoder().decode(await workspace.fs.readFile(uri)) };
  } catch {
    // Most files that the server asks for are guesses: a module that may have been written.
    return null;
  }
}

async function readNames(uri: Uri): Promise<{ readonly names: readonly string[] } | null> {
  try {
    const entries = await workspace.fs.readDirectory(uri);
    return entries.length > MAX_ENTRIES ? null : { names: entries.map(([name]) => name) };
  } catch {
    return null;
  }
}
