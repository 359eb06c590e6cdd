import { commands, l10n, workspace } from 'vscode';
import type { Ask } from '../ask/ask';

/** Something that would run in a workspace that nobody trusts. */
export class UntrustedError extends Error {
  constructor() {
    super(
      l10n.t(
        'Nothing runs in a workspace that is not trusted: a pipeline starts programs that its files name. Trust the workspace first; its history can be read until then.',
      ),
    );
    this.name = 'UntrustedError';
  }
}

/** Called right before anything is started, whatever menus and palettes said. @throws UntrustedError */
export function requireTrust(): void {
  if (!workspace.isTrusted) throw new UntrustedError();
}

/** Says why nothing runs, and offers to decide about trust. */
export async function tellUntrusted(ask: Ask): Promise<void> {
  const manage = l10n.t('Manage Workspace Trust');
  const notice = { severity: 'warning', text: new UntrustedError().message, buttons: [manage] } as const;
  if ((await ask.notify(notice)) === manage) await commands.executeCommand('workbench.trust.manage');
}
