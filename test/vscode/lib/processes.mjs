// Which processes run, the way Linux shows it.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The language servers of an editor.
 *
 * @param {number} group id of the editor's process, which is that of its group
 * @returns {number[]} their ids
 */
export function serverProcesses(group) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        // After the name, which may hold anything: state, parent, group.
        const [state, , own] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
        return state !== 'Z' && Number(own) === group && command.includes('server.node.js');
      } catch {
        // It ended while it was looked at.
        return false;
      }
    })
    .map(Number);
}
