import { dirname } from 'node:path';
import { makeDirectory, readIfThere, writeDurably } from '../durable/files';
import type { Seen } from './merge';

/** What a clone remembers of the team's ledger, beside the chain itself. */
export interface SharedNotes {
  /** The last record of the team that was here; undefined: none yet. */
  readonly seen?: Seen | undefined;
  /** A claim of this clone that was not given back. `isOver`: its run has ended, and could not say so. */
  readonly claim?: { readonly token: string; readonly run: string; readonly isOver: boolean } | undefined;
}

/** An unreadable file knows nothing: everything in it can be found out again. */
export function readNotes(path: string): SharedNotes {
  try {
    const found = JSON.parse(readIfThere(path) ?? '{}') as unknown;
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}

export function writeNotes(path: string, notes: SharedNotes): void {
  makeDirectory(dirname(path));
  writeDurably(path, JSON.stringify(notes));
}
