// One of several programs that want one environment, in one clone or in several. Arguments: mode, clone, name, folder
// that all share. `once` takes the environment when it can, says so, and keeps it until its input ends. `fight` takes
// it, adds a record, says which, gives it back, and starts again until it is killed.
import { appendFileSync, readFileSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_CLOCKS } from '../../../release/src/durable/chained-log';
import { Ledger } from '../../../release/src/ledger/ledger';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { identify, livenessOf, thisProcess, type ProcessIdentity } from '../../../release/src/machine/process-identity';
import { Git } from '../../../release/src/shared-ledger/git';
import { SharedLedger } from '../../../release/src/shared-ledger/shared-ledger';
import { TeamRef } from '../../../release/src/shared-ledger/team-ref';
import { findStateRoot } from '../../../release/src/state-root';

const [mode = '', clone = '', name = '', common = ''] = process.argv.slice(2);
const root = findStateRoot(clone);
const inside = join(common, 'inside');
const isShared = mode !== 'local-once';

function open(): SharedLedger {
  const git = Git.find(clone);
  if (typeof git === 'string') throw new Error(git);
  return new SharedLedger(new TeamRef(git, 'origin', 'production', 60_000), root);
}

/** The environment, in this clone and in the team; undefined when somebody else has it. */
function take(): { readonly lock: EnvironmentLock; readonly share: SharedLedger | undefined } | undefined {
  const taken = EnvironmentLock.acquire(root.lock('production'), name);
  if (taken.kind === 'held') return undefined;
  const share = isShared ? open() : undefined;
  if (share?.claim(taken.lock, taken.lock.holder).kind !== 'held') return { lock: taken.lock, share };
  taken.lock.release();
  return undefined;
}

if (mode === 'fight') {
  for (let count = 0; ; count++) {
    const taken = take();
    if (!taken) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      continue;
    }
    const { lock, share } = taken;
    enter();
    const fence = {
      assertHeld: () => {
        lock.assertHeld();
        share?.assertHeld();
      },
    };
    const ledger = Ledger.open(root.ledger('production'), root.torn, fence, SYSTEM_CLOCKS, share);
    const id = `${name}-${count}`;
    ledger.append({ type: 'note', run: name, id });
    // The acknowledgement goes out after the append only. A pipe takes a short line in one piece.
    writeSync(1, `${id}\n`);
    ledger.close();
    unlinkSync(inside);
    share?.leave();
    lock.release();
  }
} else {
  const taken = take();
  writeSync(1, taken ? 'taken\n' : 'held\n');
  process.stdin.resume();
  process.stdin.on('end', () => {
    taken?.share?.leave();
    taken?.lock.release();
  });
}

/** Tells when two live programs are inside at once. */
function enter(): void {
  const me = JSON.stringify(thisProcess());
  try {
    writeFileSync(inside, me, { flag: 'wx' });
  } catch {
    const other = parse(readFileSync(inside, 'utf8'));
    if (other && other.pid !== process.pid && livenessOf(other) === 'alive') {
      appendFileSync(join(common, 'violations'), `${name} met ${JSON.stringify(identify(other.pid))}\n`);
    }
    writeFileSync(inside, me);
  }
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    // Its writer was killed in the middle.
    return undefined;
  }
}
