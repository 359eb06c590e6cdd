// What a person does in the workbench, as the page sees it.

/** Guards against hangs, not measures. */
const LIMIT = { timeout: 30_000 };

/** After this something is tried again: it may have been lost. */
const SOON = { timeout: 10_000 };
const TRIES = 3;
const CONTAINER = '.activitybar .action-label[aria-label^="Immutable Infra"]';
const INPUT = '.quick-input-widget:not([style*="display: none"]) .quick-input-box input';

/** One window of the editor. */
export class Workbench {
  /** How often a menu or a box had to be opened again. Reported, so that a flake is not hidden. */
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
    // In words, because this runs in the page.
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))');
  }

  /** Runs a command of the palette. */
  async command(title) {
    const label = this.page.locator('.label-name', { hasText: title });
    // A command that was used lately may stand above the one that is meant.
    await this.pick('F1', `>${title}`, (rows) => rows.filter({ has: label }).first().click(SOON));
  }

  /** Opens a file by a part of its path. */
  async openFile(path) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    await this.pick('Control+P', path, async (rows) => {
      await rows.filter({ hasText: name }).first().waitFor(SOON);
      await this.page.keyboard.press('Enter');
    });
    await this.editorReady(path);
  }

  /** Types into the box that a key opens. It closes when something else takes the focus: then it is opened again. */
  async pick(key, text, choose) {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.page.keyboard.press(key);
        const input = this.page.locator(INPUT);
        await input.waitFor({ state: 'visible', ...SOON });
        await input.fill(text, SOON);
        await choose(this.page.locator('.quick-input-list .monaco-list-row'));
        return;
      } catch (error) {
        if (attempt === TRIES) throw error;
        this.retries++;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** The tab turns active before its editor has the focus: keys typed in between are lost. */
  async editorReady(path) {
    await this.page.locator(`.editor-instance .monaco-editor.focused[data-uri$="/${path}"]`).waitFor(LIMIT);
  }

  /** Puts the cursor into a line and a column, both from 1. */
  async goTo(line, column = 1) {
    await this.pick('Control+G', `:${line}:${column}`, () => this.page.keyboard.press('Enter'));
    await this.page.locator(INPUT).waitFor({ state: 'hidden', ...LIMIT });
  }

  line(text) {
    return this.page.locator('.editor-instance .view-line', { hasText: text });
  }

  squiggles(severity) {
    return this.page.locator(`.editor-instance .squiggly-${severity}`);
  }

  /** Opens the menu of fixes at the cursor and returns the entry with this title. */
  async fix(title) {
    const entry = this.page.locator('.action-widget .monaco-list-row.action', { hasText: title });
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      await this.page.keyboard.press('Control+.');
      try {
        await entry.first().waitFor(SOON);
        return entry.first();
      } catch {
        this.retries++;
        await this.page.keyboard.press('Escape');
      }
    }
    throw new Error(`the fix “${title}” was not offered in ${TRIES} tries`);
  }

  /** Opens the extension's container in the activity bar. */
  async openViews() {
    await this.page.locator(CONTAINER).click();
    await this.page.locator('.sidebar .pane-header', { hasText: 'Findings' }).waitFor(LIMIT);
  }

  /** Opens what stands behind the braces in the status bar. */
  async openStatus() {
    await this.page.locator('.statusbar-item[id="status.languageStatus"]').first().click(LIMIT);
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

  /** Clears every message that can be. Its button is there only under the pointer. */
  async hideToasts() {
    const clearable = this.page.locator('.notification-toast', {
      has: this.page.locator('.codicon-notifications-clear'),
    });
    for (let attempt = 1; (await clearable.count()) > 0; attempt++) {
      try {
        const toast = clearable.first();
        await toast.hover(SOON);
        await toast.locator('.codicon-notifications-clear').click(SOON);
      } catch (error) {
        // It may have hidden itself meanwhile.
        if (attempt === 3 * TRIES) throw error;
        this.retries++;
      }
    }
  }
}
