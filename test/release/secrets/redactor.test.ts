import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../release/src/secrets/redactor';

const SECRET = 'hunter2/with+signs=&"quotes"';

function mask(text: string, ...values: string[]): string {
  return new Redactor(values.map((value, index) => ({ name: `S${index}`, value }))).mask(text);
}

describe('F38: secrets in output', () => {
  it.each([
    ['as it is', SECRET],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ])('%s', (_name, form) => {
    expect(mask(`before ${form} after`, SECRET)).toBe('before «secret:S0» after');
  });

  it('masks the longer of two that begin alike, each by its name', () => {
    expect(mask('abcdef-more abcdef', 'abcdef', 'abcdef-more')).toBe('«secret:S1» «secret:S0»');
  });

  it('leaves short values: they guess nothing and would mask half of the output', () => {
    expect(mask('a prod deploy', 'prod', '')).toBe('a prod deploy');
  });

  it('masks every line of a value with several lines', () => {
    expect(mask('first-line\n  second-line\nother', 'first-line\nsecond-line')).toBe(
      '«secret:S0»\n  «secret:S0»\nother',
    );
  });

  it('masks a private key as a whole, whoever prints it', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\ndef==\n-----END RSA PRIVATE KEY-----';
    expect(mask(`x ${key} y\nz`)).toBe('x «secret:private-key» y\nz');
    expect(mask('-----BEGIN CERTIFICATE-----\nabc')).toBe('-----BEGIN CERTIFICATE-----\nabc');
  });

  it.each([
    ['token ghp_0123456789abcdefghijABCDEFGHIJ012345', 'token «secret:github-token»'],
    ['https://user:pa55word@host/path', 'https://user:«secret:password-in-url»@host/path'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer «secret:bearer»'],
    [
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'aws_secret_access_key = «secret:aws-secret-key»',
    ],
    ['http://host:8080/path and a@b', 'http://host:8080/path and a@b'],
  ])('knows shapes: %s', (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it('finds a secret wherever the stream is cut, and changes nothing else', () => {
    const redactor = new Redactor([{ name: 'S', value: SECRET }]);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(SECRET), fc.constantFrom('\n', '\r\n', '\r', 'plain text ', 'é«»')), {
          maxLength: 12,
        }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        (parts, cuts) => {
          const text = parts.join('');
          const stream = redactor.stream();
          const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
          let shown = '';
          for (let index = 1; index < places.length; index++)
            shown += stream.push(text.slice(places[index - 1], places[index]));
          shown += stream.end();
          expect(shown).toBe(text.replaceAll(SECRET, '«secret:S»'));
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  it('holds no more than a line: a long line is passed on in pieces', () => {
    const stream = new Redactor([{ name: 'S', value: SECRET }]).stream();
    const text = 'x'.repeat(64 * 1024 - 5) + SECRET + 'x'.repeat(200_000);
    const shown = stream.push(text);
    expect(shown.length).toBeGreaterThan(130_000);
    expect(shown + stream.end()).toBe(text.replace(SECRET, '«secret:S»'));
  });
});
