// Makes a screenshot small enough for a repository: a palette does.
import { spawnSync } from 'node:child_process';
import { ensurePackages } from '../../../scripts/system-packages.mjs';

/**
 * @param {string} from the screenshot
 * @param {string} to the picture of the documentation
 * @throws when pngquant is missing and cannot be installed, or does not succeed
 */
export function shrink(from, to) {
  if (!ensurePackages(['pngquant'])) throw new Error('pngquant is needed to shrink the pictures. Install it first.');
  const words = ['--force', '--strip', '--quality', '60-90', '--speed', '1', '--output', to, from];
  const { status, stderr } = spawnSync('pngquant', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`pngquant could not shrink ${from}: ${stderr}`);
}
