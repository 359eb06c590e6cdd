import { describe, expect, it } from 'vitest';
import { HOLE } from '../../../server/src/core/mapped-text';
import { hasKeyFormat, isPlaceholder, isSecretName } from '../../../server/src/model/secrets';

describe('names (P32)', () => {
  it.each(
    (
      'PASSWORD password DB_PASSWORD dbPassword MYSQL_ROOT_PASSWORD DB_PASS SMTP_PASSWD SESSION_SECRET token GITHUB_TOKEN ' +
      'apikey API_KEY apiKey STRIPE_API_KEY AWS_SECRET_ACCESS_KEY PRIVATE_KEY ssh-private-key GIT_CREDENTIALS DB_PASSWORD_2 PASSPHRASE'
    ).split(' '),
  )('%s holds a secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(
    (
      'PUBLIC_KEY PASSWORD_FILE DB_PASSWORD_FILE TOKEN_VERSION KEY_NAME KMS_KEY_ALIAS PASSWORD_PROMPT_STRING AWS_ACCESS_KEY_ID ' +
      'username KEY TOKEN_TTL TOKEN_URL PASSWORD_MIN_LENGTH SECRET_ENABLED SECRET_NAME SECRET_ARN TOKENIZERS_PARALLELISM BYPASS ' +
      'COMPASS MYSQL_ALLOW_EMPTY_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD NEXT_PUBLIC_API_KEY SECRET_KEY_BASE GPG_KEY 42 _'
    ).split(' '),
  )('%s holds none', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it('the empty name holds none', () => {
    expect(isSecretName('')).toBe(false);
  });
});

describe('placeholders (P33)', () => {
  it.each([
    '',
    '  ',
    '""',
    '<base64-encoded>',
    'changeme',
    'changeit',
    'UNSET_PLEASE_OVERRIDE',
    'change-me',
    'CHANGE_ME_PLEASE',
    'REPLACE_ME',
    'replace-with-real-one',
    '${VAR}',
    '$VAR',
    '$(cat file)',
    '{{ .Values.x }}',
    'sops:abc',
    'ENC[AES256_GCM,data:x]',
    'vault:secret/data/db#password',
    '%DB_PASSWORD%',
    '*****',
    'xxxx',
    '...',
    'null',
    'true',
    'yes',
    'dummy',
    'your-token-here',
    'my-example-key',
    '/run/secrets/db',
    './credentials.json',
    'arn:aws:secretsmanager:eu-west-1:1:secret:db',
    'op://vault/item/field',
    'https://id.example.com/token',
    HOLE,
    `prefix-${HOLE}`,
  ])('%j is none yet', (value) => {
    expect(isPlaceholder(value)).toBe(true);
  });

  it.each([
    'hunter2',
    'postgres',
    's3cr3t',
    'p@ss/word',
    '9f86d081884c7d659a2f',
    'Xk9x',
    'correct horse',
    'https://me:pw@git.acme.io',
  ])('%j is a value', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });
});

describe('formats of keys', () => {
  it.each([
    'AKIAQ3ZZ7PLMN0RSTUVW',
    `ghp_${'a1B2'.repeat(9)}`,
    `github_pat_${'a1B2_'.repeat(9)}`,
    'xoxb-1234567890-abcdef',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE',
    '-----BEGIN PRIVATE KEY-----',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.dozjgNryP4J3jVmN',
    'sk-proj-abcdefghij0123456789',
    `sk_live_${'a1'.repeat(8)}`,
    'glpat-a1B2c3D4e5F6g7H8i9J0',
  ])('%s is a key', (value) => {
    expect(hasKeyFormat(value)).toBe(true);
  });

  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'AKIA',
    'ghp_short',
    'sk-learn',
    'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
    '-----BEGIN PUBLIC KEY-----',
    '-----BEGIN CERTIFICATE-----',
    'eyJ.a.b',
    '',
  ])('%s is none', (value) => {
    expect(hasKeyFormat(value)).toBe(false);
  });
});
