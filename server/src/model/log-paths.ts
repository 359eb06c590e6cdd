import { HOLE } from '../core/mapped-text';

/** A program's own data that is called a log: Kafka's topics, a database's write-ahead log. */
const DATA = /kafka|zookeeper|bookkeeper|pulsar|redpanda|datalog|wal|binlog|redo|txn|transaction|commit/i;

/** What shippers read on a node, and the socket of the system log. */
const READ_BY_SHIPPERS = /^\/var\/log\/(pods|containers|journal)(\/|$)|^\/dev\/log$/;

/**
 * True for a path that programs write logs to: `/var/log` and below, and directories called `log` or `logs`.
 * An unknown part makes it false unless what is known suffices.
 */
export function isLogPath(path: string): boolean {
  if (READ_BY_SHIPPERS.test(path)) return false;
  if (/^\/var\/log(\/|$)/.test(path)) return true;
  return path.startsWith('/') && !path.includes(HOLE) && !DATA.test(path) && /\/logs?\/?$/.test(path);
}
