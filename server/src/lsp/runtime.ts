/** Reads files without waiting. Only Node can, and only for the `file` scheme. */
export interface LocalFiles {
  /** Whether URIs of this scheme can be read here. */
  reads(scheme: string): boolean;
  /**
   * The text of a file without byte order mark; undefined when there is none, it is binary or too large.
   *
   * @param path decoded path of the URI: `/home/me/main.tf`, `/c:/work/main.tf`
   */
  read(path: string): string | undefined;
  /** Names of the entries of a directory; undefined when it cannot be listed. */
  list(path: string): readonly string[] | undefined;
  /** Something changed there: what is kept is read again. All files when no path is given. */
  forget(path?: string): void;
}

/** Asks registries. `server/src/workspace/digests` has one; the server works without. */
export interface DigestResolver {
  /** @param reference as written: `nginx:1.27`. Never throws; `problem` is one plain sentence. */
  resolve(reference: string, signal: AbortSignal): Promise<{ readonly digest: string } | { readonly problem: string }>;
}

/** What a resolver of digests may ask the server for. */
export interface DigestHost {
  /** Paths of the opened folders on this machine, as in their URIs. */
  folders(): readonly string[];
  /** Credentials that the user stored for a registry host, null when there are none. */
  credentials(registry: string): Promise<{ readonly username: string; readonly password: string } | null>;
}

/** What differs between Node and a web worker. */
export interface Runtime {
  /** Version of the package. */
  readonly version: string;
  /** Absent where no file can be read without asking the client. */
  readonly localFiles?: LocalFiles | undefined;
  /** Resolves after what waits in the event loop was done: between lints, so that messages are heard. */
  yield(): Promise<void>;
  /** The page of a built-in rule as Markdown; undefined when there is none. */
  readDoc(rule: string): string | undefined;
  /** URI of the page of a rule in the package; undefined where the package is not on a disk. */
  docUri(rule: string): string | undefined;
  /** Makes the resolver of digests. Absent: nothing is asked over the network. */
  readonly createDigestResolver?: ((host: DigestHost) => DigestResolver) | undefined;
  /** The time; tests set it. */
  now(): Date;
}
