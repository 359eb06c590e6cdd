import { commitSubject, releaseNotes } from '../api/release-notes';
import { Redactor } from '../secrets/redactor';
import { secretsInEnvironment } from '../secrets/sources';
import type { StoredNotes } from './stored-notes';

/**
 * What lies between the commit that is live and another one, masked. Asks git.
 *
 * @param from null when nothing is live
 */
export async function notesBetween(workspace: string, from: string | null, to: string): Promise<StoredNotes> {
  const found = from === null ? ({ kind: 'first' } as const) : await releaseNotes(workspace, from, to);
  const subject = await commitSubject(workspace, to);
  const redactor = new Redactor(secretsInEnvironment(process.env));
  const mask = (text: string): string => redactor.mask(text);
  return {
    v: 1,
    kind: found.kind,
    from,
    to,
    subject: subject === undefined ? null : mask(subject),
    commits:
      'commits' in found
        ? found.commits.map(({ id, author, subject: own }) => ({ id, author: mask(author), subject: mask(own) }))
        : [],
    paths: 'paths' in found ? found.paths.map(mask) : [],
  };
}
