// One of several programs that fight for a ledger: takes the lock, adds a record, says so, and starts again until it
// is killed. Arguments: state root, name.
import { appendFileSync, readFileSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { Ledger } from '../../../release/src/ledger/ledger';
import { identify, livenessOf, thisProcess, type ProcessIdentity } from '../../../release/src/machine/process-identity';

const [root = '', name = ''] = process.argv.slice(2);
const inside = join(root, 'inside');
let stolen = 0;

for (let count = 0; ; count++) {
  const taken = EnvironmentLock.acquire(join(root, 'locks', 'production.lock'), name);
  if (taken.kind === 'held') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    continue;
  }
  if (taken.stolenFrom) stolen++;
  enter();
  const ledger = Ledger.open(join(root, 'ledger', 'production.jsonl'), join(root, 'torn'), taken.lock);
  const id = `${name}-${count}`;
  ledger.append({ type: 'note', run: name, id, stolen });
  // The acknowledgement goes out after the append only. A pipe takes a short line in one piece.
  writeSync(1, `${id}\n`);
  ledger.close();
  unlinkSync(inside);
  taken.lock.release();
}

/** Tells when two live programs are inside at once. */
function enter(): void {
  const me = JSON.stringify(thisProcess());
  try {
    writeFileSync(inside, me, { flag: 'wx' });
  } catch {
    const other = parse(readFileSync(inside, 'utf8'));
    if (other && other.pid !== process.pid && livenessOf(other) === 'alive') {
      appendFileSync(join(root, 'violations'), `${name} met ${JSON.stringify(identify(other.pid))}\n`);
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
