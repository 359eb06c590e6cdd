import { readFileSync } from 'node:fs';
import type { RunEvent } from '../../../release/src/run/events';
import type { Io } from '../io';
import { printable, styleFor, wantsColor } from '../terminal';

/** Tells a run as it goes: one line for each thing that happens, or one JSON object with `--json`. */
export class Narrator {
  private readonly style;
  private lastState = '';
  /** The last answer of each check: the same answer again is not told again. */
  private readonly lastAnswers = new Map<string, string>();

  constructor(
    private readonly io: Io,
    private readonly isJson: boolean,
  ) {
    this.style = styleFor(wantsColor(undefined, io.stdout.isTty, io.env));
  }

  tell(event: RunEvent): void {
    if (this.isJson) this.io.stdout.write(`${JSON.stringify({ v: 1, ...event })}\n`);
    else this.print(event);
  }

  private print(event: RunEvent): void {
    const { style } = this;
    switch (event.type) {
      case 'state':
        if (event.text !== this.lastState) this.line(`${style.bold('›')} ${printable(event.text)}`);
        this.lastState = event.text;
        return;
      case 'step':
        // Codes mean what each tool means by them; whoever ran it says what went wrong.
        return;
      case 'progress':
        return this.line(`  ${printable(event.text)}`);
      case 'notes':
        return this.line(printable(event.text));
      case 'probe':
        return this.printProbe(event);
      case 'approval':
        return this.line(`\n${printable(readFileSync(event.document, 'utf8'))}`);
      case 'warning':
        return this.line(`${style.yellow('!')} ${printable(event.text)}`);
      case 'problem':
        return this.line(`${style.red('✗')} ${printable(event.text)}`);
      case 'closed':
        return this.line(
          `${event.outcome === 'live' || event.outcome === 'baked' ? style.green('✓') : style.yellow('■')} ${printable(event.text)}`,
        );
    }
  }

  private printProbe({ check, healthy, detail }: Extract<RunEvent, { type: 'probe' }>): void {
    const isNew = this.lastAnswers.get(check) !== detail;
    this.lastAnswers.set(check, detail);
    if (isNew && !healthy) this.line(this.style.dim(`  ${printable(`${check}: ${detail}`)}`));
  }

  private line(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }
}
