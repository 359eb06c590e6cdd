import * as vscode from 'vscode';

export const SCHEME = 'test-review';

/** A review provider as there are many: read-only documents, the old side marked in the query. */
export class ReviewFiles implements vscode.FileSystemProvider {
  private readonly texts = new Map<string, string>();
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  uri(path: string, isBase: boolean, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path, query: JSON.stringify({ isBase, path }) });
    this.texts.set(uri.toString(), text);
    return uri;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.text(uri).length };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return new TextEncoder().encode(this.text(uri));
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  writeFile(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  private text(uri: vscode.Uri): string {
    const text = this.texts.get(uri.toString());
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return text;
  }
}
