/** What a code action is for, kept in its `data` until it is picked. */
export interface ActionData {
  readonly uri: string;
  /** Of the document: an action for an older text is refused. */
  readonly version: number;
  readonly type: ActionType;
  /** Of the finding that it is about. */
  readonly fingerprint?: string | undefined;
  /** Of the fix among those of the finding. */
  readonly fix?: number | undefined;
}

/** Actions whose edit is made when they are picked. */
export type ActionType =
  'suppress-here' | 'suppress-file' | 'turn-off' | 'baseline' | 'fix-rule' | 'fix-all' | 'online';

const TYPES: readonly ActionType[] = [
  'suppress-here',
  'suppress-file',
  'turn-off',
  'baseline',
  'fix-rule',
  'fix-all',
  'online',
];

/** Reads what came back from the client; undefined when it is none of ours. */
export function readActionData(data: unknown): ActionData | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { uri, version, type, fingerprint, fix } = data as Readonly<Record<string, unknown>>;
  const known = TYPES.find((one) => one === type);
  if (typeof uri !== 'string' || typeof version !== 'number' || known === undefined) return undefined;
  return {
    uri,
    version,
    type: known,
    fingerprint: typeof fingerprint === 'string' ? fingerprint : undefined,
    fix: typeof fix === 'number' ? fix : undefined,
  };
}
