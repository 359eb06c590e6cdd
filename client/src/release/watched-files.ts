import { statSync } from 'node:fs';

/** How often files are looked at while somebody watches. */
const POLL_MILLISECONDS = 400;

/** Tells when files changed, by looking at them: events of the file system are lost over networks and in containers. */
export class WatchedFiles {
  private readonly watched = new Map<string, { stamp: string; readonly onChange: () => void }>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * Watches one file, which need not be there yet. A second watch of the same name replaces the first.
   *
   * @param name of the watch
   */
  watch(name: string, path: string, onChange: () => void): void {
    this.watched.set(`${name}\0${path}`, { stamp: stampOf(path), onChange });
    this.timer ??= setInterval(() => this.look(), POLL_MILLISECONDS);
  }

  /** Ends all watches of a name. */
  unwatch(name: string): void {
    for (const key of this.watched.keys()) if (key.startsWith(`${name}\0`)) this.watched.delete(key);
    if (this.watched.size === 0) this.stop();
  }

  dispose(): void {
    this.watched.clear();
    this.stop();
  }

  private look(): void {
    for (const [key, watched] of [...this.watched]) {
      const stamp = stampOf(key.slice(key.indexOf('\0') + 1));
      if (stamp === watched.stamp) continue;
      watched.stamp = stamp;
      watched.onChange();
    }
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** Empty for a file that is not there. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.size} ${stat.mtimeMs}` : '';
}
