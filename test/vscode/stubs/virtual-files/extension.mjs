// A file system in memory, as a repository on a server is one: nothing of it lies on a disk, and nothing can search it.
import { Buffer } from 'node:buffer';
import * as vscode from 'vscode';

const FILES = {
  '/shop/Dockerfile': 'FROM node:latest\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n',
  '/shop/deploy/immutable.yaml': 'lint:\n  rules:\n    mutable-reference/image-latest: info\n',
  '/shop/deploy/Dockerfile': 'FROM nginx:latest\nEXPOSE 22 80\n',
  '/shop/node_modules/other/Dockerfile': 'FROM redis:latest\n',
  '/shop/README.md': '# Shop\n',
};

class VirtualFiles {
  constructor() {
    this.texts = new Map(Object.entries(FILES));
    this.changed = new vscode.EventEmitter();
    this.onDidChangeFile = this.changed.event;
  }

  watch() {
    return new vscode.Disposable(() => undefined);
  }

  stat({ path }) {
    const text = this.texts.get(path);
    if (text !== undefined) return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: text.length };
    if (this.names(path).size > 0) return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    throw vscode.FileSystemError.FileNotFound(path);
  }

  readDirectory({ path }) {
    return [...this.names(path)];
  }

  readFile({ path }) {
    const text = this.texts.get(path);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return Buffer.from(text);
  }

  writeFile(uri, bytes) {
    this.texts.set(uri.path, Buffer.from(bytes).toString());
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  createDirectory() {}

  delete(uri) {
    this.texts.delete(uri.path);
    this.changed.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
  }

  rename() {
    throw vscode.FileSystemError.NoPermissions();
  }

  names(path) {
    const directory = path.endsWith('/') ? path : `${path}/`;
    const found = new Map();
    for (const file of this.texts.keys()) {
      if (!file.startsWith(directory)) continue;
      const [name, ...rest] = file.slice(directory.length).split('/');
      found.set(name, rest.length > 0 ? vscode.FileType.Directory : vscode.FileType.File);
    }
    return found;
  }
}

export function activate(context) {
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider('stubfs', new VirtualFiles()));
}
