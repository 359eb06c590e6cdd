import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import { isLogVariable, linkedToStream, logFiles, unitLogFiles } from '../../../../server/src/model/commands/log-files';
import { scriptOf } from './support';

/** Every log file of a script, with the text that its fix would drop or replace. */
function found(text: string): string[] {
  const script = scriptOf(text);
  return script.commands.flatMap((command) =>
    logFiles(command, script).map(({ path, redirect }) =>
      redirect ? `${path} drops "${text.slice(redirect.start, redirect.end)}"` : path,
    ),
  );
}

describe('logFiles', () => {
  it.each([
    ['app > /var/log/a.log 2>&1', ['/var/log/a.log drops " > /var/log/a.log"']],
    ['app 2>>err.log', ['err.log drops " 2>>err.log"']],
    ['app &>/logs/x', ['/logs/x drops " &>/logs/x"']],
    ['app >"/var/log/a.log"', ['/var/log/a.log drops " >"/var/log/a.log""']],
    ['app | tee -a /var/log/a.log', ['/var/log/a.log drops " | tee -a /var/log/a.log"']],
    ['app 2>&1 |tee /var/log/a.log | b', ['/var/log/a.log']],
    ['(a; b) | tee /var/log/a.log', ['/var/log/a.log']],
    ['{ a; b; } 2>&1 | tee /var/log/a.log', ['/var/log/a.log']],
    ['a |& sudo tee /var/log/a.log &', ['/var/log/a.log drops " |& sudo tee /var/log/a.log"']],
    ['app | tee /var/log/a.log b.txt', ['/var/log/a.log']],
    ['exec > >(tee /var/log/a.log | logger)', ['/var/log/a.log']],
    ['app --log-file=/x/a.txt', ['/x/a.txt']],
    ['java -Xlog:gc*,safepoint:file=/var/log/gc.log:time:filecount=5 -jar a.jar', ['/var/log/gc.log']],
    ['java -Xloggc:/var/log/gc.log', ['/var/log/gc.log']],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    'app > /dev/null 2>&1',
    'app >&2',
    'app > /backup/db.sql',
    'echo a > /var/log/a.log',
    'app < /var/log/a.log',
    'tee /var/log/a.log < x',
    'app --log-file=- --log-level=debug',
    'app > $LOG_DIR/app.log',
    'app > /var/log/a.log & tail -f /var/log/a.log',
  ])('%s: none', (text) => {
    expect(found(text)).toEqual([]);
  });
});

it('names of variables', () => {
  expect(['LOG_FILE', 'APP_LOG_PATH', 'LOGFILE'].filter(isLogVariable)).toHaveLength(3);
  expect(['LOG_LEVEL', 'CATALOG_FILE', 'LOG_DIR', 'LOG_FILENAMES'].filter(isLogVariable)).toEqual([]);
});

it('systemd units', () => {
  const unit = MappedText.verbatim('[Service]\nStandardOutput=append:/a.log\nStandardError=journal\n', 10);
  expect(unitLogFiles(unit)).toMatchObject([{ path: '/a.log', at: { start: 42, end: 48 } }]);
});

it('links to streams', () => {
  const text = 'ln -sf /dev/stdout /a.log && ln -s -f /proc/1/fd/2 /b.log; ln -s /data /c.log';
  expect(linkedToStream(text)).toEqual(['/a.log', '/b.log']);
});
