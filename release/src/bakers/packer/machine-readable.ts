/** One artifact of a build, as `packer build -machine-readable` names it. */
export interface PackerArtifact {
  /** `amazon-ebs.app` */
  readonly build: string;
  readonly builder: string;
  /** `eu-west-1:ami-…`; the constant `File` of the file builder says nothing. */
  readonly id: string;
  readonly files: readonly string[];
}

/** What a build printed. */
export interface PackerOutput {
  /** Of successful builds, in order: what post-processors made stands behind what they made it of. */
  readonly artifacts: readonly PackerArtifact[];
  /** Builds that failed, with their reasons. */
  readonly errors: readonly { readonly build: string; readonly message: string }[];
  /** Errors for people that name no build, such as those of a template that cannot be read. */
  readonly said: readonly string[];
}

/**
 * Reads `timestamp,build,type,data…` lines (Packer, "Machine-Readable Output"). Commas in data are written
 * `%!(PACKER_COMMA)`, line ends `\n` and `\r`. Other lines are passed over.
 */
export function readMachineOutput(text: string): PackerOutput {
  const artifacts: PackerArtifact[] = [];
  const errors: { build: string; message: string }[] = [];
  const said: string[] = [];
  let current: { build: string; builder: string; id: string; files: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [time = '', build = '', type, ...data] = line.trimEnd().split(',').map(unescape);
    if (!/^\d+$/.test(time)) continue;
    if (type === 'error') errors.push({ build, message: data.join(',') });
    if (type === 'ui' && data[0] === 'error') said.push(data.slice(1).join(',').trim());
    if (type !== 'artifact') continue;
    const [, part, ...values] = data;
    if (part === 'end') {
      if (current) artifacts.push(current);
      current = undefined;
      continue;
    }
    current ??= { build, builder: '', id: '', files: [] };
    if (part === 'builder-id') current.builder = values[0] ?? '';
    if (part === 'id') current.id = values[0] ?? '';
    if (part === 'file') current.files.push(values[1] ?? '');
  }
  return { artifacts, errors, said };
}

function unescape(text: string): string {
  return text.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r');
}
