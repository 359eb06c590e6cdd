import type { Instance } from '../../../release/src/api/detect-drift';
import { printable, type Style } from '../terminal';

/** One thing that runs, on one line: its place, its image, its release, and whether that is right. */
export function instanceLine(
  { name, id, slot, image, release, state, hasTraffic, match }: Instance,
  style: Style,
): string {
  const marks = { match: style.green('✓'), mismatch: style.red('✗'), unknown: style.yellow('?') };
  const parts = [
    id === '' || id === name ? name : `${name} ${id}`,
    ...(slot === null || slot === name ? [] : [`on ${slot}`]),
    shortImage(image),
    release === null ? 'no release' : release,
    state,
    ...(hasTraffic ? ['has the traffic'] : []),
  ];
  return `${marks[match]} ${parts.map(printable).join('  ')}`;
}

/** `sha256:` and twelve digits are enough for people. */
function shortImage(image: string | null): string {
  return image === null ? 'image unknown' : image.replace(/sha256:([0-9a-f]{12})[0-9a-f]+/, 'sha256:$1');
}
