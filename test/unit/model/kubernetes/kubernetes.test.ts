import { describe, expect, it } from 'vitest';
import { HOLE } from '../../../../server/src/core/mapped-text';
import { parseJson } from '../../../../server/src/lang/data/json';
import { get } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import {
  analyseKubernetes,
  annotation,
  configReferences,
  containersOf,
  labelsOf,
  selects,
  workloadKind,
} from '../../../../server/src/model/kubernetes';
import type { KubernetesFile } from '../../../../server/src/model/kubernetes';

const analyse = (text: string): KubernetesFile => analyseKubernetes(parseYaml(text));

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations: {checksum/config: outer}
spec:
  replicas: 3
  template:
    metadata:
      labels: {app: web, tier: front}
      annotations:
        checksum/config: abc
    spec:
      initContainers:
        - name: setup
          image: busybox:1.36.1
        - name: logs
          image: fluent-bit:3.1.9
          restartPolicy: Always
      containers:
        - name: app
          image: "registry:5000/web:1.2.3"
          command: [sh, -c]
          args:
            - |
              exec web > /var/log/web.log
          ports: [{containerPort: 8080, name: http}]
          readinessProbe:
            httpGet: {path: /, port: http}
          livenessProbe:
          securityContext: {readOnlyRootFilesystem: true}
          volumeMounts:
            - {name: config, mountPath: /etc/web, readOnly: true}
            - {name: logs, mountPath: /var/log}
          env:
            - {name: A, value: "1"}
            - name: B
              valueFrom: {configMapKeyRef: {name: settings, key: b}}
          envFrom:
            - secretRef: {name: keys, optional: true}
      volumes:
        - name: config
          configMap: {name: web-config}
        - name: logs
          emptyDir: {}
        - name: all
          projected:
            sources:
              - secret: {name: tls}
              - configMap: {name: extra}
        - name: token
          secret: {secretName: token}
`;

describe('analyseKubernetes', () => {
  it('reads a deployment', () => {
    const [workload] = analyse(DEPLOYMENT).workloads;
    expect(workload).toMatchObject({ kind: 'Deployment', object: { group: 'apps', kind: 'Deployment', path: [] } });
    expect(workload?.object.name?.value).toBe('web');
    expect(workload?.object.namespace?.value).toBe('shop');
    expect(workload?.replicas?.value).toBe(3);
    expect(workload?.containers.map(({ name, role }) => [name, role])).toEqual([
      ['setup', 'init'],
      ['logs', 'sidecar'],
      ['app', 'container'],
    ]);
    const app = workload?.containers[2];
    expect(app?.image?.value).toBe('registry:5000/web:1.2.3');
    expect(DEPLOYMENT.slice(app?.image?.range.start, app?.image?.range.end)).toBe('"registry:5000/web:1.2.3"');
    expect(app?.command.map((word) => word.value)).toEqual(['sh', '-c']);
    expect(app?.args.map((word) => word.value)).toEqual(['exec web > /var/log/web.log\n']);
    expect(app?.ports[0]).toMatchObject({ name: 'http', protocol: 'TCP', containerPort: { value: 8080 } });
    expect(Object.keys(app?.probes ?? {})).toEqual(['readinessProbe']);
    expect(get(app?.securityContext, 'readOnlyRootFilesystem')).toMatchObject({ value: true });
    expect(app?.volumeMounts.map(({ name, readOnly, mountPath }) => [name, readOnly, mountPath?.value])).toEqual([
      ['config', true, '/etc/web'],
      ['logs', false, '/var/log'],
    ]);
    expect(app?.env.map(({ name, value, valueFrom }) => [name?.value, value?.value, valueFrom !== undefined])).toEqual([
      ['A', '1', false],
      ['B', undefined, true],
    ]);
    expect(workload?.volumes.map(({ name, source }) => [name, source?.key])).toEqual([
      ['config', 'configMap'],
      ['logs', 'emptyDir'],
      ['all', 'projected'],
      ['token', 'secret'],
    ]);
  });

  it('tells the annotations of the pod from those of the object (P35)', () => {
    const [workload] = analyse(DEPLOYMENT).workloads;
    expect(annotation(workload?.podMetadata, 'checksum/config')).toBe('abc');
    expect(annotation(workload?.object.metadata, 'checksum/config')).toBe('outer');
    expect(labelsOf(workload?.podMetadata).map(({ key, value }) => [key, value.value])).toEqual([
      ['app', 'web'],
      ['tier', 'front'],
    ]);
  });

  it('finds the configuration that a workload reads', () => {
    const [workload] = analyse(DEPLOYMENT).workloads;
    const found = workload ? configReferences(workload) : [];
    expect(found.map(({ kind, name, via, optional }) => [kind, name.value, via, optional])).toEqual([
      ['Secret', 'keys', 'envFrom', true],
      ['ConfigMap', 'settings', 'env', false],
      ['ConfigMap', 'web-config', 'volume', false],
      ['Secret', 'tls', 'projected', false],
      ['ConfigMap', 'extra', 'projected', false],
      ['Secret', 'token', 'volume', false],
    ]);
  });

  it.each([
    ['v1', 'Pod', 'Pod'],
    ['apps/v1', 'StatefulSet', 'StatefulSet'],
    ['extensions/v1beta1', 'Deployment', 'Deployment'],
    ['batch/v1', 'CronJob', 'CronJob'],
    ['argoproj.io/v1alpha1', 'Rollout', 'Rollout'],
    ['serving.knative.dev/v1', 'Service', 'KnativeService'],
    ['v1', 'Service', undefined],
    ['v1', 'KnativeService', undefined],
    ['example.com/v1', 'Deployment', undefined],
    ['apps/v1', 'Pod', undefined],
    ['v1', 'toString', undefined],
  ])('P10, P43: %s %s is the workload %s', (apiVersion, kind, expected) => {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    expect(workloadKind({ group, kind })).toBe(expected);
  });

  it.each([
    ['apiVersion: v1\nkind: Pod\nspec:\n  containers: [{image: a}]\n'],
    ['apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers: [{image: a}]\n'],
    [
      'apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: [{image: a}]\n',
    ],
    [
      'apiVersion: serving.knative.dev/v1\nkind: Service\nspec:\n  template:\n    spec:\n      containers: [{image: a}]\n',
    ],
  ])('finds the pod spec of %j', (text) => {
    const { workloads } = analyse(text);
    expect(workloads[0]?.containers.map((container) => container.image?.value)).toEqual(['a']);
    expect(workloads[0]?.podSpecEntry?.value).toBe(workloads[0]?.podSpec);
  });

  it('reads several documents, Lists and JSON', () => {
    const text = `# none\n---\n${DEPLOYMENT}---\nnot: an object\n---\napiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: one}\n  - {apiVersion: v1, kind: Service}\n`;
    const found = analyse(text.replaceAll('\n', '\r\n'));
    expect(found.objects.map(({ kind, path }) => [kind, path])).toEqual([
      ['Deployment', []],
      ['Pod', ['items', 0]],
      ['Service', ['items', 1]],
    ]);
    const json = analyseKubernetes(
      parseJson('{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "b:1"}]}}'),
    );
    expect(json.workloads[0]?.containers[0]?.image?.value).toBe('b:1');
  });

  it('follows anchors and merge keys to where they are written (P37)', () => {
    const text =
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - &base\n      name: a\n      image: app:1\n    - <<: *base\n      name: b\n    - *base\n';
    const [workload] = analyse(text).workloads;
    expect(workload?.containers.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
    for (const container of workload?.containers ?? [])
      expect(container.image?.range.start).toBe(text.indexOf('app:1'));
  });

  it('matches services with workloads', () => {
    const service = (selector: string, namespace = 'shop'): string =>
      `apiVersion: v1\nkind: Service\nmetadata: {namespace: ${namespace}}\nspec:\n  type: NodePort\n  selector: ${selector}\n  ports: [{port: 80, targetPort: http, nodePort: 30000}]\n`;
    const match = (text: string): boolean => {
      const { services, workloads } = analyse(`${DEPLOYMENT}---\n${text}`);
      const [first] = services;
      const [workload] = workloads;
      expect(first?.ports[0]).toMatchObject({
        port: { value: 80 },
        targetPort: { value: 'http' },
        nodePort: { value: 30000 },
      });
      return first !== undefined && workload !== undefined && selects(first, workload);
    };
    expect(match(service('{app: web}'))).toBe(true);
    expect(match(service('{app: web, tier: front}'))).toBe(true);
    expect(match(service('{app: api}'))).toBe(false);
    expect(match(service('{app: web}', 'other'))).toBe(false);
    expect(match(service('{}'))).toBe(false);
  });

  it('reads configuration objects', () => {
    const { configs } = analyse(
      'apiVersion: v1\nkind: ConfigMap\nimmutable: true\ndata: {a: b}\n---\napiVersion: v1\nkind: Secret\nstringData: {c: d}\n---\napiVersion: x.io/v1\nkind: Secret\n',
    );
    expect(
      configs.map(({ kind, immutable, data, stringData }) => [
        kind,
        immutable?.value,
        data?.entries.length,
        stringData?.entries.length,
      ]),
    ).toEqual([
      ['ConfigMap', true, 1, undefined],
      ['Secret', undefined, undefined, 1],
    ]);
  });

  it('leaves values of a template unknown', () => {
    const file = parseYaml(
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: {{ .Chart.Name }}\n      image: "{{ .x }}:1"\n',
      {
        template: true,
      },
    );
    expect(analyseKubernetes(file).workloads[0]?.containers[0]).toMatchObject({
      name: HOLE,
      image: { value: `${HOLE}:1` },
    });
  });

  it('survives what is not what it should be', () => {
    for (const broken of [
      'containers: x',
      'containers: [x, [y], {image: [z]}, null]',
      'initContainers:',
      'volumes: {a: b}',
      'containers: *none',
    ]) {
      const { workloads } = analyse(`apiVersion: v1\nkind: Pod\nspec:\n  ${broken}\n`);
      expect(containersOf(workloads[0]?.podSpec).every(({ image }) => image === undefined)).toBe(true);
    }
    for (let end = 0; end < DEPLOYMENT.length; end += 7)
      for (const workload of analyse(DEPLOYMENT.slice(0, end)).workloads) configReferences(workload);
  });
});
