import type { RunEvent } from '../../../../release/src/run/events';

/** A run as a log: what it told, with what each step printed where it was started. */
export function runLog(events: readonly RunEvent[], outputOf: (path: string) => string | undefined): string {
  const lines: string[] = [];
  let lastProbe = '';
  for (const event of events) {
    switch (event.type) {
      case 'state':
        lines.push(`> ${event.text}`);
        break;
      case 'step':
        lines.push(...stepLines(event, outputOf));
        break;
      case 'progress':
        lines.push(`  ${event.text}`);
        break;
      case 'probe': {
        const probe = `  ${event.healthy ? '✓' : '✗'} ${event.check}: ${event.detail}`;
        // The same answer again says nothing new.
        if (probe !== lastProbe) lines.push(probe);
        lastProbe = probe;
        break;
      }
      case 'approval':
        lines.push(`? the plan ${event.plan} waits for approval`);
        break;
      case 'notes':
        lines.push(event.text);
        break;
      case 'warning':
        lines.push(`! ${event.text}`);
        break;
      case 'problem':
        lines.push(`✗ ${event.text}`);
        break;
      case 'closed':
        lines.push(`■ ${event.outcome}: ${event.text}`);
        break;
    }
  }
  return `${lines.join('\n')}\n`;
}

function stepLines(
  { name, phase, log, code }: Extract<RunEvent, { readonly type: 'step' }>,
  outputOf: (path: string) => string | undefined,
): readonly string[] {
  if (phase === 'ended') return [`── ${name} ended${code === null ? '' : ` with ${code}`} ──`];
  const output = log === null ? undefined : outputOf(log);
  return [`── ${name} ──`, ...(output === undefined || output === '' ? [] : [output.replace(/\n$/, '')])];
}

/** Events of the text of `events.jsonl`; a line that is not whole yet is left out. */
export function eventsIn(text: string): readonly RunEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RunEvent];
    } catch {
      return [];
    }
  });
}
