// What a person does in the workbench, as the page sees it.
import { untilSeen } from './until.mjs';

/** Guards against hangs, not measures. */
const LIMIT = { timeout: 30_000 };

/** After this something is tried again: it may have been lost. */
const SOON = { timeout: 10_000 };
const TRIES = 3;
const CONTAINER = '.activitybar .action-label[aria-label^="Immutable Infra"]';
const INPUT = '.quick-input-widget:not([style*="display: none"]) .quick-input-box input';

/** One window of the editor. */
export class Workbench {
  /** Menus and boxes that had to be opened again, and why. Reported, so that a flake is not hidden. */
  retries = [];

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
        this.retries.push(`the box of ${key} for “${text}”: ${firstLine(error)}`);
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
      } catch (error) {
        this.retries.push(`the fix “${title}”: ${firstLine(error)}`);
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

  /** Clears every message that can be: those that report progress stay until it ends. */
  async hideToasts() {
    const clear = this.page.locator('.notification-toast .codicon-notifications-clear');
    await untilSeen('no message', async () => {
      // All in one go: a message may hide itself between two steps. In words, because this runs in the page.
      await clear.evaluateAll('(buttons) => buttons.forEach((button) => button.click())');
      return (await clear.count()) === 0;
    });
  }

  /**
   * Waits until no message is shown. Of more than three within 0.8 seconds the editor pops up three: the next is only
   * counted at the bell. A report of progress stays that long, so what comes after it is shown.
   */
  async toastsGone() {
    await this.page
      .locator('.notification-toast')
      .first()
      .waitFor({ state: 'detached', ...LIMIT });
  }
}

function firstLine(error) {
  return String(error.message).split('\n', 1)[0];
}
