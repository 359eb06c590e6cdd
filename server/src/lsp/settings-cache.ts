import type { Connection } from 'vscode-languageserver';
import { inTime } from './in-time';
import type { Log } from './log';
import { DEFAULT_SETTINGS, SETTINGS_SECTION, type Settings } from './protocol';
import { checkSettings } from './settings';

/** How long an answer is waited for, in ms: documents must not stay unchecked because a client forgot one. */
const PATIENCE = 5000;

/** Settings of one resource, with a text that changes when they do. */
export interface SettingsOfResource {
  readonly settings: Settings;
  readonly key: string;
  /** What is wrong in them, as sentences. */
  readonly problems?: readonly string[] | undefined;
}

/** The settings of every resource, as the client has them. Nothing is global: folders may differ. */
export class SettingsCache {
  private readonly asked = new Map<string, Promise<SettingsOfResource>>();
  /** What a client that cannot be asked has sent. */
  private pushed: SettingsOfResource = stamped(DEFAULT_SETTINGS);

  constructor(
    private readonly connection: Pick<Connection, 'workspace'>,
    private readonly log: Log,
    private readonly canAsk: () => boolean,
    private readonly patience = PATIENCE,
  ) {}

  /** Never rejects: a client that cannot answer gets the defaults. */
  for(uri: string): Promise<SettingsOfResource> {
    if (!this.canAsk()) return Promise.resolve(this.pushed);
    let settings = this.asked.get(uri);
    if (!settings) {
      settings = this.ask(uri);
      this.asked.set(uri, settings);
    }
    return settings;
  }

  /** Takes what `workspace/didChangeConfiguration` brought; what was asked before is asked again. */
  changed(sent: unknown): void {
    this.asked.clear();
    if (this.canAsk() || typeof sent !== 'object' || sent === null) return;
    const all = sent as Readonly<Record<string, unknown>>;
    this.pushed = this.check(all[SETTINGS_SECTION] ?? all);
  }

  forget(uri: string): void {
    this.asked.delete(uri);
  }

  private async ask(uri: string): Promise<SettingsOfResource> {
    try {
      const asked: Promise<unknown> = this.connection.workspace.getConfiguration({
        scopeUri: uri,
        section: SETTINGS_SECTION,
      });
      return this.check(await inTime(asked, this.patience));
    } catch (error) {
      this.log.errorOnce('settings', 'The client did not answer for its settings: the defaults are used.', error);
      return stamped(DEFAULT_SETTINGS);
    }
  }

  private check(given: unknown): SettingsOfResource {
    const { settings, problems } = checkSettings(given);
    for (const problem of problems) this.log.warnOnce(`settings ${problem}`, problem);
    const { key } = stamped(settings);
    // A wrong value has the effect of the default, but is told.
    return { settings, problems, key: problems.length === 0 ? key : `${key} ${problems.join(' ')}` };
  }
}

function stamped(settings: Settings): SettingsOfResource {
  return { settings, key: JSON.stringify(settings) };
}
