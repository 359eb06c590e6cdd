import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DigestStore, KnownDigest } from '../workspace/digests';

const VERSION = 1;
const MAX_ENTRIES = 2000;
const MAX_BYTES = 2 * 1024 * 1024;

/** Digests that registries named, in a file of the user's cache directory. Holds names and digests, never a credential. */
export class DigestFile implements DigestStore {
  private entries: Promise<Map<string, KnownDigest>> | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  async get(key: string): Promise<KnownDigest | undefined> {
    return (await this.load()).get(key);
  }

  /** Resolves when it is on the disk; a disk that refuses is no error. */
  async set(key: string, known: KnownDigest): Promise<void> {
    (await this.load()).set(key, known);
    this.writing = this.writing.then(() => this.write(key, known)).catch(() => undefined);
    return this.writing;
  }

  private load(): Promise<Map<string, KnownDigest>> {
    return (this.entries ??= this.read());
  }

  /** What other programs wrote meanwhile is kept. */
  private async write(key: string, known: KnownDigest): Promise<void> {
    const all = await this.read();
    all.set(key, known);
    const newest = [...all].sort((a, b) => b[1].at - a[1].at).slice(0, MAX_ENTRIES);
    const text = `${JSON.stringify({ version: VERSION, digests: Object.fromEntries(newest) })}\n`;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await rename(temporary, this.path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Nothing when the file is missing, damaged or of another version. */
  private async read(): Promise<Map<string, KnownDigest>> {
    try {
      if ((await stat(this.path)).size > MAX_BYTES) return new Map();
      const json = JSON.parse(await readFile(this.path, 'utf8')) as { version?: unknown; digests?: unknown };
      if (json.version !== VERSION || typeof json.digests !== 'object' || json.digests === null) return new Map();
      return new Map(Object.entries(json.digests).filter((entry): entry is [string, KnownDigest] => isKnown(entry[1])));
    } catch {
      return new Map();
    }
  }
}

function isKnown(value: unknown): value is KnownDigest {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, at } = value as Record<string, unknown>;
  return typeof digest === 'string' && typeof at === 'number' && Number.isFinite(at);
}

/** Where programs keep what they can fetch again, by platform. */
export function digestFilePath(env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME'] ?? homedir();
  const base =
    env['XDG_CACHE_HOME'] ??
    (process.platform === 'darwin'
      ? join(home, 'Library', 'Caches')
      : process.platform === 'win32'
        ? (env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'))
        : join(home, '.cache'));
  return join(base, 'immutable-infra', 'digests.json');
}
