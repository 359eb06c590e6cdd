/**
 * Milliseconds that this process has computed for. A guard against hangs by it does not depend on what else the machine
 * does.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
