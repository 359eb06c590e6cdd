import type { Range } from '../core/text';

/** What would make a reference longer: `nginx:1.27` does not stand in full where the text says `nginx:1.27.3`. */
const MORE = /^[\w.:@/+${-]/;

/** Whether a reference still stands at a range, in full. */
export function standsAt(text: string, { start, end }: Range, reference: string): boolean {
  return text.slice(start, end) === reference && !MORE.test(text.slice(end, end + 1));
}
