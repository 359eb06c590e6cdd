import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, Lookup } from '../../../server/src/model/lookup';
import { saysSomething, WorkspaceIndex, type FileSummary } from '../../../server/src/model/workspace-index';

const NOTHING: FileSummary = {
  path: 'a.yaml',
  environment: 'production',
  imagesUsed: [],
  imagesBuilt: [],
  workloads: [],
  services: [],
  configMaps: [],
  immutableRepositories: [],
  pinnedActions: [],
  gitOps: false,
  healthcheck: undefined,
  terraformRuns: [],
  modulesCalled: [],
  bakes: false,
};

describe('Lookup', () => {
  it('gives the items under any of the keys, in their order, each once', () => {
    const item = fc.record({ id: fc.nat(), keys: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }) });
    const wanted = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(item), wanted, (items, keys) => {
        const lookup = new Lookup(items, (each) => each.keys);
        expect(lookup.under(...keys)).toEqual(items.filter((each) => each.keys.some((key) => keys.includes(key))));
      }),
      { seed: 20261121 },
    );
  });

  it('tells parts apart, absent ones too', () => {
    const keys = [keyOf('a', 'b'), keyOf('ab'), keyOf('a', undefined, 'b'), keyOf(undefined, 'a'), keyOf('', 'a')];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('WorkspaceIndex', () => {
  const label = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('web', 'db'), { maxKeys: 2 });
  const namespace = fc.constantFrom(undefined, 'shop');
  const service = fc.record({ name: fc.string(), namespace, selector: label, targetPorts: fc.constant([]) });
  const workload = fc.record({ name: fc.string(), namespace, labels: label }).map((own) => ({
    kind: 'Deployment',
    configuration: [],
    followsConfiguration: false,
    readinessProbes: [],
    readOnlyRoots: [],
    ...own,
  }));

  it('finds who selects whom as a look at each of them would', () => {
    fc.assert(
      fc.property(fc.array(service), fc.array(workload), label, namespace, (services, workloads, labels, where) => {
        const index = new WorkspaceIndex([{ ...NOTHING, services, workloads }]);
        const matches = (selector: object, pod: Readonly<Record<string, string>>): boolean =>
          Object.keys(selector).length > 0 &&
          Object.entries(selector).every(([key, value]: [string, unknown]) => pod[key] === value);
        expect(index.servicesSelecting(labels, where)).toEqual(
          services.filter((each) => each.namespace === where && matches(each.selector, labels)),
        );
        expect(index.workloadsSelectedBy(new Map(Object.entries(labels)), where)).toEqual(
          workloads.filter((each) => each.namespace === where && matches(labels, each.labels)),
        );
      }),
      { seed: 20261121 },
    );
  });

  it('gives each pin of an action once', () => {
    const pin = { action: 'actions/checkout', commit: 'a'.repeat(40), comment: 'v4.2.2' };
    const other = { ...pin, comment: 'v4' };
    const index = new WorkspaceIndex([{ ...NOTHING, pinnedActions: [pin, other, pin] }]);
    expect(index.pinsOf('actions/checkout').map(({ comment }) => comment)).toEqual(['v4.2.2', 'v4']);
    expect(index.pinsOf('actions/setup-node')).toEqual([]);
  });
});

describe('saysSomething', () => {
  it('is false only for a summary that changes no answer', () => {
    expect(saysSomething(NOTHING)).toBe(false);
    expect(saysSomething({ ...NOTHING, gitOps: true })).toBe(true);
    expect(saysSomething({ ...NOTHING, healthcheck: false })).toBe(true);
    expect(saysSomething({ ...NOTHING, bakes: true })).toBe(true);
    expect(saysSomething({ ...NOTHING, modulesCalled: ['web'] })).toBe(true);
    expect(saysSomething({ ...NOTHING, terraformRuns: ['acme/web'] })).toBe(true);
  });
});
