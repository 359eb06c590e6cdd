import { withShortDigests } from './run-text';

/** What a person must take upon themselves before a version is ended that the engine refused to end. */
export type RetireNeed = 'lastWayBack' | 'unknownTraffic';

/** Why the engine refused to end a version, and which word of a person would let it. */
export interface RetireRefusal {
  readonly need: RetireNeed;
  readonly slot: string;
  /** The reason, without what the command line would be told. */
  readonly reason: string;
}

/** The command that the engine names: `immutable-infra retire local blue --end-last-way-back local`. */
const COMMAND =
  /[ ;]*(?:To|to) end \S+ all the same: `immutable-infra retire (\S+) (\S+) --(end-last-way-back|confirm) \1`/;

/** Reads a refusal of the retire guards (release/src/run/retire-guards.ts); undefined for any other text. */
export function readRetireRefusal(text: string): RetireRefusal | undefined {
  const [clause, , slot, option] = COMMAND.exec(text) ?? [];
  if (clause === undefined || slot === undefined) return undefined;
  const reason = withShortDigests(text.replace(clause, '').replace(/\.{2,}/g, '.'));
  return { need: option === 'confirm' ? 'unknownTraffic' : 'lastWayBack', slot, reason };
}
