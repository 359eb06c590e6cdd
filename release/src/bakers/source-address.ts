import { SAFE_GIT } from '../process/safe-git';
import type { RunContext } from '../run/context';

/** Where the source lies, as git's `origin` says; undefined without one. Never with a password in it. */
export async function sourceAddress(context: RunContext): Promise<string | undefined> {
  try {
    const words = [...SAFE_GIT, 'config', '--get', 'remote.origin.url'];
    const { code, standardOutput } = await context.ask({ tool: context.tool('git'), words });
    return code === 0 ? publicAddress(standardOutput.trim()) : undefined;
  } catch {
    context.signal.throwIfAborted();
    // No git is no reason not to bake.
    return undefined;
  }
}

/** `https://host/owner/name` of what git takes; undefined for a path of this machine. */
export function publicAddress(url: string): string | undefined {
  const [, host, path] = /^[\w.-]+@([\w.-]+):(?!\d+\/)(.+)$/.exec(url) ?? [];
  const text = host === undefined ? url.replace(/^(?:ssh|git):\/\//, 'https://') : `https://${host}/${path ?? ''}`;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const address = new URL(text);
  address.username = '';
  address.password = '';
  if (/^(?:ssh|git):/.test(url)) address.port = '';
  address.search = '';
  address.hash = '';
  return address.href.replace(/\.git$/, '').replace(/\/$/, '');
}
