import type { WorkspaceEdit } from 'vscode-languageserver';
import { BASELINE_NAME, createBaseline, formatBaseline } from '../core/baseline';
import type { Fix } from '../core/finding';
import type { SuppressionScope } from '../core/suppress';
import { suppressionEdit } from '../core/suppress';
import { newConfigWithout, turnOffRule } from '../workspace/config-edit';
import type { ActionType } from './action-data';
import { changedPart, fixDocument } from './fix-all';
import type { Log } from './log';
import type { OpenDocument } from './documents';
import type { ShownItem } from './presentation';
import type { DocumentResult } from './session';
import type { WorkspaceEdits } from './workspace-edits';

/** What the user is asked for after the bracket of a suppression. */
const REASON = 'say why';

/** Makes the edits that need more than what a finding carries. */
export class LazyEdits {
  constructor(
    private readonly edits: WorkspaceEdits,
    private readonly log: Log,
  ) {}

  /** Undefined when there is no such edit for the finding. */
  make(
    type: Exclude<ActionType, 'online'>,
    document: OpenDocument,
    result: DocumentResult,
    item: ShownItem | undefined,
  ): WorkspaceEdit | undefined {
    if (type === 'fix-all') {
      const edit = fixDocument(result, document.languageId, this.log);
      return edit && this.edits.of(document.uri, result, [{ path: result.location.path, edits: [edit] }]);
    }
    if (!item) return undefined;
    switch (type) {
      case 'fix-rule':
        return this.fixRule(document, result, item);
      case 'suppress-here':
        return this.suppress(document, result, item, 'line');
      case 'suppress-file':
        return this.suppress(document, result, item, 'file');
      case 'turn-off':
        return this.turnOff(document, result, item);
      case 'baseline':
        return this.addToBaseline(document, result, item);
    }
  }

  /** All safe fixes of one rule, those left out that overlap with an earlier one. */
  private fixRule({ uri }: OpenDocument, result: DocumentResult, { finding }: ShownItem): WorkspaceEdit | undefined {
    const fixes = fixableBy(finding.rule, result).flatMap((item) => safeFix(item) ?? []);
    return this.edits.ofFixes(uri, result, result.location, fixes);
  }

  /** A comment in the file in which the finding lies. */
  private suppress(
    { uri, languageId }: OpenDocument,
    result: DocumentResult,
    { finding }: ShownItem,
    scope: SuppressionScope,
  ): WorkspaceEdit | undefined {
    const { folder, path } = result.location;
    const text = finding.path === path ? result.text : folder.files.read(finding.path);
    if (text === undefined) return undefined;
    const source = folder.engine.source(finding.path, text, finding.path === path ? languageId : undefined);
    const edit = source && suppressionEdit(source, finding, { scope, reason: REASON });
    return edit && this.edits.of(uri, result, [{ path: finding.path, edits: [edit], placeholder: REASON }]);
  }

  private turnOff({ uri }: OpenDocument, result: DocumentResult, { finding }: ShownItem): WorkspaceEdit | undefined {
    const { folder, path } = result.location;
    const config = folder.configFile(path);
    if (!config) return this.edits.newFile(result.location, 'immutable.yaml', newConfigWithout(finding.rule));
    const edits = turnOffRule(config.text, config.path, finding.rule);
    return edits && this.edits.of(uri, result, [{ path: config.path, edits }]);
  }

  private addToBaseline(
    { uri }: OpenDocument,
    result: DocumentResult,
    { finding }: ShownItem,
  ): WorkspaceEdit | undefined {
    const { folder } = result.location;
    const { baseline, problem } = folder.readBaseline();
    // What cannot be read would be lost.
    if (problem !== undefined) return undefined;
    const before = folder.files.read(BASELINE_NAME);
    const known = baseline.entries;
    const same = known.find(
      (entry) =>
        entry.rule === finding.rule && entry.path === finding.path && entry.fingerprint === finding.fingerprint,
    );
    const [added] = createBaseline([finding]).entries;
    if (!added) return undefined;
    const rest = known.filter((entry) => entry !== same);
    const text = formatBaseline({ version: 1, entries: [...rest, { ...added, count: (same?.count ?? 0) + 1 }] });
    if (before === undefined) return this.edits.newFile(result.location, BASELINE_NAME, text);
    const edit = changedPart(before, text);
    return edit && this.edits.of(uri, result, [{ path: BASELINE_NAME, edits: [edit] }]);
  }
}

/** The findings of a rule that a safe fix of this very document repairs. */
export function fixableBy(rule: string, { items, location }: DocumentResult): readonly ShownItem[] {
  return items.filter((item) => item.finding.rule === rule && item.from.path === location.path && safeFix(item));
}

export function safeFix({ finding }: ShownItem): Fix | undefined {
  return finding.fixes.find(({ level, edits }) => level === 'safe' && edits.length > 0);
}
