import type { TextEdit } from '../core/finding';
import { fixAll } from '../core/fix';
import type { Log } from './log';
import type { DocumentResult } from './session';

/** How long the passes of one fix-all may take together, in ms: it stands between the user and the saved file. */
const BUDGET_MS = 200;

const MAX_PASSES = 10;

/**
 * Makes all safe fixes of a document in memory: lint, fix, lint again until nothing is left or time is up.
 *
 * @param clock the time in ms
 * @returns the edit that turns the text into the fixed one; undefined when nothing was to be fixed
 */
export function fixDocument(
  { text, location, settings }: DocumentResult,
  languageId: string,
  log: Log,
  clock: () => number = () => performance.now(),
): TextEdit | undefined {
  const { folder, path } = location;
  const started = clock();
  const result = fixAll(
    (current) => {
      // Out of time: what was fixed so far is kept, and nothing more is found.
      if (clock() - started > BUDGET_MS) return [];
      const lint = folder.lint({ path, text: current, languageId, settings });
      return folder
        .markBaselined(lint?.findings ?? [])
        .filter((finding) => !finding.baselined && finding.path === path);
    },
    text,
    MAX_PASSES,
    path,
  );
  if (!result.stable) log.warnOnce(`fix-all ${path}`, `The fixes of ${path} undo each other. Look at it by hand.`);
  // The passes left their texts where neighbours look for the document.
  folder.engine.fileChanged(path);
  return changedPart(text, result.text);
}

/** The smallest edit that turns one text into the other. */
export function changedPart(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  return { at: { start, end: before.length - end }, text: after.slice(start, after.length - end) };
}
