import { HttpFailure, type HttpFailureKind } from '../workspace/digests';

/** Node's and OpenSSL's codes, by what they mean to the user (nodejs.org/api/errors.html, nodejs.org/api/tls.html). */
const KINDS: readonly (readonly [RegExp, HttpFailureKind])[] = [
  [/^(?:ENOTFOUND|EAI_)/, 'not-found'],
  [/^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/, 'unreachable'],
  [/^E?TIMEDOUT$/, 'timeout'],
  [/CERT|SELF_SIGNED|UNABLE_TO_|^CRL_|^ERR_TLS_/, 'certificate'],
];

/** A failure of Node as one of ours. Only the code is kept: texts may hold the address with its query. */
export function failureOf(error: unknown): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const code = codeOf(error);
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? 'broken';
  return new HttpFailure(kind, code === '' ? kind : code);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
