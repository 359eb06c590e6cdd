import { directoryOf } from '../core/paths';

/** How many files a directory may be seen to depend on. */
const MAX_READ = 5000;

/**
 * Which documents a changed file concerns. Documents of one directory always concern each other (it is one module);
 * besides, what was read while a document of a directory was linted concerns that directory.
 */
export class Dependencies {
  private readonly readBy = new Map<string, Set<string>>();
  private readonly stamps = new Map<string, number>();
  private reader: Set<string> | undefined;

  /** What is read from now on is read for a document of this directory. */
  begin(directory: string): void {
    let reader = this.readBy.get(directory);
    if (!reader) {
      reader = new Set();
      this.readBy.set(directory, reader);
    }
    this.reader = reader;
  }

  end(): void {
    this.reader = undefined;
  }

  /** A file or directory was read, whether it is there or not. */
  note(path: string): void {
    if (this.reader && this.reader.size < MAX_READ) this.reader.add(path);
  }

  /** Changes whenever something changed that a document of the directory may depend on. */
  stamp(directory: string): number {
    return this.stamps.get(directory) ?? 0;
  }

  /**
   * A file has another text, is new or is gone.
   *
   * @param isListed whether the names of its directory are the same as before
   * @returns the directories whose documents it concerns
   */
  changed(path: string, isListed: boolean): ReadonlySet<string> {
    const parent = directoryOf(path);
    const concerned = new Set([parent]);
    for (const [directory, read] of this.readBy) {
      if (read.has(path) || (!isListed && read.has(parent))) concerned.add(directory);
    }
    for (const directory of concerned) this.stamps.set(directory, this.stamp(directory) + 1);
    return concerned;
  }
}
