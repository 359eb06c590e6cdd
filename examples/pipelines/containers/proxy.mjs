// What stands before the shop: it sends each request to the slot that run/upstream.conf names.
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';

const ROUTE = join(import.meta.dirname, 'run', 'upstream.conf');

function upstream() {
  const [, host, port] = /^server ([\d.]+):(\d+);/.exec(readFileSync(ROUTE, 'utf8')) ?? [];
  return { host, port };
}

createServer((incoming, answer) => {
  const unavailable = () => answer.writeHead(503).end('No version has the traffic yet.\n');
  try {
    const { method, url: path, headers } = incoming;
    const outgoing = request({ ...upstream(), method, path, headers, agent: false }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', unavailable);
    incoming.pipe(outgoing);
  } catch {
    unavailable();
  }
}).listen(8080, '127.0.0.1', () => console.log('http://127.0.0.1:8080/'));
