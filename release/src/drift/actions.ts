import type { Difference, LedgerFacts } from './difference';

/** What a person may do about a difference. Nothing of it happens by itself. */
export function actionFor({ kind }: Difference, environment: string, { live, liveCommit }: LedgerFacts): string {
  const deploy = `immutable-infra deploy ${environment}`;
  if (!live)
    return `Adopt: \`immutable-infra adopt ${environment}\` writes down what runs. Or deploy over it: \`${deploy}\`.`;
  const again =
    liveCommit !== null
      ? `Re-apply: check out ${liveCommit.slice(0, 9)} and run \`${deploy}\`; the same inputs give the same image.`
      : `Re-apply: \`${deploy}\`; the same inputs give the same image.`;
  switch (kind) {
    case 'image':
    case 'route':
      return `Find out who did it, and whether they had to. Adopt: \`immutable-infra adopt ${environment}\` writes down what runs. ${again}`;
    case 'missing':
      return again;
    case 'config':
      return `Adopt: write it into the code and run \`${deploy}\`. ${again}`;
    case 'state':
      return 'Adopt: `terraform apply -refresh-only`, then write it into the code. Or undo it where it was done.';
    case 'extra':
      return `Look what it does. \`immutable-infra retire ${environment}\` ends a slot without traffic; what this tool did not start, you end by hand.`;
    case 'tag':
      return 'Find out who pushes over tags of releases; nothing that we run goes by a tag. Have the registry refuse it, where it can (immutable tags).';
    case 'gone':
      return `Bake it again while it still runs: \`${deploy} --rebake\`. Keep the registry from deleting images that are live.`;
  }
}
