import type { Output } from './io';

/** How often the line is drawn, in milliseconds. */
const INTERVAL = 80;

/** One line on a terminal that says how far a run is. It is taken away before anything else is printed. */
export class ProgressLine {
  private lastDrawn = 0;
  private isDrawn = false;

  constructor(
    private readonly output: Output,
    private readonly enabled: boolean,
  ) {}

  update(pass: string, done: number, total: number): void {
    if (!this.enabled) return;
    const now = Date.now();
    if (now - this.lastDrawn < INTERVAL) return;
    this.lastDrawn = now;
    this.isDrawn = true;
    this.output.write(`\r\u001b[K${pass} ${done}/${total}`);
  }

  clear(): void {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    this.output.write('\r\u001b[K');
  }
}
