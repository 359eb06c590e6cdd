import { TabInputTextDiff } from 'vscode';

/**
 * What a tab compares: one file, or the files of an editor with many of them. The class of the latter's input is not
 * part of the API yet, but the input is there: where it is missing, the documents themselves have to tell.
 */
export function comparisonsOf(input: unknown): readonly TabInputTextDiff[] {
  if (input instanceof TabInputTextDiff) return [input];
  if (typeof input !== 'object' || input === null || !('textDiffs' in input)) return [];
  const { textDiffs } = input;
  return Array.isArray(textDiffs) ? textDiffs.filter((one) => one instanceof TabInputTextDiff) : [];
}
