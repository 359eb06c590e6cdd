import { commands, Disposable, l10n, ProgressLocation, Uri, window, workspace, type ProgressOptions } from 'vscode';
import { copyReviewSuggestion } from '../commands/review-suggestion';
import type { Comparison } from '../documents/roles';
import type { OpenDocuments } from '../documents/open-documents';
import type { ServerLifecycle } from '../server/lifecycle';
import { compareReview } from './compare';
import { collectChanges, type Against } from './comparison';
import { findGit } from './git';
import type { GitApi, GitRepository } from './git-api';
import { pickComparison, pickRepository } from './pick-comparison';
import { openChanges, openPlace } from './places';
import type { FindingRow } from './review-model';
import { OPEN_PLACE, REVIEW_VIEW, ReviewView } from './review-view';

/** How long after a file was saved the review is done again: people save several at once. */
const SAVED_MS = 500;

/** What is reviewed, so that it can be reviewed again. */
interface Review {
  readonly git: GitApi;
  readonly repository: GitRepository;
  readonly against: Against;
  /** Files that are shown, to know which saved ones matter. */
  readonly files: ReadonlySet<string>;
  /** Both sides of the files that have them. */
  readonly comparisons: readonly Comparison[];
}

/** Reviews what changed in the infrastructure of a repository, through the Git extension of the editor. */
export class Reviews implements Disposable {
  readonly view = new ReviewView();
  private review: Review | undefined;
  /** Counts what was asked for. An answer to anything but the last is not shown. */
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly subscriptions: Disposable;

  constructor(
    private readonly server: ServerLifecycle,
    private readonly open: OpenDocuments,
  ) {
    this.subscriptions = Disposable.from(
      this.view,
      commands.registerCommand(OPEN_PLACE, (row: FindingRow) => openPlace(row)),
      workspace.onDidSaveTextDocument(({ uri }) => {
        if (this.review?.files.has(uri.toString())) this.reviewSoon();
      }),
    );
  }

  /** What the current review compares: a renamed file cannot be told from the documents. */
  get comparisons(): readonly Comparison[] {
    return this.review?.comparisons ?? [];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
  }

  /**
   * *Review Infrastructure Changes…*
   *
   * @param given `{ against }` from a keybinding, a source control from its menu, or nothing
   * @throws with a plain sentence when Git cannot compare
   */
  async start(given: unknown): Promise<void> {
    const found = await findGit();
    if ('problem' in found) {
      void window.showInformationMessage(found.problem);
      return;
    }
    const { git } = found;
    const repository = repositoryOf(git, given) ?? (await pickRepository(git));
    if (!repository) return;
    const against = againstOf(given) ?? (await pickComparison(repository));
    if (against === undefined) return;
    const done = await this.run({ git, repository, against }, ProgressLocation.Notification);
    if (!done) return;
    if (done.files.length === 0) {
      void window.showInformationMessage(l10n.t('No infrastructure file changed.'));
    } else {
      await openChanges(l10n.t('Review: {0}', done.title), done.files);
    }
    await commands.executeCommand(`${REVIEW_VIEW}.focus`);
  }

  /** Does the last review again, and opens no editor. */
  async refresh(): Promise<void> {
    if (this.review) await this.run(this.review, { viewId: REVIEW_VIEW });
    else await this.start(undefined);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.asked++;
    this.review = undefined;
    this.view.show(undefined);
  }

  /** Copies the fix of a row for a comment in a code review. */
  async copySuggestion({ reviewed, finding }: FindingRow): Promise<void> {
    if (!reviewed.head) return;
    // The server makes suggestions from open documents.
    const document = await workspace.openTextDocument(reviewed.head);
    if (!this.open.has(document)) {
      void window.showInformationMessage(l10n.t('This finding has no fix to suggest.'));
      return;
    }
    await copyReviewSuggestion(this.server, document.uri.toString(), finding.fingerprint);
  }

  private async run(
    wanted: Omit<Review, 'files' | 'comparisons'>,
    location: ProgressOptions['location'],
  ): Promise<{ readonly title: string; readonly files: Parameters<typeof openChanges>[1] } | undefined> {
    const { git, repository, against } = wanted;
    const asked = ++this.asked;
    const options = {
      location,
      title: l10n.t('Reviewing infrastructure changes'),
      cancellable: true,
    };
    return window.withProgress(options, async (progress, token) => {
      const { title, files } = await collectChanges(git, repository, against);
      let read = 0;
      const compared = await compareReview(files, this.server, token, () => {
        read++;
        progress.report({ message: l10n.t('{0} of {1} files', read, files.length), increment: 100 / files.length });
      });
      if (!compared || token.isCancellationRequested || asked !== this.asked) return undefined;
      const shown = compared.map(({ reviewed }) => reviewed);
      this.review = {
        ...wanted,
        files: new Set(shown.map(({ file }) => file.toString())),
        comparisons: shown.flatMap(({ base, head }) => (base && head ? [{ original: base, modified: head }] : [])),
      };
      this.view.show({ title, compared });
      return { title, files: shown };
    });
  }

  private reviewSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.refresh().catch(() => undefined);
    }, SAVED_MS);
  }
}

/** The repository that a command was called on: source controls give their root. */
function repositoryOf(git: GitApi, given: unknown): GitRepository | undefined {
  if (typeof given !== 'object' || given === null || !('rootUri' in given)) return undefined;
  return given.rootUri instanceof Uri ? (git.getRepository(given.rootUri) ?? undefined) : undefined;
}

/** What a keybinding asks for: `{ "against": "mergeBase" }`; any other word is a branch, a tag or a commit. */
function againstOf(given: unknown): Against | undefined {
  if (typeof given !== 'object' || given === null || !('against' in given)) return undefined;
  const { against } = given;
  if (typeof against !== 'string' || against === '') return undefined;
  switch (against) {
    case 'workingTree':
    case 'staged':
    case 'mergeBase':
    case 'upstream':
      return against;
    default:
      return { ref: against };
  }
}
