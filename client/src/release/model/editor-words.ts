import { l10n } from '../l10n';

/** A command line that the engine names, with names only: an option would be lost in the editor. */
const COMMAND_LINE = /`immutable-infra ([a-z-]+)((?: [^` ]+)*)`/g;

/** Options that the command of the editor asks about itself. */
const ASKED = /^(?: \w[\w.-]*)*(?: --(?:confirm|end-last-way-back) [\w.-]+)?$/;

/** What the engine says, in the words of the editor: what a command of the palette does is called by its title. */
export function inEditorWords(text: string): string {
  return text.replace(COMMAND_LINE, (whole, command: string, rest: string) =>
    ASKED.test(rest) ? (titleOfCommand(command) ?? whole) : whole,
  );
}

function titleOfCommand(command: string): string | undefined {
  switch (command) {
    case 'adopt':
      return l10n.t('Adopt Existing Deployment…');
    case 'bake':
      return l10n.t('Bake Image');
    case 'deploy':
      return l10n.t('Deploy…');
    case 'drift':
      return l10n.t('Detect Drift');
    case 'resume':
      return l10n.t('Resume Interrupted Run…');
    case 'retire':
      return l10n.t('Retire Old…');
    case 'rollback':
      return l10n.t('Roll Back…');
    case 'take-over':
      return l10n.t('Take Over Lock…');
    case 'verify-ledger':
      return l10n.t('Verify Ledger');
    default:
      return undefined;
  }
}
