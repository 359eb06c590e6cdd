import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { startEngine } from '../../../../release/src/api/start-run';
import { extensionApi, folder, until } from '../editor';
import {
  answering,
  countRuns,
  ended,
  everything,
  execute,
  git,
  reaches,
  read,
  releaseModule,
  root,
  runs,
  runsRealTools,
  shopFolder,
  shows,
  write,
  writeVersion,
} from './shop';

describe('delivery, when something is wrong', function () {
  runsRealTools(this);

  it('proposes a pipeline where there is none, and writes nothing', async () => {
    const bare = folder('bare');
    const ask = await answering();
    await execute('bakeImage', vscode.Uri.joinPath(bare, 'Dockerfile'));
    assert.match(ask.find(/There is no pipeline here/) ?? '', /Set Up Pipeline/);
    await execute('setUpPipeline', vscode.Uri.joinPath(bare, 'Dockerfile'));
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document?.isUntitled, 'no untitled document is shown');
    assert.match(document.getText(), /^version: 1$/m);
    assert.match(document.getText(), /dockerfile: Dockerfile/);
    assert.equal((await vscode.workspace.findFiles('bare/immutable.yaml')).length, 0);
  });

  it('names what is wrong in immutable.yaml, and opens it at the place', async () => {
    const yaml = read('immutable.yaml');
    const before = countRuns();
    write('immutable.yaml', yaml.replace('template: packer', 'templat: packer'));
    try {
      const ask = (await answering()).on(/cannot be used/, 'Open at the Place');
      await execute('deploy');
      assert.match(
        ask.find(/cannot be used/) ?? '',
        /^error immutable.yaml cannot be used. Correct it first. \d+:\d+: /,
      );
      const editor = vscode.window.activeTextEditor;
      assert.ok(editor);
      assert.ok(editor.document.uri.path.endsWith('/immutable.yaml'));
      const line = yaml.split('\n').findIndex((text) => text.includes('template: packer'));
      assert.ok(Math.abs(editor.selection.start.line - line) <= 1, `line ${editor.selection.start.line}, not ${line}`);
      await until('a problem', () => vscode.languages.getDiagnostics(editor.document.uri).length > 0);
      assert.equal(countRuns(), before);
    } finally {
      write('immutable.yaml', yaml);
    }
    const { inspect } = await releaseModule();
    await until('the pipeline again', () => inspect.releaseRows().length > 0);
  });

  it('names a tool that is missing, and how to get it', async () => {
    const before = countRuns();
    const path = process.env['PATH'];
    const directory = join(dirname(shopFolder()), 'no-tools');
    mkdirSync(directory, { recursive: true });
    process.env['PATH'] = directory;
    try {
      const ask = await answering();
      await execute('deploy');
      const text = ask.find(/^error /) ?? ask.asked.join('\n');
      assert.match(text, /packer is needed to bake vm/);
      assert.match(text, /Version 1.6 or later: https:/);
      assert.match(text, /terraform, tofu is needed to deploy to local/);
    } finally {
      process.env['PATH'] = path;
    }
    assert.equal(countRuns(), before);
  });

  it('warns of changes that are not committed, and starts nothing when that is not wanted', async () => {
    const before = countRuns();
    write('packer/files/shop.conf', 'version = 7\nhealth = ok\n');
    const ask = await answering();
    await execute('deploy');
    assert.match(ask.find(/^modal Some files are changed/) ?? '', /recorded as dirty/);
    assert.equal(countRuns(), before);
    writeVersion(7);
  });

  it('shows the findings that stop a run with their fixes, and keeps the reason of an override', async () => {
    write('Dockerfile', 'FROM node:latest\nEXPOSE 22 80\nUSER app\nCMD ["node", "a.js"]\n');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'A Dockerfile');
    try {
      const ask = (await answering()).on(/was refused before anything was changed/, 'Show Findings');
      await execute('deploy');
      assert.equal((await ended()).progress.outcome, 'refused');
      const pick = await until('the findings', () => ask.find(/^pick \d+ findings stop this run/));
      assert.match(pick, /Dockerfile:1 \| mutable-reference\/image-latest/);
      assert.match(pick, /Fix: /);
      const again = (await answering())
        .on(/was refused/, 'Override…')
        .on(/^text Override/, 'a demo that nobody deploys')
        .on(/^text Override/, 'a demo that nobody deploys')
        .on(/^text Override/, 'a demo that nobody deploys')
        .on(/plan waits/, 'Discard');
      await execute('deploy');
      const run = await until('a run that went on', () => {
        const [newest] = runs();
        return newest?.spec.decisions.overrides.length !== 0 && newest?.progress.plan ? newest : undefined;
      });
      assert.ok(run.spec.decisions.overrides.every(({ reason }) => reason === 'a demo that nobody deploys'));
      assert.ok(run.spec.decisions.overrides.some(({ rule }) => rule === 'mutable-reference/image-latest'));
      assert.equal((await ended()).progress.outcome, 'refused');
      assert.ok(again.find(/plan waits/));
    } finally {
      rmSync(join(shopFolder(), 'Dockerfile'));
      writeVersion(8);
    }
  });

  it('asks for the name of a protected environment', async () => {
    const yaml = read('immutable.yaml');
    write(
      'immutable.yaml',
      yaml
        .replace('  local:\n', '  local:\n    protected: true\n')
        .replace('rollback: { auto: on-health-failure }', 'rollback: { mode: image }'),
    );
    git('commit', '--quiet', '--all', '--message', 'Protected');
    try {
      const ask = (await answering()).on(/plan waits/, 'Approve…').on(/^modal Deploy to local/, 'Apply This Plan');
      await execute('deploy');
      await reaches('AWAITING_APPROVAL');
      await until('the name is asked for', () => ask.find(/^text .*: Type local to go on/));
      assert.equal(runs()[0]?.progress.state, 'AWAITING_APPROVAL');
      ask.on(/^modal Stop/, 'Stop the Run');
      await execute('cancelRun');
      assert.equal((await ended()).progress.outcome, 'cancelled');
    } finally {
      write('immutable.yaml', yaml);
      git('commit', '--quiet', '--all', '--message', 'Not protected');
    }
  });

  it('says who holds a lock, and takes it over only when it is typed with a reason', async () => {
    const path = root().lock('local');
    mkdirSync(dirname(path), { recursive: true });
    const holder = {
      v: 1,
      token: 'b0b',
      user: 'bob',
      run: 'SOMEWHERE',
      since: '2026-11-21T00:00:00Z',
      pid: 4,
      start: '1',
      boot: 'other',
      namespace: 'other',
      host: 'elsewhere',
      machine: 'other',
    };
    writeFileSync(path, JSON.stringify(holder));
    const before = countRuns();
    const ask = await answering();
    await execute('deploy');
    assert.match(ask.find(/is locked by/) ?? ask.asked.join('\n'), /bob@elsewhere.*[^]*Take Over Lock…/);
    assert.equal(countRuns(), before);
    // Left at any of its questions, the lock stays.
    const held = everything();
    const questions = [
      [/^modal Take over the lock of local/, 'Take Over'],
      [/Type local to go on/, 'local'],
      [/^text .*Why\?/, ''],
    ] as const;
    for (const [index, [last]] of questions.entries()) {
      const leaving = await answering();
      for (const [pattern, answer] of questions.slice(0, index)) leaving.on(pattern, answer);
      await execute('takeOverLock');
      assert.ok(leaving.find(last), leaving.asked.join('\n'));
      assert.equal(everything(), held);
    }
    const taking = (await answering())
      .on(/^modal Take over the lock of local/, 'Take Over')
      .on(/Type local to go on/, 'local')
      .on(/^text .*Why\?/, 'his machine was sold');
    await execute('takeOverLock');
    assert.ok(taking.find(/The lock of local is ended/), taking.asked.join('\n'));
    const last = Ledger.read(root().ledger('local')).records().at(-1);
    assert.equal(last?.type, 'lock.stolen');
    assert.equal(last['because'], 'his machine was sold');
    assert.notEqual(hostname(), 'elsewhere');
    assert.ok(userInfo().username.length > 0);
  });

  it('follows a run that another window or the command line started, and decides on it', async () => {
    // What another window writes is what the engine reads: a run in the same files.
    const ask = await answering();
    const { inspect } = await releaseModule();
    const last = runs().find(({ spec }) => spec.kind === 'deploy');
    assert.ok(last);
    const id = nextUlid();
    const spec = {
      ...last.spec,
      pipeline: read('immutable.yaml'),
      run: id,
      createdAt: new Date().toISOString(),
      actor: { ...last.spec.actor, via: 'cli' },
    };
    mkdirSync(root().run(id));
    writeFileSync(join(root().run(id), 'spec.json'), JSON.stringify(spec));
    const engine = vscode.extensions.getExtension('immutable-infra.immutable-infra')?.extensionPath ?? '';
    startEngine(root(), id, join(engine, 'dist/engine.js'));
    await reaches('AWAITING_APPROVAL');
    await until('the run in the view', () => inspect.runRows().some(({ run }) => run === id));
    await until('the status bar', () => /plan waits/.test(inspect.statusBar() ?? ''));
    // Nobody of this window asked for it, so nothing pops up.
    assert.equal(ask.find(/plan waits for you/), undefined);
    ask.on(/^modal Deploy/, 'Apply This Plan');
    await execute('approvePlan', { run: id });
    assert.equal((await ended()).progress.outcome, 'live');
  });

  it('refuses a second run while one goes on, and offers to show it', async () => {
    writeVersion(9);
    const ask = await answering();
    await execute('deploy');
    const first = await reaches('AWAITING_APPROVAL');
    const before = countRuns();
    await execute('deploy');
    assert.match(
      ask.find(/is locked by/) ?? ask.asked.join('\n'),
      /Wait until that run is over, or cancel it.[^]*Show Run/,
    );
    assert.equal(countRuns(), before);
    ask.on(/^modal Stop/, 'Stop the Run');
    await execute('cancelRun', { run: first.run });
    await ended();
  });

  it('tells an engine that cannot start', async () => {
    const ask = await answering();
    const api = await extensionApi();
    assert.ok(api.release);
    await execute('deploy');
    const run = await reaches('AWAITING_APPROVAL');
    const { pid } = JSON.parse(await readText(join(run.directory, 'engine.json'))) as { readonly pid: number };
    process.kill(pid, 'SIGKILL');
    await until('the message', () => ask.find(/was interrupted/));
    ask.on(/^modal Go on with/, 'Resume').on(/plan waits/, 'Discard');
    await execute('resumeRun', { run: run.run });
    assert.equal((await ended()).progress.outcome, 'refused');
  });

  it('keeps what it says of the ledger when somebody changed it', async () => {
    await answering();
    const path = root().ledger('local');
    const text = await readText(path);
    writeFileSync(path, text.replace('"deploy"', '"deplay"'));
    try {
      await execute('verifyLedger');
      assert.match(await shows(/The history is not as it was written/), /somebody changed the file/);
    } finally {
      writeFileSync(path, text);
    }
  });
});

async function readText(path: string): Promise<string> {
  return Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.file(path))).toString();
}

/** An id behind all others. */
function nextUlid(): string {
  const time = Date.now();
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let text = '';
  for (let rest = time, index = 0; index < 10; index++, rest = Math.floor(rest / 32))
    text = (digits[rest % 32] ?? '0') + text;
  return `${text}${'0'.repeat(15)}Z`;
}
