import { describe, expect, it } from 'vitest';
import { asMap, asSequence, get, items } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { isRendered, mayHoldMore } from '../../../../server/src/model/kubernetes/template-holes';

/** A pod spec with `inside` in its only container and `below` under the list of containers. */
function pod(inside: string, below = '', before = '') {
  const text = `spec:\n  containers:\n${before}    - name: a\n      image: b\n${inside}${below}  volumes: []\n`;
  const file = parseYaml(text, { template: true });
  const spec = get(file.documents[0]?.root, 'spec');
  const list = asSequence(get(spec, 'containers'));
  const container = asMap(items(list).at(-1));
  if (!list || !container) throw new Error(text);
  return { file, list, container, spec: asMap(spec) };
}

const container = (inside: string, below?: string): boolean => {
  const { file, container: map } = pod(inside, below);
  return mayHoldMore(file, map);
};

describe('mayHoldMore', () => {
  it('is true for an action at the indentation of the map', () => {
    expect(container('      {{- include "probes" . | nindent 6 }}\n')).toBe(true);
    expect(container('      {{ include "probes" . }}\n')).toBe(true);
    expect(container('{{ toYaml .Values.extra | indent 6 }}\n')).toBe(true);
    expect(container('      {{- include "probes" . | nindent $depth }}\n')).toBe(true);
  });

  it('is true for a map or a list whose first entry is an action behind the key', () => {
    const file = parseYaml('labels: {{ include "labels" . }}\n  app: a\nargs: {{ .Values.args }}\n  - b\n', {
      template: true,
    });
    const root = file.documents[0]?.root;
    const [labels, args] = [asMap(get(root, 'labels')), asSequence(get(root, 'args'))];
    expect(labels && mayHoldMore(file, labels)).toBe(true);
    expect(args && mayHoldMore(file, args)).toBe(true);
  });

  it('is false for an action that belongs to a value or to something around the map', () => {
    expect(container('      resources:\n        {{- toYaml .Values.resources | nindent 8 }}\n')).toBe(false);
    expect(container('', '  {{- toYaml .Values.pod | nindent 2 }}\n')).toBe(false);
  });

  it('is false for actions that write nothing', () => {
    expect(container('      {{- if .Values.a }}\n      args: []\n      {{- end }}\n')).toBe(false);
    expect(container('      {{- /* about it */}}\n')).toBe(false);
  });

  it('sees items that are added to a list, before and after its own', () => {
    const more = '    {{- toYaml .Values.sidecars | nindent 4 }}\n';
    for (const { file, list } of [pod('', more), pod('', '', more)]) expect(mayHoldMore(file, list)).toBe(true);
    const { file, list } = pod('      {{- include "probes" . | nindent 6 }}\n');
    expect(mayHoldMore(file, list)).toBe(false);
  });

  it('is always false for plain YAML', () => {
    const file = parseYaml('a: 1\n# {{ x }}\n', {});
    const map = asMap(file.documents[0]?.root);
    expect(map && mayHoldMore(file, map)).toBe(false);
  });
});

describe('isRendered', () => {
  it('tells a value that an action writes from a literal', () => {
    const text = 'a: {{ .Values.a }}\nb:\n  {{- toYaml .Values.b | nindent 2 }}\nc: 1\n';
    const file = parseYaml(text, { template: true });
    const value = (key: string) => isRendered(file, get(file.documents[0]?.root, key));
    expect([value('a'), value('b'), value('c'), value('d')]).toEqual([true, true, false, false]);
  });

  it('takes an empty value of plain YAML for what it is', () => {
    const file = parseYaml('b:\n', {});
    expect(isRendered(file, get(file.documents[0]?.root, 'b'))).toBe(false);
  });
});
