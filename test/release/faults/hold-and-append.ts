// Holds an environment and adds a record now and then, until it may not any more. Says how that was told.
import { join } from 'node:path';
import { Ledger } from '../../../release/src/ledger/ledger';
import { EnvironmentLock, LockLostError } from '../../../release/src/lock/environment-lock';

const [root = ''] = process.argv.slice(2);
const taken = EnvironmentLock.acquire(join(root, 'locks', 'production.lock'), 'sleeper');
if (taken.kind !== 'taken') throw new Error('somebody holds it');
const ledger = Ledger.open(join(root, 'ledger', 'production.jsonl'), join(root, 'torn'), taken.lock);
const timer = setInterval(() => {
  try {
    ledger.append({ type: 'note', run: 'sleeper' });
    process.stdout.write('added\n');
  } catch (error) {
    clearInterval(timer);
    process.stdout.write(`${error instanceof LockLostError ? error.code : String(error)}\n`);
  }
}, 20);
