import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debugGuide } from '../../../client/src/release/model/debug-guide';
import { doctorReport } from '../../../client/src/release/model/doctor-report';
import { evidenceOf } from '../../../client/src/release/model/evidence';
import { ledgerReport } from '../../../client/src/release/model/ledger-report';
import { healthReport, lookReport } from '../../../client/src/release/model/look-report';
import { environmentRow, type EnvironmentFacts } from '../../../client/src/release/model/release-rows';
import { missingTools, toolsOf } from '../../../client/src/release/model/tools';
import { requirePipeline } from '../../../release/src/config/read';
import type { StoredRelease } from '../../../release/src/ledger/releases';
import { progressOf } from '../../../release/src/run/progress';
import type { RunSpec } from '../../../release/src/run/spec';

const PIPELINE = `version: 1
app: shop
images:
  web: { container: { dockerfile: Dockerfile, builder: auto, repository: r.example/shop/web } }
  vm: { packer: { template: packer, artifact: { kind: files } } }
environments:
  demo: { target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:1:1"] }, green: { publish: ["127.0.0.1:2:1"] } } }] } }, route: { file: { path: run/up.conf, content: "\${slot.port}" } } }
  cloud: { target: { terraform: { dir: infra, read: { image: { output: image } } } } }
`;

describe('tools that a pipeline needs', () => {
  const pipeline = requirePipeline(PIPELINE, 'immutable.yaml');

  it('are those of its bakes and its target', () => {
    expect(toolsOf(pipeline, undefined).map(({ anyOf }) => anyOf.join('|'))).toEqual([
      'docker|podman|buildah',
      'packer',
    ]);
    expect(toolsOf(pipeline, 'demo').at(-1)?.anyOf).toEqual(['podman']);
    expect(toolsOf(pipeline, 'cloud').at(-1)?.anyOf).toEqual(['terraform', 'tofu']);
    // A way back bakes nothing.
    expect(toolsOf(pipeline, 'cloud', false)).toHaveLength(1);
  });

  it('are named with version and source when they are missing, and one of several is enough', () => {
    const directory = mkdtempSync(join(tmpdir(), 'immutable-tools-'));
    try {
      mkdirSync(join(directory, 'bin'));
      mkdirSync(join(directory, 'work'));
      writeFileSync(join(directory, 'bin/buildah'), '', { mode: 0o755 });
      const missing = missingTools(toolsOf(pipeline, 'demo'), join(directory, 'work'), {
        PATH: join(directory, 'bin'),
      });
      expect(missing.map(({ name }) => name)).toEqual(['packer', 'podman']);
      expect(missing[0]?.text).toMatch(/packer is needed to bake vm\. .*not on PATH.* Version 1\.6 or later: https:/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

const release = (over: Partial<StoredRelease>): StoredRelease =>
  ({
    seq: 1,
    t: '2026-11-21T10:00:00.000Z',
    id: '01k9aaaaaaaaaaaaaaaaaaaaaa',
    kind: 'deploy',
    images: [{ name: 'web', id: `sha256:${'ab'.repeat(32)}`, ref: 'r/web@sha256:ab' }],
    health: { verdict: 'confirmed', samples: 3 },
    slot: 'blue',
    approvedBy: 'Ann',
    oneWay: false,
    git: { commit: 'abcdef1234567890' },
    ...over,
  }) as StoredRelease;

describe('the rows of an environment', () => {
  const old = release({ seq: 1, id: '01k9aaaaaaaaaaaaaaaaaaaaaa' });
  const live = release({ seq: 2, id: '01k9bbbbbbbbbbbbbbbbbbbbbb', t: '2026-11-21T11:00:00.000Z' });
  const facts: EnvironmentFacts = {
    name: 'demo',
    isProtected: true,
    target: 'containers (podman): web',
    promoteFrom: undefined,
    hasSlots: true,
    releases: [live, old],
    live,
    whyNot: () => 'its image is gone: 404',
    rollbackTo: undefined,
    lock: undefined,
    damage: undefined,
  };
  const now = Date.parse('2026-11-21T11:30:00.000Z');

  it('say what is live, since when, and how it is', () => {
    const row = environmentRow(facts, now);
    expect(row.description).toBe('web abababababab · 30 minutes ago · healthy');
    expect(row.tooltip).toContain('demo, protected');
    expect(row.context).toBe('environment.live.slots');
  });

  it('say why there is no way back', () => {
    const [first, second] = environmentRow(facts, now).releases;
    expect(first).toMatchObject({ isLive: true, unavailable: undefined });
    expect(second?.description).toContain('no way back: its image is gone: 404');
  });

  it('say what was found since: health, drift, damage, a lock', () => {
    const row = environmentRow(
      {
        ...facts,
        healthNow: { text: 'not healthy (just now)', age: 0 },
        drift: '2 differences',
        damage: 'x',
        lock: 'bob',
        rollbackTo: old,
      },
      now,
    );
    expect(row.description).toBe(
      'web abababababab · 30 minutes ago · not healthy (just now) · 2 differences · the ledger is damaged',
    );
    expect(row.context).toBe('environment.live.rollback.slots.locked');
  });

  it('say that nothing was deployed', () => {
    const row = environmentRow({ ...facts, live: undefined, releases: [] }, now);
    expect(row.description).toBe('nothing was deployed yet');
  });
});

describe('reports', () => {
  it('show what runs, and what is not as it should be', () => {
    const text = lookReport({
      v: 1,
      environment: 'demo',
      lookedAt: 'now',
      live: { id: 'r1', slot: 'blue', commit: null },
      isLooked: true,
      differences: [
        {
          kind: 'image',
          where: 'shop-demo-blue-web',
          text: `it runs sha256:${'a'.repeat(64)}`,
          action: 'Deploy again.',
        },
      ],
      instances: [
        {
          name: 'web',
          id: '1',
          slot: 'blue',
          image: null,
          release: null,
          state: 'running',
          hasTraffic: true,
          match: 'mismatch',
        },
      ],
      unseen: ['Exec shows nowhere.'],
    });
    for (const part of [
      '1 thing is not as the ledger says',
      '- **`web`, in blue, has the traffic**: ⚠ another image than the ledger says\n  unknown image, no stamp of a release, running',
      '\n\nit runs sha256:aaaaaaaaaaaa…\n\nDeploy again.',
      'Exec shows nowhere.',
    ])
      expect(text).toContain(part);
  });

  it('say the slot once where an instance has its name, and are no wider than half a window', () => {
    const text = lookReport({
      v: 1,
      environment: 'local',
      lookedAt: '2026-11-21T17:30:46.739Z',
      live: { id: '01m7zje310yrqd1047bjej9ees', slot: 'blue', commit: null },
      isLooked: true,
      differences: [],
      instances: [
        {
          name: 'blue',
          id: '1',
          slot: 'blue',
          image: `sha256:${'c'.repeat(64)}`,
          release: '01m7zje310yrqd1047bjej9ees',
          state: 'in the state',
          hasTraffic: true,
          match: 'match',
        },
      ],
      unseen: [],
    });
    expect(text).toContain(
      '- **`blue`, has the traffic**: as the ledger says\n  image `cccccccccccc`, release `bjej9ees`, in the state\n',
    );
  });

  it('never claim that all is well when nobody could look', () => {
    const nothing = {
      v: 1,
      environment: 'demo',
      lookedAt: 'now',
      live: null,
      isLooked: false,
      differences: [],
      instances: [],
      unseen: [],
    } as const;
    expect(lookReport(nothing)).toContain('could not be looked at');
  });

  it('show what a health check answered, each answer once', () => {
    const sample = { healthy: false, identity: 'not-asked', detail: '500' } as const;
    const text = healthReport(
      'demo',
      'r1',
      {
        verdict: 'unhealthy',
        checks: [{ check: 'http x', healthy: false, identity: 'not-asked', probes: 2, samples: [sample, sample] }],
      },
      'now',
    );
    expect(text.match(/500/g)).toHaveLength(1);
    expect(text).toContain('**not healthy**');
    expect(healthReport('demo', 'r1', { verdict: 'unchecked', checks: [] }, 'now')).toContain('add `health`');
  });

  it('say what the doctor found, the worst first, with what to do', () => {
    const text = doctorReport(
      [
        {
          name: 'shop',
          file: '/w/immutable.yaml',
          lines: [
            { what: 'node', verdict: 'ok', text: '22', next: null },
            { what: 'tool packer', verdict: 'fail', text: 'is not on PATH', next: 'Install it.' },
          ],
        },
      ],
      true,
    );
    expect(text).toContain('A run could not start.');
    expect(text.indexOf('tool packer')).toBeLessThan(text.indexOf('node'));
    expect(text).toContain('  - Install it.');
    expect(doctorReport([], false)).toMatch(/not trusted[^]*no pipeline/);
  });

  it('say what became of the ledger', () => {
    const sound = { environment: 'demo', records: 3, head: 'abc', damage: undefined };
    expect(ledgerReport([sound], '/x')).toContain('Nobody changed the history.');
    expect(ledgerReport([{ ...sound, damage: { kind: 'tampered', seq: 2, message: '' } as never }], '/x')).toContain(
      'record 2 is not as it was written',
    );
    expect(ledgerReport([], '/x')).toContain('no ledger yet');
  });

  it('tell how to look into an instance without changing it', () => {
    const { environments } = requirePipeline(PIPELINE, 'immutable.yaml');
    const [demo, cloud] = [environments.get('demo'), environments.get('cloud')];
    if (!demo || !cloud) throw new Error('the pipeline changed');
    const instance = {
      name: 'shop-demo-blue-web',
      id: '1',
      slot: 'blue',
      image: 'sha256:1',
      release: 'r',
      state: 'running',
      hasTraffic: true,
      match: 'match',
    } as const;
    const text = debugGuide(demo, instance, 'podman');
    expect(text).toContain(
      'podman run --rm -it --pid container:shop-demo-blue-web --network container:shop-demo-blue-web',
    );
    for (const guide of [text, debugGuide(cloud, instance, '')])
      expect(guide).not.toMatch(/\bssh\b|docker exec|podman exec/);
  });

  it('show the evidence of a run, and survive half written lines', () => {
    const run = {
      run: 'R',
      status: 'closed',
      spec: { kind: 'deploy', environment: 'demo', createdAt: 'then' } as RunSpec,
      progress: progressOf([]),
    } as const;
    const events = [
      { type: 'probe', check: 'http x', healthy: false, detail: '500' },
      { type: 'probe', check: 'http x', healthy: false, detail: '500' },
      { type: 'step', name: 'apply', phase: 'ended', log: null, code: 1 },
      { type: 'problem', text: 'it broke' },
    ].map((event) => JSON.stringify(event));
    const text = evidenceOf(
      run,
      'The new version did not become healthy.',
      [...events, '{"type":"pro'].join('\n'),
      'Error: x\n',
    );
    for (const part of [
      '> The new version did not become healthy.',
      '`http x`, 2 probes',
      'apply: exit code 1',
      '> it broke',
      'What the engine wrote',
    ])
      expect(text).toContain(part);
  });
});
