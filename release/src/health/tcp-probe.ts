import { connect } from 'node:net';
import { describeAbort, REQUEST_MILLISECONDS } from './http-probe';
import type { ProbeResult } from './verdict';

/** True when somebody accepts a connection. Says nothing about who. */
export function probeTcp(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: REQUEST_MILLISECONDS });
    const end = (healthy: boolean, detail: string): void => {
      socket.destroy();
      resolve({ healthy, identity: 'not-asked', detail });
    };
    socket.once('connect', () => end(true, 'connected'));
    socket.once('timeout', () => end(false, `no answer within ${REQUEST_MILLISECONDS / 1000} s`));
    socket.once('error', (error) => end(false, signal.aborted ? describeAbort(signal) : error.message));
  });
}
