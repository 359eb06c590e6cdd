import { workspace, type Uri } from 'vscode';
import { DEFAULT_SETTINGS, SETTINGS_SECTION, type ReviewShow } from '../../../server/src/lsp/protocol';

/** `immutableInfra.review.show` of a file; the default when the value is none of the three. */
export function reviewShow(file: Uri): ReviewShow {
  const value = workspace.getConfiguration(SETTINGS_SECTION, file).get<unknown>('review.show');
  return value === 'new' || value === 'changed' || value === 'all' ? value : DEFAULT_SETTINGS.review.show;
}
