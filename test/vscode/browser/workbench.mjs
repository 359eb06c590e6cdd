// What a person does in the workbench, as the page sees it.

const LIMIT = { timeout: 20_000 };
const CONTAINER = '.activitybar .action-label[aria-label^="Immutable Infra"]';
const INPUT = '.quick-input-widget:not([style*="display: none"]) .quick-input-box input';

/** One window of the editor. */
export class Workbench {
  /** How often the menu of fixes had to be opened again. Reported, so that a flake is not hidden. */
  retries = 0;

  constructor(page) {
    this.page = page;
  }

  /** Opens an address and waits until the window is there. */
  async open(address) {
    await this.page.goto(address, { waitUntil: 'domcontentloaded' });
    await this.page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 });
    // Extensions come a moment after the window: before that their commands are unknown.
    await this.page.locator(CONTAINER).waitFor({ timeout: 60_000 });
  }

  /** Shows the light or the dark theme, as the system asks for it, and waits until it is painted. */
  async showScheme(colorScheme) {
    await this.page.emulateMedia({ colorScheme });
    const theme = colorScheme === 'dark' ? 'vs-dark' : 'vs';
    await this.page.locator(`.monaco-workbench.${theme}`).waitFor(LIMIT);
    await this.page.evaluate(
      () =>
        new Promise((resolve) => {
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)));
        }),
    );
  }

  /** Runs a command of the palette. */
  async command(title) {
    await this.page.keyboard.press('F1');
    const input = this.page.locator(INPUT);
    await input.waitFor({ state: 'visible', ...LIMIT });
    await input.fill(`>${title}`);
    const label = this.page.locator('.label-name', { hasText: title });
    // A command that was used lately may stand above the one that is meant.
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ has: label }).first().click(LIMIT);
  }

  /** Opens a file by a part of its path. */
  async openFile(path) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator(INPUT);
    await input.waitFor({ state: 'visible', ...LIMIT });
    await input.fill(path);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor(LIMIT);
    await this.page.keyboard.press('Enter');
    await this.editorReady(path);
  }

  /** The tab turns active before its editor has the focus: keys typed in between are lost. */
  async editorReady(path) {
    await this.page.locator(`.editor-instance .monaco-editor.focused[data-uri$="/${path}"]`).waitFor(LIMIT);
  }

  /** Puts the cursor into a line and a column, both from 1. */
  async goTo(line, column = 1) {
    await this.page.keyboard.press('Control+G');
    const input = this.page.locator(INPUT);
    await input.waitFor({ state: 'visible', ...LIMIT });
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden', ...LIMIT });
  }

  line(text) {
    return this.page.locator('.editor-instance .view-line', { hasText: text });
  }

  squiggles(severity) {
    return this.page.locator(`.editor-instance .squiggly-${severity}`);
  }

  /** Opens the menu of fixes at the cursor and returns the entry with this title. */
  async fix(title, tries = 3) {
    const entry = this.page.locator('.action-widget .monaco-list-row.action', { hasText: title });
    for (let attempt = 1; attempt <= tries; attempt++) {
      await this.page.keyboard.press('Control+.');
      try {
        await entry.first().waitFor({ timeout: 5_000 });
        return entry.first();
      } catch {
        this.retries++;
        await this.page.keyboard.press('Escape');
      }
    }
    throw new Error(`the fix “${title}” was not offered in ${tries} tries`);
  }

  /** Opens the extension's container in the activity bar. */
  async openViews() {
    await this.page.locator(CONTAINER).click();
    await this.page.locator('.sidebar .pane-header', { hasText: 'Findings' }).waitFor(LIMIT);
  }

  row(text) {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text });
  }

  problem(text) {
    return this.page.locator('.markers-panel .monaco-list-row', { hasText: text });
  }

  toast(text) {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  async hideToasts() {
    for (const button of await this.page.locator('.notification-toast .codicon-notifications-clear').all())
      await button.click({ timeout: 1_000 }).catch(() => undefined);
  }
}
