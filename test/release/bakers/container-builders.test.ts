import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContainerBaker } from '../../../release/src/bakers/container/container-baker';
import { findBuilder } from '../../../release/src/bakers/container/builder';
import type { BakedImage } from '../../../release/src/bakers/baker';
import type { LiveContext } from '../../../release/src/run/live-context';
import { ContainersWorld, missingContainers } from '../targets/containers-world';

const reason = missingContainers();

describe.skipIf(reason !== undefined)('builders', { timeout: 240_000 }, () => {
  let world: ContainersWorld;
  beforeAll(async () => {
    world = await ContainersWorld.create();
  });
  afterAll(() => world.dispose());

  /** Bakes and publishes with the given lines instead of `builder: podman`. */
  async function bake(run: string, settings: string, environment = world.environment): Promise<BakedImage> {
    const context = contextOf(run, settings);
    const image = context.pipeline.images.get('web');
    if (!image) throw new Error('no image');
    const baker = createContainerBaker(environment);
    const known = { release: { id: run, version: run, commit: 'c'.repeat(40) } };
    const baked = await baker.bake(image, known, context);
    return baker.publish(image, baked, known, context);
  }

  function contextOf(run: string, settings: string): LiveContext {
    return world.context(run, world.pipeline.replace('builder: podman', settings));
  }

  it('buildah builds, labels and pushes', async () => {
    const baked = await bake('a1', 'builder: buildah, args: { VERSION: "${release.id}" }, alias: [staging]');
    expect(baked.provenance).toMatchObject({ builder: 'buildah', base: [] });
    expect(baked.ref).toBe(`${world.registry.host}/shop/web@${baked.id}`);
    expect(baked.tag).toBe('rel-a1');
    expect(baked.digests).toHaveLength(2);
    const labels = JSON.parse(
      world.podman('image', 'inspect', '--format', '{{json .Labels}}', baked.digests[1]?.replace('sha256:', '') ?? ''),
    ) as Record<string, string>;
    expect(labels).toMatchObject({
      'dev.immutable.run': 'a1',
      'dev.immutable.release': 'a1',
      'org.opencontainers.image.version': 'a1',
      'org.opencontainers.image.revision': 'c'.repeat(40),
    });
    const alias = await fetch(`http://${world.registry.host}/v2/shop/web/manifests/staging`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    expect(alias.headers.get('docker-content-digest')).toBe(baked.id);
  });

  it.each(['podman', 'buildah'])('%s builds an index for two platforms', async (kind) => {
    const baked = await bake(`b-${kind}`, `builder: ${kind}, platforms: [linux/amd64, linux/arm64]`);
    const index = (await (
      await fetch(`http://${world.registry.host}/v2/shop/web/manifests/${baked.id}`, {
        headers: {
          accept: 'application/vnd.oci.image.index.v1+json,application/vnd.docker.distribution.manifest.list.v2+json',
        },
      })
    ).json()) as { manifests: { platform: { architecture: string } }[] };
    expect(index.manifests.map(({ platform }) => platform.architecture).sort()).toEqual(['amd64', 'arm64']);
    // The index, two manifests and two configurations.
    expect(baked.digests).toHaveLength(5);
    // Again, as after a crash: it is there, and nothing is pushed over it.
    const context = contextOf(`b-${kind}`, `builder: ${kind}, platforms: [linux/amd64, linux/arm64]`);
    const image = context.pipeline.images.get('web');
    const local = `localhost/immutable-infra/shop-web:b-${kind}`;
    const before = world.acts.length;
    const again =
      image &&
      (await createContainerBaker(world.environment).publish(
        image,
        { local, isIndex: true, provenance: {} },
        { release: { id: `b-${kind}` } },
        context,
      ));
    expect(again?.id).toBe(baked.id);
    expect(world.acts).toHaveLength(before);
  });

  it('a build that fails names its log, and publishes nothing', async () => {
    world.write('app/Dockerfile', 'FROM scratch\nCOPY not-there /\n');
    try {
      await expect(bake('c1', 'builder: podman')).rejects.toThrow(
        /^web could not be built: exit code \d+\. See .*01-bake\/out\.log\. Nothing was published\.$/,
      );
      const log = join(world.root.run('c1'), 'steps', '01-bake', 'out.log');
      expect(readFileSync(log, 'utf8')).toContain('not-there');
    } finally {
      world.command('exec /bin/busybox sleep 1');
    }
  });

  it('F37: words that a file smuggles in stay words', async () => {
    const canary = join(world.directory, 'canary');
    const settings = `builder: podman, args: { A: "$(touch ${canary})", B: "--privileged" }`;
    expect((await bake('d1', settings)).kind).toBe('container');
    await expect(bake('d2', 'builder: podman, tag: "x-${release.id}-$(id)"')).rejects.toThrow(
      '`x-d2-$(id)` is no tag that a registry takes',
    );
    expect(() => readFileSync(canary)).toThrow('ENOENT');
  });

  it('a file with an unknown `${…}` is told before anything is built', async () => {
    await expect(bake('e1', 'builder: podman, args: { A: "${release.branch}" }')).rejects.toThrow(
      'web: ${release.branch} is not known here',
    );
  });

  it('auto passes over a Docker that does not answer', async () => {
    const fake = join(world.directory, 'dead-docker');
    mkdirSync(fake);
    writeFileSync(join(fake, 'docker'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(fake, 'docker'), 0o755);
    const path = world.environment['PATH'] ?? '';
    world.environment['PATH'] = `${fake}:${path}`;
    try {
      expect((await findBuilder('auto', contextOf('f1', 'builder: auto'))).kind).toBe('podman');
      await expect(findBuilder('docker', contextOf('f2', 'builder: docker'))).rejects.toThrow(
        '`docker` does not work here. Install podman or buildah, or start Docker with buildx',
      );
    } finally {
      world.environment['PATH'] = path;
    }
  });

  it('docker is given the words of buildx, and its digest is read from what it prints', async () => {
    const directory = join(world.directory, 'docker');
    mkdirSync(directory);
    // Podman does what Docker would; the words are kept.
    writeFileSync(
      join(directory, 'docker'),
      `#!/bin/sh
echo "$*" >> ${directory}/words
case "$1 $2" in
  'version --format') echo 28.2.2 ;;
  'buildx version') echo v0.24.0 ;;
  'buildx build') shift 4; exec podman build "$@" ;;
  'push '*) podman push --tls-verify=false --digestfile ${directory}/digest "$2" && echo "rel-g1: digest: $(cat ${directory}/digest) size: 1" ;;
  *) exec podman "$@" ;;
esac
`,
    );
    chmodSync(join(directory, 'docker'), 0o755);
    const path = world.environment['PATH'] ?? '';
    world.environment['PATH'] = `${directory}:${path}`;
    try {
      const baked = await bake('g1', 'builder: docker');
      expect(baked.provenance).toMatchObject({ builder: 'docker', version: '28.2.2' });
      const words = readFileSync(join(directory, 'words'), 'utf8').split('\n');
      expect(words.find((line) => line.startsWith('buildx build'))).toMatch(
        /^buildx build --load --provenance=false --file \S+\/Dockerfile --label .* --iidfile \S+ \S+\/app$/,
      );
      expect(words).toContain(`push ${world.registry.host}/shop/web:rel-g1`);
      await expect(bake('g2', 'builder: docker, platforms: [linux/amd64, linux/arm64]')).rejects.toThrow(
        'Several platforms are built by podman or buildah in this version',
      );
    } finally {
      world.environment['PATH'] = path;
    }
  });
});
