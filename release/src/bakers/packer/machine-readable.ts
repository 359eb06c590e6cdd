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
  /** What was made for the time of a build: machines, keys, security groups, with the build that made them. */
  readonly made: readonly string[];
  /** True when Packer says that it removed what it made for the builds. */
  readonly isTidy: boolean;
}

/** What the builders of AWS say when they make something for the time of a build (packer, `builder/amazon`). */
const MADE: readonly (readonly [what: string, line: RegExp])[] = [
  ['instance', /\bInstance ID: (i-[0-9a-f]+)/],
  ['key pair', /\bCreating temporary keypair: (\S+)/],
  ['security group', /\bCreating temporary security group for this instance: (\S+)/],
  ['AMI', /\bAMI: (ami-[0-9a-f]+)/],
];

/** How builders say that they could not remove something. */
const NOT_REMOVED =
  /may still be around|(?:delete|remove|clean) (?:it|them|up)? ?manually|Error (?:deleting|terminating)/i;

/**
 * Reads `timestamp,build,type,data…` lines (Packer, "Machine-Readable Output"). Commas in data are written
 * `%!(PACKER_COMMA)`, line ends `\n` and `\r`. Other lines are passed over.
 */
export function readMachineOutput(text: string): PackerOutput {
  const artifacts: PackerArtifact[] = [];
  const errors: { build: string; message: string }[] = [];
  const said: string[] = [];
  const made = new Set<string>();
  let isTidy = false;
  let isUntidy = false;
  let current: { build: string; builder: string; id: string; files: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [time = '', build = '', type, ...data] = line.trimEnd().split(',').map(unescape);
    if (!/^\d+$/.test(time)) continue;
    if (type === 'error') errors.push({ build, message: data.join(',') });
    if (type === 'ui' && data[0] === 'error') said.push(data.slice(1).join(',').trim());
    if (type === 'ui') {
      const text = data.slice(1).join(',');
      for (const line of madeIn(text)) made.add(line);
      isTidy ||= text.startsWith('Cleanly cancelled builds');
      isUntidy ||= NOT_REMOVED.test(text);
    }
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
  return { artifacts, errors, said, made: [...made], isTidy: isTidy && !isUntidy };
}

/** Messages of a build begin with `==> name: ` or `    name: `. */
function madeIn(text: string): string[] {
  const build = /^\s*(?:==>)?\s*(\S+): /.exec(text)?.[1] ?? '';
  return MADE.flatMap(([what, line]) => {
    const [, name] = line.exec(text) ?? [];
    return name === undefined ? [] : [`${build}: ${what} ${name}`];
  });
}

function unescape(text: string): string {
  return text.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r');
}
