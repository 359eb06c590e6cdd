/**
 * The line of an environment in the text of `immutable.yaml`, from 0; the first line when it is not found. Half-typed
 * files have a place too.
 */
export function environmentLine(text: string, environment: string): number {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^environments\s*:/.test(line));
  const name = environment.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  const key = new RegExp(`^\\s+(["']?)${name}\\1\\s*:`);
  const found = lines.findIndex((line, index) => index > start && key.test(line));
  return start >= 0 && found > start ? found : Math.max(start, 0);
}
