import {
  CodeActionKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type Connection,
} from 'vscode-languageserver';
import { readActionData, type ActionData, type ActionType } from './action-data';
import type { ClientFeatures } from './client-features';
import type { Documents, OpenDocument } from './documents';
import { fixableBy, safeFix, type LazyEdits } from './lazy-edits';
import type { OnlineFixes } from './online-fixes';
import type { ShownItem } from './presentation';
import { COMMANDS, FIX_ALL_KIND, type LspRange } from './protocol';
import type { DocumentResult, Session } from './session';
import type { WorkspaceEdits } from './workspace-edits';

/** Findings of one place that get a full menu; more would only bury what matters. */
const MAX_ITEMS = 8;

/** What code actions are made from. */
export interface CodeActionParts {
  readonly documents: Documents;
  readonly session: Session;
  readonly edits: WorkspaceEdits;
  readonly lazy: LazyEdits;
  readonly online: OnlineFixes;
  readonly features: ClientFeatures;
}

/** The kinds of code actions that there are. */
export const CODE_ACTION_KINDS: readonly string[] = [CodeActionKind.QuickFix, FIX_ALL_KIND];

/** The lightbulb. Answers from what is known: an editor asks at every move of the cursor. */
export class CodeActions {
  constructor(private readonly parts: CodeActionParts) {}

  listen(connection: Connection): void {
    connection.onCodeAction((params) => this.offer(params));
    connection.onCodeActionResolve((action, token) => this.resolve(action, token));
  }

  offer({ textDocument, range, context }: CodeActionParams): CodeAction[] {
    const wantsFixes = isWanted(CodeActionKind.QuickFix, context.only);
    // "Source Action…" and saving ask for it by name; nobody wants it in the lightbulb.
    const wantsFixAll = context.only !== undefined && isWanted(FIX_ALL_KIND, context.only);
    if (!wantsFixes && !wantsFixAll) return [];
    const document = this.parts.documents.get(textDocument.uri);
    const result = document && (this.parts.session.cached(document) ?? this.stale(document, wantsFixAll));
    if (!document || !result) return [];
    const actions: CodeAction[] = [];
    if (wantsFixes && result.version === document.version) {
      const items = result.items.filter((item) => touches(item.range, range)).slice(0, MAX_ITEMS);
      if (result.role === 'work') {
        actions.push(...items.flatMap((item) => this.fixes(document, result, item)));
        actions.push(...this.fixesOfFile(document, result, items));
        actions.push(...items.flatMap((item) => this.silencers(document, result, item)));
      }
      actions.push(...items.flatMap((item) => this.commands(document, result, item)));
    }
    if (wantsFixAll && result.role === 'work') actions.push(...this.fixAll(document, result, FIX_ALL_KIND));
    return unique(actions);
  }

  async resolve(action: CodeAction, token: CancellationToken): Promise<CodeAction> {
    const data = readActionData(action.data);
    const document = data && this.parts.documents.get(data.uri);
    if (!data || !document) return action;
    if (document.version !== data.version)
      throw new ResponseError(LSPErrorCodes.ContentModified, 'The document changed: ask for the actions again.');
    const result = await this.parts.session.lint(document, token);
    if (result.role !== 'work') return action;
    const item = result.items.find(({ finding }) => finding.fingerprint === data.fingerprint);
    if (data.type === 'online') {
      const fix = item?.finding.fixes[data.fix ?? -1];
      const edit = item && fix && (await this.parts.online.resolve(document, result, item, fix, token));
      return edit ? { ...action, edit } : action;
    }
    const edit = this.parts.lazy.make(data.type, document, result, item);
    return edit ? { ...action, edit } : action;
  }

  /** Fix all is lazy, so the result of an earlier version tells enough: that the document is ours. */
  private stale(document: OpenDocument, wantsFixAll: boolean): DocumentResult | undefined {
    return wantsFixAll && this.parts.features.lazyEdits ? this.parts.session.last(document) : undefined;
  }

  private fixes(document: OpenDocument, result: DocumentResult, item: ShownItem): CodeAction[] {
    if (!item.isCurrent) return [];
    return item.finding.fixes.flatMap((fix, index): CodeAction[] => {
      const common = { title: fix.title, kind: CodeActionKind.QuickFix, diagnostics: [item.diagnostic] };
      if (fix.level === 'online') {
        if (!this.parts.online.isOffered(result) || !this.parts.features.lazyEdits) return [];
        return [{ ...common, data: { ...dataOf(document, 'online', item), fix: index } }];
      }
      const edit = fix.edits.length > 0 ? this.parts.edits.ofFixes(document.uri, result, item.from, [fix]) : undefined;
      return edit ? [{ ...common, edit, isPreferred: fix.level === 'safe' }] : [];
    });
  }

  /** All of a rule, and all that is safe, when there is more than the one fix. */
  private fixesOfFile(document: OpenDocument, result: DocumentResult, items: readonly ShownItem[]): CodeAction[] {
    const actions: CodeAction[] = [];
    for (const rule of new Set(items.map(({ finding }) => finding.rule))) {
      const fixable = fixableBy(rule, result);
      const [first] = fixable;
      if (!first || fixable.length < 2) continue;
      const title = `Fix all ${fixable.length} \`${rule}\` in this file`;
      // Only those at the place: an editor asks at every move of the cursor, and all of a long file are 40 kB.
      const diagnostics = items.filter(({ finding }) => finding.rule === rule).map(({ diagnostic }) => diagnostic);
      const action = { title, kind: CodeActionKind.QuickFix, diagnostics };
      actions.push(...this.lazily(action, document, result, 'fix-rule', first));
    }
    const all = result.items.filter(safeFix);
    if (all.length > 1 && items.some(safeFix)) actions.push(...this.fixAll(document, result, CodeActionKind.QuickFix));
    return actions;
  }

  private fixAll(document: OpenDocument, result: DocumentResult, kind: string): CodeAction[] {
    const isCurrent = result.version === document.version;
    if (isCurrent && !result.items.some(safeFix)) return [];
    const title = 'Fix all safe problems in this file';
    return this.lazily({ title, kind }, document, result, 'fix-all', undefined);
  }

  private silencers(document: OpenDocument, result: DocumentResult, item: ShownItem): CodeAction[] {
    const { rule } = item.finding;
    const about = { kind: CodeActionKind.QuickFix, diagnostics: [item.diagnostic] };
    const add = (title: string, type: ActionType): CodeAction[] =>
      this.lazily({ ...about, title }, document, result, type, item);
    // A finding about a suppression is not silenced by another one.
    if (rule.startsWith('suppression/')) return add(`Turn off \`${rule}\` in immutable.yaml`, 'turn-off');
    const { folder } = result.location;
    return [
      ...(item.isCurrent ? add(`Ignore \`${rule}\` here`, 'suppress-here') : []),
      ...(item.isCurrent ? add(`Ignore \`${rule}\` in this file`, 'suppress-file') : []),
      ...(folder.root ? add(`Turn off \`${rule}\` in immutable.yaml`, 'turn-off') : []),
      ...(folder.root && folder.readBaseline().problem === undefined
        ? add(`Add this finding to the baseline`, 'baseline')
        : []),
    ];
  }

  private commands(document: OpenDocument, result: DocumentResult, { finding, diagnostic }: ShownItem): CodeAction[] {
    const { options } = this.parts.features;
    if (!(options.commands ?? options.status ?? false)) return [];
    const about = { kind: CodeActionKind.QuickFix, diagnostics: [diagnostic] };
    const actions: CodeAction[] = [];
    if (result.role !== 'work' && finding.fixes.some(({ edits }) => edits.length > 0)) {
      const title = 'Copy the fix as a review suggestion';
      const command = COMMANDS.copyReviewSuggestion;
      actions.push({ ...about, title, command: { title, command, arguments: [document.uri, finding.fingerprint] } });
    }
    const title = `Explain \`${finding.rule}\``;
    actions.push({ ...about, title, command: { title, command: COMMANDS.explainRule, arguments: [finding.rule] } });
    return actions;
  }

  /** The action without its edit, or with it for a client that does not ask for it later. */
  private lazily(
    action: CodeAction,
    document: OpenDocument,
    result: DocumentResult,
    type: ActionType,
    item: ShownItem | undefined,
  ): CodeAction[] {
    if (this.parts.features.lazyEdits) return [{ ...action, data: dataOf(document, type, item) }];
    if (type === 'online' || result.version !== document.version) return [];
    const edit = this.parts.lazy.make(type, document, result, item);
    return edit ? [{ ...action, edit }] : [];
  }
}

function dataOf({ uri, version }: OpenDocument, type: ActionType, item: ShownItem | undefined): ActionData {
  return { uri, version, type, ...(item ? { fingerprint: item.finding.fingerprint } : {}) };
}

/** `only` names kinds or their parents: `source.fixAll` means `source.fixAll.immutable` too. */
function isWanted(kind: string, only: readonly string[] | undefined): boolean {
  return only === undefined || only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`));
}

function touches(a: LspRange, b: LspRange): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: LspRange['start'], b: LspRange['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

/** Two findings of one rule at one place would offer the same thing twice. */
function unique(actions: readonly CodeAction[]): CodeAction[] {
  const seen = new Set<string>();
  return actions.filter((action) => {
    const key = JSON.stringify([action.title, action.kind, action.edit]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
