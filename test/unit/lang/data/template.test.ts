import { describe, expect, it } from 'vitest';
import { HOLE } from '../../../../server/src/core/mapped-text';
import { asMap, asScalar, get, items } from '../../../../server/src/lang/data/tree';
import type { DataFile } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { checkTree, plain } from './helpers';

const parse = (text: string): DataFile => parseYaml(text, { template: true });
const root = (file: DataFile) => file.documents[0]?.root;
const textAt = (file: DataFile, ...path: string[]): string | undefined => asScalar(get(root(file), ...path))?.text.text;

const DEPLOYMENT = `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  {{- with .Values.replicas }}
  replicas: {{ . }}
  {{- end }}
  template:
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default "latest" }}"
          args: ["--level={{ .Values.level }}", 'x']
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
        - name: side
          image: busybox:1.36.1
{{- end }}
`;

describe('Helm templates', () => {
  it('reads the structure and leaves a hole for each value', () => {
    const file = parse(DEPLOYMENT);
    expect(file.template).toBe(true);
    expect(file.documents[0]?.problems).toEqual([]);
    const containers = items(get(root(file), 'spec', 'template', 'spec', 'containers'));
    expect(containers).toHaveLength(2);
    const image = asScalar(get(containers[0], 'image'));
    expect(image?.text.text).toBe(`${HOLE}:${HOLE}`);
    expect(image?.value).toBe(`${HOLE}:${HOLE}`);
    const tag = image?.text.sourceOf({ start: 2, end: 3 });
    expect(DEPLOYMENT.slice(tag?.start, tag?.end)).toBe('{{ .Values.image.tag | default "latest" }}');
    expect(items(get(containers[0], 'args')).map((item) => plain(item))).toEqual([`--level=${HOLE}`, 'x']);
    expect(plain(get(containers[1], 'image'))).toBe('busybox:1.36.1');
    expect(textAt(file, 'metadata', 'name')).toBe(HOLE);
    expect(textAt(file, 'spec', 'replicas')).toBe(HOLE);
    checkTree(file);
  });

  it('gives an unknown value where an action on the next line writes it', () => {
    const file = parse(DEPLOYMENT);
    expect(textAt(file, 'metadata', 'labels')).toBe(HOLE);
    expect(plain(get(items(get(root(file), 'spec', 'template', 'spec', 'containers'))[0], 'resources'))).toBe(HOLE);
    const range = asScalar(get(root(file), 'metadata', 'labels'))?.range;
    expect(DEPLOYMENT.slice(range?.start, range?.end)).toBe('{{- include "app.labels" . | nindent 4 }}');
  });

  it('does not take a control action for a value', () => {
    const file = parse('a:\n{{- if .x }}\nb: 1\n{{- end }}\nc: # why\n  {{ toYaml .y }}\n');
    expect(plain(root(file))).toEqual({ a: null, b: 1, c: HOLE });
  });

  it('keeps both branches as duplicate keys', () => {
    const file = parse('{{ if .x }}\nimage: a:1\n{{ else }}\nimage: b:2\n{{ end }}\n');
    expect(asMap(root(file))?.entries.map((entry) => plain(entry.value))).toEqual(['a:1', 'b:2']);
  });

  it('marks lines of block scalars that are written by an action', () => {
    const text =
      'a: |\n  one\n  {{ .Files.Get "x" }}\n  two {{ .y }} three\nb: |-\n{{ .Files.Get "z" | indent 2 }}\nc: 1\n';
    const file = parse(text);
    expect(textAt(file, 'a')).toBe(`one\n${HOLE}\ntwo ${HOLE} three\n`);
    expect(textAt(file, 'b')).toBe(HOLE);
    expect(asScalar(get(root(file), 'b'))?.value).toBe(HOLE);
    expect(plain(get(root(file), 'c'))).toBe(1);
    checkTree(file);
  });

  it('leaves no trace of a control action in a block scalar', () => {
    const file = parse('a: |\n  one\n  {{- if .x }}\n  two\n  {{- end }}\nb: 1\n');
    expect(plain(root(file))).toEqual({ a: 'one\n\ntwo\n\n', b: 1 });
    expect(textAt(file, 'a')).toBe('one\n\ntwo\n\n');
    checkTree(file);
  });

  it('reads comments of both kinds', () => {
    const text = '{{/* immutable: ignore[x] */}}\na: 1 # see {{ .y }}\n{{- /* b: 2\n*/ -}}\nc: 3\n';
    const file = parse(text);
    expect(file.documents[0]?.comments.map((comment) => comment.text)).toEqual([
      ' immutable: ignore[x] ',
      ' see {{ .y }}',
      ' b: 2\n',
    ]);
    expect(plain(root(file))).toEqual({ a: 1, c: 3 });
    for (const comment of file.documents[0]?.comments ?? [])
      expect(text.startsWith(comment.text, comment.textStart)).toBe(true);
  });

  it('reads actions with braces in strings, over several lines and as keys', () => {
    const file = parse(
      'a: {{ printf "}}%s" "x" }}\n{{ .k }}: v\nb: {{ list\n  1\n}}\nc: {{`{{ raw }}`}}\nd: {{.a}}{{.b}}\n',
    );
    expect(plain(root(file))).toEqual({ a: HOLE, [HOLE]: 'v', b: HOLE, c: HOLE, d: HOLE + HOLE });
  });

  it('leaves what never closes alone', () => {
    expect(plain(get(root(parse('a: 1\nb: {{ .x\n')), 'a'))).toBe(1);
    expect(parse('a: 1\n{{/* b\n').documents).toHaveLength(1);
  });

  it('is not on by default', () => {
    const file = parseYaml('a: "{{ x }}"\n');
    expect(plain(root(file))).toEqual({ a: '{{ x }}' });
    expect(file.template).toBeUndefined();
  });
});
