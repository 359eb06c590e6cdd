import { readIfThere } from '../../durable/files';

/** What `terraform apply -json` told about one run, as far as it got. */
export interface TerraformStream {
  /** Addresses that the plan was about to change. */
  readonly planned: readonly string[];
  /** Addresses whose change began, and how it was called: `create`, `update`, `delete`, … */
  readonly started: ReadonlyMap<string, string>;
  /** Addresses whose change ended, well or not. */
  readonly ended: ReadonlySet<string>;
  /** Errors, in words. */
  readonly errors: readonly string[];
}

interface StreamLine {
  readonly type?: string;
  readonly '@level'?: string;
  readonly '@message'?: string;
  readonly change?: { readonly resource?: { readonly addr?: string } };
  readonly hook?: { readonly resource?: { readonly addr?: string }; readonly action?: string };
  readonly diagnostic?: { readonly severity?: string; readonly summary?: string; readonly detail?: string };
}

/**
 * Reads the JSON lines of `terraform plan -json` and `apply -json` ("Machine-Readable UI"). Lines of other types and
 * lines that are no JSON are passed over.
 */
export function readStream(file: string): TerraformStream {
  const planned: string[] = [];
  const started = new Map<string, string>();
  const ended = new Set<string>();
  const errors: string[] = [];
  for (const text of (readIfThere(file) ?? '').split('\n')) {
    const line = parse(text);
    const address = line?.hook?.resource?.addr ?? '';
    switch (line?.type) {
      case 'planned_change':
        planned.push(line.change?.resource?.addr ?? '');
        break;
      case 'apply_start':
        started.set(address, line.hook?.action ?? '');
        break;
      case 'apply_complete':
      case 'apply_errored':
        ended.add(address);
        break;
      case 'diagnostic':
        if (line.diagnostic?.severity === 'error') errors.push(inWords(line.diagnostic));
        break;
      default:
        break;
    }
  }
  return { planned, started, ended, errors };
}

function parse(text: string): StreamLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as StreamLine;
  } catch {
    // Cut off by whoever killed the tool.
    return undefined;
  }
}

function inWords({ summary = '', detail = '' }: NonNullable<StreamLine['diagnostic']>): string {
  return detail === '' ? summary : `${summary}: ${detail.replace(/\s+/g, ' ').trim()}`;
}
