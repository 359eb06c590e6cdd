import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createNodeDigestResolver } from '../../server/src/node/digest-resolver';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  DockerRegistry,
  missingRegistry,
  OCI_INDEX,
  OCI_MANIFEST,
  Pusher,
} from '../support/docker-registry';
import { credentialsFor } from '../support/fake-registry';

const missing = missingRegistry();
if (missing !== undefined) console.log(`Skipped: ${missing}`);

/** `jo` with `correct horse`. */
const HTPASSWD = 'jo:$2b$04$8BWXdSrPMlhl1Zu8YI6KwuESIWHD5qhSNaKrJH9aIY525S6NHovwC';
const BASIC = `Basic ${Buffer.from('jo:correct horse').toString('base64')}`;

/** The resolver as programs make it, with a home directory of its own. */
function resolver(login?: {
  readonly host: string;
  readonly password: string;
}): ReturnType<typeof createNodeDigestResolver> {
  const home = mkdtempSync(join(tmpdir(), 'immutable-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return createNodeDigestResolver({
    env: { HOME: home, XDG_CACHE_HOME: join(home, 'cache') },
    workspaces: [],
    userAgent: 'immutable-infra/test',
    credentials: login && credentialsFor({ [login.host]: { username: 'jo', password: login.password } }),
  });
}

describe.skipIf(missing !== undefined)("Debian's registry", () => {
  let registry: DockerRegistry;
  let pusher: Pusher;

  beforeAll(async () => {
    registry = await DockerRegistry.start();
    pusher = new Pusher(registry.host);
  });
  afterAll(() => registry.stop());

  it.each([
    ['an OCI index', OCI_INDEX],
    ['a Docker manifest list', DOCKER_LIST],
  ])('names %s, which pins every platform', async (_, type) => {
    const digest = await pusher.index('shop/multi', 'v1', `multi ${type}`, type);
    expect(await resolver().resolve(`${registry.host}/shop/multi:v1`)).toEqual({ digest });
  });

  it.each([
    ['an OCI manifest', OCI_MANIFEST],
    ['a Docker manifest', DOCKER_MANIFEST],
  ])('names %s', async (_, type) => {
    const digest = await pusher.image('shop/single', 'v1', `single ${type}`, type);
    expect(await resolver().resolve(`${registry.host}/shop/single:v1`)).toEqual({ digest });
  });

  it('is asked for latest when no tag is written', async () => {
    const digest = await pusher.image('shop/untagged', 'latest', 'latest');
    expect(await resolver().resolve(`${registry.host}/shop/untagged`)).toEqual({ digest });
  });

  it('is believed for a while, then asked again', async () => {
    const first = await pusher.image('shop/moving', 'v1', 'one');
    const same = resolver();
    expect(await same.resolve(`${registry.host}/shop/moving:v1`)).toEqual({ digest: first });
    const second = await pusher.image('shop/moving', 'v1', 'two');
    expect(second).not.toBe(first);
    expect(await same.resolve(`${registry.host}/shop/moving:v1`)).toEqual({ digest: first });
    expect(await resolver().resolve(`${registry.host}/shop/moving:v1`)).toEqual({ digest: second });
  });

  it('has not every image', async () => {
    await pusher.image('shop/one', 'v1', 'one');
    for (const name of ['shop/one:v2', 'shop/none:v1']) {
      const reference = `${registry.host}/${name}`;
      expect(await resolver().resolve(reference)).toEqual({
        problem: `${registry.host} has no image \`${reference}\`. Check the spelling of its name and tag, or push it first.`,
      });
    }
  });

  it('answers for many images at once', async () => {
    const digests = [];
    for (let count = 0; count < 12; count++)
      digests.push(await pusher.image('shop/many', `v${count}`, `many ${count}`));
    const one = resolver();
    const answers = await Promise.all(digests.map((_, count) => one.resolve(`${registry.host}/shop/many:v${count}`)));
    expect(answers).toEqual(digests.map((digest) => ({ digest })));
  });
});

describe.skipIf(missing !== undefined)("Debian's registry with users", () => {
  let registry: DockerRegistry;
  let digest: string;

  beforeAll(async () => {
    registry = await DockerRegistry.start({ htpasswd: HTPASSWD });
    digest = await new Pusher(registry.host, BASIC).image('private/app', 'v1', 'private');
  });
  afterAll(() => registry.stop());

  it('answers with the right password', async () => {
    const { host } = registry;
    expect(await resolver({ host, password: 'correct horse' }).resolve(`${host}/private/app:v1`)).toEqual({ digest });
  });

  it('refuses a wrong one, or none, and the password is not told', async () => {
    const { host } = registry;
    const reference = `${host}/private/app:v1`;
    expect(await resolver({ host, password: 'hunter2' }).resolve(reference)).toEqual({
      problem: `${host} refuses to show \`${reference}\` with the stored log-in, or has no such image. Run \`docker login ${host}\` again with an account that may pull it.`,
    });
    expect(await resolver().resolve(reference)).toEqual({
      problem: `${host} does not show \`${reference}\` without a log-in, or has no such image. Check the name, or run \`docker login ${host}\`.`,
    });
  });
});
