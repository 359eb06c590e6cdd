/**
 * What Node 20 and web workers both have as globals. They are named here because this code is compiled with the types of
 * neither (ES2023 only), so that nothing of one of them slips in.
 */
interface Platform {
  readonly URL: new (text: string, base?: string) => ParsedUrl;
  readonly AbortController: new () => CancelController;
  readonly TextDecoder: new (
    label: string,
    options: { readonly fatal: boolean },
  ) => {
    decode(bytes: Uint8Array): string;
  };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly crypto: { readonly subtle: { digest(algorithm: string, bytes: Uint8Array): Promise<ArrayBuffer> } };
  btoa(binary: string): string;
}

/** The parts of a URL that are looked at. */
export interface ParsedUrl {
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  /** With the port when it is not the scheme's own. */
  readonly host: string;
  readonly hostname: string;
  readonly origin: string;
  readonly href: string;
  readonly searchParams: { append(name: string, value: string): void };
}

/** The part of `AbortSignal` that is used; every `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface CancelController {
  readonly signal: CancelSignal;
  abort(): void;
}

const platform = globalThis as unknown as Platform;

/** Undefined when the text is no absolute URL (or none relative to `base`). */
export function parseUrl(text: string, base?: string): ParsedUrl | undefined {
  try {
    return new platform.URL(text, base);
  } catch {
    return undefined;
  }
}

export function cancelController(): CancelController {
  return new platform.AbortController();
}

/** Undefined when the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new platform.TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Base64 of a text's UTF-8 bytes. */
export function base64(text: string): string {
  return platform.btoa(String.fromCharCode(...new platform.TextEncoder().encode(text)));
}

/** Hash of bytes with its algorithm: `sha256:0123…`. */
export async function hashOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512'): Promise<string> {
  const name = algorithm === 'sha256' ? 'SHA-256' : 'SHA-512';
  const hash = new Uint8Array(await platform.crypto.subtle.digest(name, bytes));
  return `${algorithm}:${[...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
