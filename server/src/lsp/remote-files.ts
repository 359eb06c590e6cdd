import type { Connection } from 'vscode-languageserver';
import { BoundedCache } from '../workspace/bounded-cache';
import { inTime } from './in-time';
import type { Log } from './log';
import { listDirectory, readFile } from './protocol';
import { formatUri, resourceKey, type Resource } from './uri';

/** Code units of text kept in memory, names included. */
const BUDGET = 4 * 1024 * 1024;

/** How many files are asked for after one lint: a module that is larger is read in several rounds. */
const MAX_ASKED = 200;

/** How long an answer is waited for, in ms: a client that never answers must not keep documents waiting for ever. */
const PATIENCE = 10_000;

interface Known<Value> {
  readonly value: Value | undefined;
}

/**
 * Files that only the client can read. A rule cannot wait, so what is not known yet counts as absent and is noted;
 * `fetchMissing` asks for it, and then the document is linted again.
 */
export class RemoteFiles {
  private readonly texts = new BoundedCache<string, Known<string>>(BUDGET, ({ value }) => (value?.length ?? 0) + 100);
  private readonly names = new BoundedCache<string, Known<readonly string[]>>(
    BUDGET,
    ({ value }) => (value?.length ?? 0) * 20 + 100,
  );
  private readonly missing = new Map<string, { readonly resource: Resource; readonly isDirectory: boolean }>();

  constructor(
    private readonly connection: Pick<Connection, 'sendRequest'>,
    private readonly log: Log,
  ) {}

  read(resource: Resource): string | undefined {
    const key = resourceKey(resource);
    const known = this.texts.get(key);
    if (!known) this.missing.set(`text ${key}`, { resource, isDirectory: false });
    return known?.value;
  }

  list(resource: Resource): readonly string[] | undefined {
    const key = resourceKey(resource);
    const known = this.names.get(key);
    if (!known) this.missing.set(`names ${key}`, { resource, isDirectory: true });
    return known?.value;
  }

  get hasMissing(): boolean {
    return this.missing.size > 0;
  }

  /** Asks for what was missed. @returns the files and directories that are there after all */
  async fetchMissing(): Promise<readonly Resource[]> {
    const asked = [...this.missing.values()].slice(0, MAX_ASKED);
    this.missing.clear();
    const found = await Promise.all(
      asked.map(async ({ resource, isDirectory }) => {
        const isThere = isDirectory ? await this.fetchNames(resource) : await this.fetchText(resource);
        return isThere ? [resource] : [];
      }),
    );
    return found.flat();
  }

  forget(resource: Resource): void {
    const key = resourceKey(resource);
    this.texts.delete(key);
    this.names.delete(key);
    this.names.delete(resourceKey({ ...resource, path: resource.path.replace(/\/[^/]*$/, '') }));
  }

  private async fetchText(resource: Resource): Promise<boolean> {
    const answer = await this.ask<{ readonly text?: unknown }>(readFile.method, resource);
    const text = typeof answer?.text === 'string' ? answer.text.replace(/^\uFEFF/, '') : undefined;
    this.texts.set(resourceKey(resource), { value: text });
    return text !== undefined;
  }

  private async fetchNames(resource: Resource): Promise<boolean> {
    const answer = await this.ask<{ readonly names?: unknown }>(listDirectory.method, resource);
    const names = Array.isArray(answer?.names)
      ? answer.names.filter((name): name is string => typeof name === 'string').sort()
      : undefined;
    this.names.set(resourceKey(resource), { value: names });
    return names !== undefined;
  }

  private async ask<Answer>(method: string, resource: Resource): Promise<Answer | null> {
    try {
      const answer = this.connection.sendRequest<Answer | null>(method, { uri: formatUri(resource) });
      return await inTime(answer, PATIENCE);
    } catch (error) {
      this.log.errorOnce(`remote ${method}`, 'The client could not read a file: it counts as absent.', error);
      return null;
    }
  }
}
