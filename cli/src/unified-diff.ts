/** One step of turning one list of lines into another. */
interface Step {
  readonly kind: 'same' | 'gone' | 'new';
  readonly line: string;
}

/** Lines of context around a change. */
const CONTEXT = 3;

/** More different lines than this are shown as one block: finding the shortest script would take too long. */
const MAX_DISTANCE = 2000;

/**
 * The difference of two texts in the unified format, as `git apply` and `patch` read it.
 *
 * @returns `''` when the texts are the same
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const steps = compareLines(linesOf(before), linesOf(after));
  const hunks = hunksOf(steps);
  return `--- a/${path}\n+++ b/${path}\n${hunks.map((hunk) => writeHunk(steps, hunk)).join('')}`;
}

/** Lines with their terminators, so that a changed terminator is a change. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

interface Hunk {
  readonly start: number;
  readonly end: number;
}

function hunksOf(steps: readonly Step[]): Hunk[] {
  const hunks: { start: number; end: number }[] = [];
  steps.forEach((step, index) => {
    if (step.kind === 'same') return;
    const start = Math.max(0, index - CONTEXT);
    const end = Math.min(steps.length, index + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last && start <= last.end) last.end = end;
    else hunks.push({ start, end });
  });
  return hunks;
}

function writeHunk(steps: readonly Step[], { start, end }: Hunk): string {
  const count = (from: number, to: number, skipped: Step['kind']): number =>
    steps.slice(from, to).filter((step) => step.kind !== skipped).length;
  const side = (skipped: Step['kind']): string => {
    const length = count(start, end, skipped);
    const first = count(0, start, skipped) + (length === 0 ? 0 : 1);
    return length === 1 ? String(first) : `${first},${length}`;
  };
  const marks = { same: ' ', gone: '-', new: '+' };
  const lines = steps.slice(start, end).map(({ kind, line }) => {
    const isOpen = !line.endsWith('\n');
    return `${marks[kind]}${line}${isOpen ? '\n\\ No newline at end of file\n' : ''}`;
  });
  return `@@ -${side('new')} +${side('gone')} @@\n${lines.join('')}`;
}

function compareLines(before: readonly string[], after: readonly string[]): Step[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const same = (line: string): Step => ({ kind: 'same', line });
  return [
    ...before.slice(0, head).map(same),
    ...shortestScript(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy form with the whole trace kept. */
function shortestScript(before: readonly string[], after: readonly string[]): Step[] {
  const limit = Math.min(before.length + after.length, MAX_DISTANCE);
  const trace: Int32Array[] = [];
  const offset = limit + 1;
  let reached = new Int32Array(2 * limit + 3);
  for (let distance = 0; distance <= limit; distance++) {
    trace.push(reached);
    const next = reached.slice();
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const down = reached[offset + diagonal + 1] ?? 0;
      const right = reached[offset + diagonal - 1] ?? 0;
      const goesDown = diagonal === -distance || (diagonal !== distance && right < down);
      let x = goesDown ? down : right + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next[offset + diagonal] = x;
      if (x >= before.length && x - diagonal >= after.length) return backtrack(before, after, trace, offset);
    }
    reached = next;
  }
  return [
    ...before.map((line): Step => ({ kind: 'gone', line })),
    ...after.map((line): Step => ({ kind: 'new', line })),
  ];
}

function backtrack(
  before: readonly string[],
  after: readonly string[],
  trace: readonly Int32Array[],
  offset: number,
): Step[] {
  const steps: Step[] = [];
  let x = before.length;
  let y = after.length;
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const reached = trace[distance];
    const diagonal = x - y;
    const down = reached?.[offset + diagonal + 1] ?? 0;
    const right = reached?.[offset + diagonal - 1] ?? 0;
    const cameDown = diagonal === -distance || (diagonal !== distance && right < down);
    const previousX = distance === 0 ? 0 : cameDown ? down : right;
    const previousY = distance === 0 ? 0 : previousX - (cameDown ? diagonal + 1 : diagonal - 1);
    while (x > previousX && y > previousY) {
      if (distance > 0 && x === (cameDown ? previousX : previousX + 1) && y === (cameDown ? previousY + 1 : previousY))
        break;
      steps.push({ kind: 'same', line: before[--x] ?? '' });
      y--;
    }
    if (distance === 0) break;
    if (cameDown) steps.push({ kind: 'new', line: after[--y] ?? '' });
    else steps.push({ kind: 'gone', line: before[--x] ?? '' });
  }
  return steps.reverse();
}
