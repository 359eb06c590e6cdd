import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../../release/src/run/events';
import { formatLogPath, parseLogPath, stepNamed } from '../../../../client/src/release/logs/log-path';
import { placesIn } from '../../../../client/src/release/logs/log-places';
import { plainText } from '../../../../client/src/release/logs/plain-text';
import { readableText } from '../../../../client/src/release/logs/readable';
import { eventsIn, runLog } from '../../../../client/src/release/logs/run-log';

const RUN = '01J0000000000000000000000A';

describe('places in a log', () => {
  /** `path:line:column` of each place, and what is clickable. */
  function places(text: string): string[] {
    return placesIn(text).map(
      ({ path, line, column, start, end }) =>
        `${path}|${line}${column === undefined ? '' : `|${column}`}|${text.slice(start, end)}`,
    );
  }

  it.each([
    ['  on main.tf line 12, in resource "aws_instance" "app":', ['main.tf|12|main.tf line 12']],
    ['Error: x  on modules/web/main.tf line 3:', ['modules/web/main.tf|3|modules/web/main.tf line 3']],
    ['on shop.pkr.hcl line 7, in build:', ['shop.pkr.hcl|7|shop.pkr.hcl line 7']],
    ['Dockerfile:5', ['Dockerfile|5|Dockerfile:5']],
    ['ERROR in ./src/app.ts:10:3 something', ['./src/app.ts|10|3|./src/app.ts:10:3']],
    ['web/Dockerfile:4:1: error: no (mutable-reference/image-latest)', ['web/Dockerfile|4|1|web/Dockerfile:4:1']],
    ['./run.sh: line 12: foo: command not found', ['./run.sh|12|./run.sh: line 12']],
    ['C:\\app\\main.ts:3:9', ['C:\\app\\main.ts|3|9|C:\\app\\main.ts:3:9']],
    ['(see a.ts:1) and b.ts:2', ['a.ts|1|a.ts:1', 'b.ts|2|b.ts:2']],
  ])('%s', (text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  it.each([
    '2026-11-21T10:30:15 starting',
    'listening on 127.0.0.1:8080',
    'GET http://127.0.0.1:8080/health',
    'https://example.com:443/x',
    'registry.example:5000/web:1.2.3',
    'sha256:0123456789abcdef',
    'ratio 1:2',
    'x'.repeat(3000) + ' a.ts:1',
  ])('none in `%s`', (text) => {
    expect(places(text)).toEqual([]);
  });

  it('never overlap, whatever a tool prints', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '.', ':', '1', ' ', '/', 'line ', 'on ', 'x.tf') }),
        (text) => {
          const found = placesIn(text);
          for (const [index, { start, end }] of found.entries()) {
            expect(start).toBeLessThan(end);
            expect(start).toBeGreaterThanOrEqual(found[index - 1]?.end ?? 0);
          }
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('the text of a log', () => {
  it.each([
    ['colours', '\x1b[1;31mError\x1b[0m: x', 'Error: x'],
    ['titles and links', '\x1b]0;title\x07a\x1b]8;;command:evil\x1b\\b', 'ab'],
    ['an unfinished sequence', 'a\x1b]8;;command:evil', 'a'],
    ['progress that was overwritten', 'one\r 50 %\r100 %\nnext', '100 %\nnext'],
    ['CRLF', 'a\r\nb\r\r\nc', 'a\nb\nc'],
    ['text that runs backwards', 'a\u202Ecod.exe\u2066b', 'acod.exeb'],
    ['bells and backspaces', 'a\x07\x08b\tc', 'ab\tc'],
  ])('is without %s', (_name, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  it('holds no control character but tab and line feed, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\x1b', '[', ']', '8', ';', 'm', '\x07', '\r', '\n', 'a', '\x9b', '\\') }),
        (text) => {
          expect(plainText(text)).toMatch(/^[\n\x20-\x7e]*$/);
        },
      ),
      { seed: 8, numRuns: 500 },
    );
  });
});

describe('what tools print for programs', () => {
  it('is told as people read it: Terraform', () => {
    const lines = [
      '{"@level":"info","@message":"terraform_data.a: Creating...","type":"apply_start"}',
      JSON.stringify({
        '@level': 'error',
        '@message': 'Error: Bad',
        diagnostic: {
          severity: 'error',
          summary: 'Bad',
          detail: 'First.\nSecond.',
          range: { filename: 'main.tf', start: { line: 7, column: 1 } },
        },
      }),
      '{"@level":"info","@mess',
      '{"a":1}',
    ];
    const text = readableText(lines.join('\n'));
    expect(text.split('\n')).toEqual([
      'terraform_data.a: Creating...',
      'Error: Bad',
      '  on main.tf line 7',
      '  First.',
      '  Second.',
      '{"@level":"info","@mess',
      '{"a":1}',
    ]);
    expect(placesIn(text.split('\n')[2] ?? '')).toMatchObject([{ path: 'main.tf', line: 7 }]);
  });

  it('is told as people read it: Packer', () => {
    const lines = [
      '1795271930,,ui,say,--> file.shop: one%!(PACKER_COMMA) two\\nthree',
      '1795271930,,ui,error,no such file',
      '1795271930,file.shop,artifact,1,id,File',
      '1795271930 is a number, and this a text',
    ];
    expect(readableText(lines.join('\n')).split('\n')).toEqual([
      '--> file.shop: one, two',
      'three',
      'Error: no such file',
      '1795271930 is a number, and this a text',
    ]);
  });
});

describe('the path of a log', () => {
  it.each([
    [{ run: RUN, step: '03-apply' }, `/${RUN}/03-apply.log`],
    [{ run: RUN, step: undefined }, `/${RUN}/run.log`],
  ])('%j', (path, text) => {
    expect(formatLogPath(path)).toBe(text);
    expect(parseLogPath(text)).toEqual(path);
  });

  it.each([
    `/${RUN}/../../spec.log`,
    `/${RUN}/03-../x.log`,
    '/../x/run.log',
    `/${RUN}/03-apply/x.log`,
    `/${RUN}/spec.json`,
  ])('reads nothing else: %s', (text) => {
    expect(parseLogPath(text)).toBeUndefined();
  });

  it('names the last step of a name', () => {
    const steps = ['01-bake', '02-test', '03-bake', '10-apply'];
    expect(stepNamed(steps, 'bake')).toBe('03-bake');
    expect(stepNamed(steps, '01-bake')).toBe('01-bake');
    expect(stepNamed(steps, 'route')).toBeUndefined();
  });
});

describe('the log of a run', () => {
  it('tells what happened in order, with what each step printed', () => {
    const events: RunEvent[] = [
      { type: 'state', state: 'BAKING', text: 'Baking web' },
      { type: 'step', name: 'bake', phase: 'started', log: '/r/steps/01-bake/out.log', code: null },
      { type: 'step', name: 'bake', phase: 'ended', log: '/r/steps/01-bake/out.log', code: 0 },
      { type: 'probe', check: 'http', healthy: false, detail: 'refused' },
      { type: 'probe', check: 'http', healthy: false, detail: 'refused' },
      { type: 'probe', check: 'http', healthy: true, detail: '200' },
      { type: 'warning', text: 'slow' },
      { type: 'approval', plan: 'sha256:aa', document: 'x', expires: 'y' },
      { type: 'closed', outcome: 'live', text: 'done' },
    ];
    const text = runLog(events, (path) => (path.includes('01-bake') ? 'STEP 1\nSTEP 2\n' : undefined));
    expect(text.split('\n')).toEqual([
      '> Baking web',
      '── bake ──',
      'STEP 1',
      'STEP 2',
      '── bake ended with 0 ──',
      '  ✗ http: refused',
      '  ✓ http: 200',
      '! slow',
      '? the plan sha256:aa waits for approval',
      '■ live: done',
      '',
    ]);
  });

  it('reads whole lines only', () => {
    const line = JSON.stringify({ v: 1, type: 'warning', text: 'a' });
    expect(eventsIn(`${line}\nnonsense\n${line.slice(0, 9)}`)).toEqual([{ v: 1, type: 'warning', text: 'a' }]);
  });
});
