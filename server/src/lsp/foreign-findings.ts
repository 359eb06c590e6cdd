import type { Finding } from '../core/finding';
import type { Location } from './folders';

/** A finding that belongs into another document than the one that was linted (a variable's default). */
export interface ForeignFinding {
  readonly finding: Finding;
  /** The file that was linted: the finding's fixes are told from there. */
  readonly from: Location;
  /** Version of the document that it is shown in when it was found. */
  readonly version: number;
}

/** Findings by the open document that they are shown in, whichever document's lint found them. */
export class ForeignFindings {
  private readonly bySource = new Map<string, ReadonlyMap<string, readonly ForeignFinding[]>>();
  /** Files that findings lie in, open or not. */
  private readonly pointed = new Map<string, ReadonlySet<string>>();
  private readonly stamps = new Map<string, number>();

  /** Changes when what is shown in the document does. */
  stamp(target: string): number {
    return this.stamps.get(target) ?? 0;
  }

  in(target: string): readonly ForeignFinding[] {
    return [...this.bySource.values()].flatMap((targets) => targets.get(target) ?? []);
  }

  /** Whether the lint of a document found something in that file, be it open or not. */
  has(target: string): boolean {
    return [...this.pointed.values()].some((targets) => targets.has(target));
  }

  /**
   * Replaces what the lint of one document found elsewhere.
   *
   * @param pointed keys of all files that its findings lie in
   * @returns keys of the documents in which something else is to be shown now
   */
  set(
    source: string,
    targets: ReadonlyMap<string, readonly ForeignFinding[]>,
    pointed: ReadonlySet<string> = new Set(),
  ): readonly string[] {
    if (pointed.size > 0) this.pointed.set(source, pointed);
    else this.pointed.delete(source);
    const before = this.bySource.get(source);
    if (targets.size > 0) this.bySource.set(source, targets);
    else this.bySource.delete(source);
    const keys = new Set([...(before?.keys() ?? []), ...targets.keys()]);
    const changed = [...keys].filter((key) => identity(before?.get(key)) !== identity(targets.get(key)));
    for (const key of changed) this.stamps.set(key, this.stamp(key) + 1);
    return changed;
  }
}

function identity(findings: readonly ForeignFinding[] = []): string {
  return JSON.stringify(
    findings.map(({ finding, version }) => [version, finding.fingerprint, finding.range, finding.severity]),
  );
}
