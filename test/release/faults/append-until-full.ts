// Appends records until the file system takes no more, and says which of them were acknowledged.
import { Ledger } from '../../../release/src/ledger/ledger';
import { isDiskFull } from '../../../release/src/durable/disk-full';

const [path = '', torn = ''] = process.argv.slice(2);
const ledger = Ledger.open(path, torn, { assertHeld: () => undefined });
let failed = 0;
for (let id = 1; failed < 3; id++) {
  try {
    // Records of different lengths: some end at the limit, some are cut by it.
    ledger.append({ type: 'note', run: 'r', id, text: 'x'.repeat((id * 37) % 300) });
    process.stdout.write(`${id}\n`);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    failed++;
  }
}
ledger.close();
