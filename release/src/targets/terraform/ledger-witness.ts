import type { Known } from '../../config/interpolate';
import type { BakedImage } from '../../bakers/baker';
import { readLog } from '../../durable/chained-reader';
import { knownOfRelease } from '../../ledger/known-of-release';
import type { LedgerRecord } from '../../ledger/record';
import { ReleaseHistory } from '../../ledger/releases';
import { ONLY_SLOT } from './reality';

/** What is known of releases without asking the target. A Terraform state names images, not releases. */
export interface ReleaseWitness {
  /** The last release that put this image into this slot; undefined when none of ours did. */
  releaseIn(slot: string, image: string): string | undefined;
  /** What `${release.…}` and `${image.…}` stood for when the live release was applied. */
  live(): Known | undefined;
  /** The version of Terraform that applied last: a state does not tell, because `state pull` writes its own. */
  writtenBy(): string | undefined;
}

/** Reads the ledger of an environment, anew each time: a run writes into it. */
export class LedgerWitness implements ReleaseWitness {
  constructor(private readonly path: string) {}

  releaseIn(slot: string, image: string): string | undefined {
    // An attempt that never became healthy is ours as well.
    const ours = readLog<LedgerRecord>(this.path)
      .records()
      .filter(({ type }) => type === 'release' || type === 'attempt')
      .findLast((record) => {
        const images = record['images'] as readonly BakedImage[];
        return (
          (record['slot'] ?? ONLY_SLOT) === slot &&
          images.some(({ id, digests }) => id === image || digests.includes(image))
        );
      });
    return ours?.['id'] as string | undefined;
  }

  writtenBy(): string | undefined {
    const version = new ReleaseHistory(readLog<LedgerRecord>(this.path)).live()?.config?.['version'];
    return typeof version === 'string' ? version : undefined;
  }

  live(): Known | undefined {
    const release = new ReleaseHistory(readLog<LedgerRecord>(this.path)).live();
    return release && knownOfRelease(release);
  }
}
