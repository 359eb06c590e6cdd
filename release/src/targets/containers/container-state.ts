/** What of a container counts. Its environment is never read: it holds secrets. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly isRunning: boolean;
  /** `running`, `exited`, `created`; podman also knows `configured` and `initialized`. */
  readonly status: string;
  readonly exitCode: number;
  /**
   * Digest of the image's configuration, or with Docker's containerd store of its manifest: `sha256:…`. Podman's
   * `.ImageDigest` is another one: that of the manifest as stored here (release-engine.md, finding 7).
   */
  readonly image: string;
  /** What it was started from: `repo@sha256:…`, a tag, an id. */
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads what `inspect` prints, of podman and Docker. @throws SyntaxError when it is no JSON */
export function containersIn(text: string): readonly ContainerState[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.map((item) => containerOf(objectOf(item))) : [];
}

type Json = Readonly<Record<string, unknown>>;

function containerOf(item: Json): ContainerState {
  const state = objectOf(item['State']);
  const labels = Object.entries(objectOf(objectOf(item['Config'])['Labels']));
  const image = textOf(item['Image']);
  return {
    id: textOf(item['Id']),
    name: textOf(item['Name']).replace(/^\//, ''),
    isRunning: state['Running'] === true,
    status: textOf(state['Status']),
    exitCode: typeof state['ExitCode'] === 'number' ? state['ExitCode'] : 0,
    image: image.includes(':') ? image : `sha256:${image}`,
    // Podman's own member; Docker has the name in the configuration alone.
    reference: textOf(item['ImageName']) || textOf(objectOf(item['Config'])['Image']),
    labels: Object.fromEntries(labels.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
  };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
