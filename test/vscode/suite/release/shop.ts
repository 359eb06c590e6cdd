// The example pipeline of Packer and Terraform, as the window of these tests has it open.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ReleaseModule } from '../../../../client/src/release/start';
import { listRuns, type ListedRun } from '../../../../release/src/api/list-runs';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../../../../release/src/ledger/releases';
import type { RunState } from '../../../../release/src/run/journal-entry';
import { RunControl } from '../../../../release/src/run/run-control';
import { findStateRoot } from '../../../../release/src/state-root';
import { closeAll, extensionApi, folder, until } from '../editor';
import { ScriptedAsk } from './scripted-ask';

/** How long a run of real tools may take. A guard against hangs. */
export const RUN_LIMIT_MS = 180_000;

export function shopFolder(): string {
  return folder('shop').fsPath;
}

export function root(): ReturnType<typeof findStateRoot> {
  return findStateRoot(shopFolder());
}

/** The delivery half, loaded. */
export async function releaseModule(): Promise<ReleaseModule> {
  const { release } = await extensionApi();
  assert.ok(release, 'the tests are not in a window for tests');
  return release.module();
}

let last: ScriptedAsk | undefined;

/** What was asked since somebody answers last. */
export function asked(): string {
  return last?.asked.join('\n---\n') ?? '';
}

/** A suite whose tests run real tools: each leaves no run and no editor behind, and a note when it failed. */
export function runsRealTools(suite: Mocha.Suite): void {
  suite.timeout(RUN_LIMIT_MS * 2);
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') note(this.currentTest.title);
    await endRuns();
    await closeAll();
  });
}

/** Keeps what is needed to understand a test that failed. */
export function note(title: string): void {
  const file = process.env['IMMUTABLE_TEST_NOTES'];
  const [run] = runs();
  const events =
    run && existsSync(join(run.directory, 'events.jsonl'))
      ? readFileSync(join(run.directory, 'events.jsonl'), 'utf8')
      : '';
  const state = run
    ? `${run.run} ${run.spec.kind} ${run.status} ${run.progress.state}\n${closingText(run)}\n${events}`
    : 'no run';
  if (file !== undefined) appendFileSync(file, `== ${title}\n${asked()}\n-- ${state}\n`);
}

/** Keeps a time for whoever runs the suite: what is printed here does not always come through. */
export function measured(text: string): void {
  const file = process.env['IMMUTABLE_TEST_REPORT'];
  if (file !== undefined) appendFileSync(`${file}.measured`, `${text}\n`);
}

/** Answers for a person from here on. */
export async function answering(): Promise<ScriptedAsk> {
  const ask = (last = new ScriptedAsk());
  (await releaseModule()).inspect.answerWith(ask);
  return ask;
}

export function write(path: string, text: string): void {
  writeFileSync(join(shopFolder(), path), text);
}

export function read(path: string): string {
  return readFileSync(join(shopFolder(), path), 'utf8');
}

export function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: shopFolder(), encoding: 'utf8' });
}

/** Writes a version of the shop, and commits it. */
export function writeVersion(version: number, health = 'ok'): void {
  write('packer/files/shop.conf', `version = ${version}\nhealth = ${health}\n`);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', `Version ${version}`);
}

/** Runs a command as the palette does. */
export function execute(command: string, ...args: unknown[]): Thenable<unknown> {
  return vscode.commands.executeCommand(`immutableInfra.${command}`, ...args);
}

export function runs(): readonly ListedRun[] {
  return listRuns(root());
}

/** Waits until the newest run is over, and gives it. */
export async function ended(limit = RUN_LIMIT_MS): Promise<ListedRun> {
  const run = runs()[0];
  assert.ok(run, 'there is no run');
  return patiently(`the end of ${run.run}`, limit, () => {
    const now = runs().find((one) => one.run === run.run);
    return now?.status === 'closed' ? now : undefined;
  });
}

/** Waits until the newest run is in a state. */
export async function reaches(state: RunState, limit = RUN_LIMIT_MS): Promise<ListedRun> {
  return patiently(`${state}, is ${runs()[0]?.progress.state ?? 'nothing'}`, limit, () => {
    const run = runs()[0];
    assert.ok(run?.progress.state !== 'CLOSED', `closed: ${closingText(run)}`);
    return run?.progress.state === state ? run : undefined;
  });
}

/** Waits until the newest run tells this in its events: a tool began, say. */
export async function tells(text: string): Promise<void> {
  await patiently(`a run that tells ${text}`, RUN_LIMIT_MS, () => {
    const run = runs()[0];
    assert.ok(run?.progress.state !== 'CLOSED', `closed: ${closingText(run)}`);
    const file = run && join(run.directory, 'events.jsonl');
    return file !== undefined && existsSync(file) && readFileSync(file, 'utf8').includes(text);
  });
}

/** A step of the newest run whose tool runs now: `{"type":"step","name":"bake","phase":"started",…`. */
export function startsStep(name: string): Promise<void> {
  return tells(`"name":"${name}","phase":"started"`);
}

/** Makes the next call of a tool with this word wait. */
export class HeldTool {
  private readonly file: string;

  constructor(word: string) {
    const directory = process.env['IMMUTABLE_TEST_HOLD'];
    assert.ok(directory, 'no tool can be held in this window');
    this.file = join(directory, word);
    writeFileSync(this.file, '');
  }

  /** Waits until the tool waits. */
  async begun(): Promise<void> {
    await patiently(`a call of ${this.file}`, RUN_LIMIT_MS, () => existsSync(`${this.file}.begun`));
  }

  letGo(): void {
    rmSync(this.file, { force: true });
    rmSync(`${this.file}.begun`, { force: true });
  }
}

/** Whether the ledger has an image of a run. */
export function hasImage({ run }: ListedRun, environment = 'local'): boolean {
  const records = Ledger.read(root().ledger(environment)).records();
  return records.some((record) => record.type === 'image' && record.run === run);
}

/** Everything that a command may change: what a question that is left must leave as it is. */
export function everything(): string {
  const state = root();
  const of = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return JSON.stringify({
    runs: runs().map(({ run, status, directory, progress }) => [
      run,
      status,
      progress.state,
      existsSync(join(directory, 'control')) ? readdirSync(join(directory, 'control')) : [],
    ]),
    ledger: of(state.ledger('local')),
    lock: of(state.lock('local')),
    files: git('status', '--porcelain'),
  });
}

/** Ends what a test that failed left running, so that the next one can begin. */
export async function endRuns(): Promise<void> {
  for (const { directory, run, status } of runs()) {
    if (status !== 'running') continue;
    new RunControl(directory).cancel('a test');
    await patiently(
      `the end of ${run}`,
      RUN_LIMIT_MS,
      () => runs().find((one) => one.run === run)?.status !== 'running',
    );
  }
}

export function closingText(run: ListedRun | undefined): string {
  if (!run) return 'no run';
  const file = join(run.directory, 'journal.jsonl');
  return existsSync(file) ? (readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '') : '';
}

export async function patiently<Value>(
  what: string,
  limit: number,
  look: () => Value | undefined | false,
): Promise<Value> {
  const end = Date.now() + limit;
  for (;;) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

export function live(environment = 'local'): StoredRelease | undefined {
  return new ReleaseHistory(Ledger.read(root().ledger(environment))).live();
}

/** What the router of Terraform points to. */
export function routedTo(): string {
  const state = JSON.parse(read('terraform/terraform.tfstate')) as {
    readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  };
  return String(state.outputs['active_colour']?.value);
}

/** The text of the document that is shown. */
export function shownText(): string {
  return vscode.window.activeTextEditor?.document.getText() ?? '';
}

/** Waits until a document with such a text is shown. */
export function shows(pattern: RegExp): Promise<string> {
  return until(`a document like ${pattern}`, () => {
    const text = shownText();
    return pattern.test(text) ? text : undefined;
  });
}

/** Number of runs that were ever created. */
export function countRuns(): number {
  return existsSync(root().runs) ? readdirSync(root().runs).length : 0;
}
