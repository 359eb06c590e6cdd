import { expect, it } from 'vitest';
import { HOLE } from '../../../server/src/core/mapped-text';
import { isLogPath } from '../../../server/src/model/log-paths';

it('knows where programs write logs', () => {
  for (const path of ['/var/log', '/var/log/', '/var/log/app', `/var/log/${HOLE}`, '/app/logs', '/app/log/', '/logs']) {
    expect(isLogPath(path), path).toBe(true);
  }
});

it('leaves data, sockets, what shippers read and relative paths alone', () => {
  const others = [
    '/var/lib/kafka/logs',
    '/dev/log',
    '/var/log/pods',
    '/app/catalog',
    '/var/logistics',
    'logs',
    `/${HOLE}/x`,
  ];
  for (const path of others) expect(isLogPath(path), path).toBe(false);
});
