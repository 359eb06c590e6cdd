// One window of the editor, in the light theme, and pictures of the parts of it that matter.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Workbench } from '../browser/workbench.mjs';
import { workbenchAddress } from '../lib/browser.mjs';
import { shrink } from './shrink.mjs';

/** Guards against hangs: a picture may be taken on a busy machine. */
const LIMIT = { timeout: 120_000 };
/** How long real tools may take. */
const RUN_LIMIT = { timeout: 240_000 };
const SIZE = { width: 1180, height: 800 };
const SETTLE_MS = 400;
const EDGE = 8;
const SIDE_BAR_WIDTH = 460;

export class Studio {
  /**
   * @param {import('playwright-core').Page} page
   * @param {{ screenshots: string, pictures: string }} folders raw screenshots, and where the small ones go
   */
  constructor(page, folders) {
    this.page = page;
    this.workbench = new Workbench(page);
    this.folders = folders;
  }

  /** Opens a window on a folder. */
  static async open({ browser, server, folder, folders }) {
    const context = await browser.newContext({ viewport: SIZE, colorScheme: 'light' });
    context.setDefaultTimeout(LIMIT.timeout);
    const studio = new Studio(await context.newPage(), folders);
    await studio.workbench.open(workbenchAddress(server, folder));
    return studio;
  }

  close() {
    return this.page.context().close();
  }

  command(title) {
    return this.workbench.command(`Immutable: ${title}`);
  }

  /** Waits for a message; real tools may work meanwhile. */
  async toast(text) {
    const toast = this.workbench.toast(text).first();
    await toast.waitFor(RUN_LIMIT);
    return toast;
  }

  async modal(text) {
    const modal = this.page.locator('.monaco-dialog-box', { hasText: text });
    await modal.waitFor(RUN_LIMIT);
    return modal;
  }

  press(place, button) {
    return place.locator('.monaco-button', { hasText: button }).first().click(LIMIT);
  }

  /** Waits for a line of the active document. */
  async line(text) {
    await this.page.locator('.editor-instance .view-line', { hasText: text }).first().waitFor(RUN_LIMIT);
  }

  async lens(text) {
    const lens = this.page.locator('.codelens-decoration a', { hasText: text }).first();
    await lens.waitFor(RUN_LIMIT);
    return lens;
  }

  /** Waits for the list of a quick pick. */
  async choices(text) {
    const choices = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text });
    await choices.first().waitFor(LIMIT);
    return choices;
  }

  /** Answers an input box. */
  async type(prompt, text) {
    await this.page.locator('.quick-input-widget', { hasText: prompt }).waitFor(LIMIT);
    await this.page.locator('.quick-input-widget .quick-input-box input').fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Nothing but the side bar is open any more. */
  async tidy() {
    await this.workbench.hideToasts();
    await this.workbench.command('View: Close All Editors');
  }

  /** Shows only the two views of delivery, wide enough for their rows. */
  async showViews() {
    const { page, workbench } = this;
    await workbench.openViews();
    for (const name of ['Findings', 'Review', 'Image Inventory']) await this.fold(name, 'true');
    for (const name of ['Releases', 'Runs']) await this.fold(name, 'false');
    const { x, width } = await page.locator('.part.sidebar').boundingBox();
    const edge = x + width + 1;
    await page.mouse.move(edge, SIZE.height / 2);
    await page.mouse.down();
    await page.mouse.move(x + SIDE_BAR_WIDTH, SIZE.height / 2, { steps: 5 });
    await page.mouse.up();
  }

  async fold(name, from) {
    const header = this.page.locator(`.sidebar .pane-header[aria-expanded="${from}"]`, { hasText: name });
    if ((await header.count()) > 0) await header.first().click(LIMIT);
  }

  /** The header and the rows of a view: the empty rest of it says nothing. */
  view(name) {
    const pane = this.page.locator('.sidebar .pane', { has: this.page.locator('.pane-header', { hasText: name }) });
    return [pane.locator('.pane-header').first(), pane.locator('.monaco-list-row')];
  }

  /**
   * Takes a picture of what some places span.
   *
   * @param {string} name of the picture
   * @param {readonly import('playwright-core').Locator[]} places
   */
  async take(name, places) {
    await this.settle();
    const boxes = (await Promise.all(places.map(boxesOf))).flat();
    await this.clip(name, boxes);
  }

  /**
   * Takes a picture of the active document: as wide and as high as its text.
   *
   * @param {string} name of the picture
   * @param {{ lines?: number, end?: boolean, also?: readonly import('playwright-core').Locator[] }} options how many lines
   * at most, whether the last ones instead of the first, and what else must be in the picture
   */
  async takeDocument(name, { lines = 24, end = false, also = [] } = {}) {
    await this.settle();
    const editor = this.page.locator('.editor-instance').last();
    const [frame] = await boxesOf(editor);
    const all = (await boxesOf(editor.locator('.view-line > span'))).sort((a, b) => a.y - b.y);
    const text = end ? all.slice(-lines) : all.slice(0, lines);
    const margin = { x: frame.x, y: end ? text[0].y : frame.y, width: 1, height: 1 };
    const others = (await Promise.all(also.map(boxesOf))).flat();
    // No half lines at the edges.
    const isInside = ({ y }) => y >= frame.y;
    const whole = [...text, margin, ...others].filter(isInside).map((box) => within(box, EDGE));
    await this.clip(name, [...whole, ...others.filter((box) => !isInside(box))]);
  }

  /** Lets everything be painted, without a hint under the pointer. */
  async settle() {
    await this.page.mouse.move(SIZE.width - 2, SIZE.height / 2);
    await sleep(SETTLE_MS);
  }

  async clip(name, boxes) {
    const left = Math.max(0, Math.min(...boxes.map(({ x }) => x)) - EDGE);
    const top = Math.max(0, Math.min(...boxes.map(({ y }) => y)) - EDGE);
    const right = Math.min(SIZE.width, Math.max(...boxes.map(({ x, width }) => x + width)) + EDGE);
    const bottom = Math.min(SIZE.height, Math.max(...boxes.map(({ y, height }) => y + height)) + EDGE);
    const screenshot = join(this.folders.screenshots, `command-${name}.png`);
    const picture = join(this.folders.pictures, `${name}.png`);
    const clip = { x: left, y: top, width: right - left, height: bottom - top };
    await this.page.screenshot({ path: screenshot, clip });
    shrink(screenshot, picture);
    console.log(`${name}.png ${Math.round(clip.width)} × ${Math.round(clip.height)}, ${statSync(picture).size} bytes`);
  }
}

/** A box that is lower by an edge above and below. */
function within({ x, y, width, height }, edge) {
  return { x, y: y + edge, width, height: height - 2 * edge };
}

/** Where everything that a locator finds is now; what has no size is left out. */
async function boxesOf(locator) {
  const boxes = await locator.evaluateAll((elements) =>
    elements.map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );
  return boxes.filter(({ width, height }) => width > 0 && height > 0);
}
