/**
 * What tools print for programs, as people read it: the JSON lines of Terraform and OpenTofu (`-json`), and the
 * machine-readable lines of Packer. Any other line stays as it is.
 *
 * Sources: Terraform documentation, "Machine-Readable UI"; Packer documentation, "Machine-Readable Output".
 */
export function readableText(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => fromTerraform(line) ?? fromPacker(line) ?? [line])
    .join('\n');
}

interface TerraformLine {
  readonly '@message'?: unknown;
  readonly diagnostic?: {
    readonly severity?: unknown;
    readonly summary?: unknown;
    readonly detail?: unknown;
    readonly range?: { readonly filename?: unknown; readonly start?: { readonly line?: unknown } };
  };
}

function fromTerraform(line: string): readonly string[] | undefined {
  if (!line.startsWith('{"@')) return undefined;
  const read = parse(line);
  const message = read?.['@message'];
  if (typeof message !== 'string') return undefined;
  const { severity, summary, detail, range } = read?.diagnostic ?? {};
  if (typeof summary !== 'string') return [message];
  const place =
    typeof range?.filename === 'string' && typeof range.start?.line === 'number'
      ? [`  on ${range.filename} line ${range.start.line}`]
      : [];
  const more = typeof detail === 'string' && detail !== '' ? detail.split('\n').map((one) => `  ${one}`) : [];
  return [`${severity === 'warning' ? 'Warning' : 'Error'}: ${summary}`, ...place, ...more];
}

function parse(line: string): TerraformLine | undefined {
  try {
    return JSON.parse(line) as TerraformLine;
  } catch {
    // A line that is not whole yet.
    return undefined;
  }
}

/** `1468250246,amazon-ebs,ui,say,text`: what is no message is for programs only. */
function fromPacker(line: string): readonly string[] | undefined {
  const [, type, data = ''] = /^\d{9,11},[^,]*,([a-z-]+)(?:,(.*))?$/.exec(line) ?? [];
  if (type === undefined) return undefined;
  const [, level, text] = /^(say|message|error),(.*)$/.exec(data) ?? [];
  if (type !== 'ui' || text === undefined) return [];
  const plain = text.replace(/%!\(PACKER_COMMA\)/g, ',').replace(/\\r/g, '');
  return plain.split('\\n').map((one) => (level === 'error' ? `Error: ${one}` : one));
}
