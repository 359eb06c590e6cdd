import {
  commands,
  EventEmitter,
  extensions,
  l10n,
  Uri,
  window,
  type Disposable,
  type TextDocumentContentProvider,
} from 'vscode';
import { explainRule } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';
import type { RuleCatalog } from './rule-catalog';

/** Scheme of the pages of rules. */
export const RULE_SCHEME = 'immutable-rule';

/** The editor's own extension that shows Markdown; some editors come without it. */
const MARKDOWN = 'vscode.markdown-language-features';

/** A rule's id, as it stands in links: one or two words with dashes. */
const RULE_ID = /^[a-z][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/;

/** Shows the pages of rules as Markdown previews. */
export class RulePages implements TextDocumentContentProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly server: ServerLifecycle,
    private readonly catalog: RuleCatalog,
  ) {}

  dispose(): void {
    this.changed.dispose();
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const rule = uri.path.replace(/^\//, '').replace(/\.md$/, '');
    const page = await this.server.request(explainRule, { rule });
    return page?.markdown ?? l10n.t('There is no rule named {0}.', `\`${rule}\``);
  }

  /** Opens the page of a rule; asks for the rule when none is given. */
  async show(given: unknown): Promise<void> {
    const rule = typeof given === 'string' && RULE_ID.test(given) ? given : await this.pick();
    if (rule === undefined) return;
    const uri = Uri.from({ scheme: RULE_SCHEME, path: `/${rule}.md` });
    // The page may come from an older server, or from rules of the workspace that changed.
    this.changed.fire(uri);
    // A command of an extension that sleeps is not listed, but wakes it.
    if (extensions.getExtension(MARKDOWN)) await commands.executeCommand('markdown.showPreview', uri);
    else await window.showTextDocument(uri, { preview: true });
  }

  private async pick(): Promise<string | undefined> {
    const items = this.catalog.list().then((rules) => rules.map(({ id, summary }) => ({ label: id, detail: summary })));
    const picked = await window.showQuickPick(items, {
      title: l10n.t('Explain Rule'),
      placeHolder: l10n.t('Type a part of its name or of what it asks for'),
      matchOnDetail: true,
    });
    return picked?.label;
  }
}

/** The rule that a link to the extension names: `vscode://immutable-infra.immutable-infra/rule/<family>/<name>`. */
export function ruleOfLink(path: string): string | undefined {
  const rule = /^\/rule\/([^?#]+)$/.exec(path)?.[1];
  return rule !== undefined && RULE_ID.test(rule) ? rule : undefined;
}
