import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/src/core/fix';
import { suppressionEdit, type SuppressionScope } from '../../../server/src/core/suppress';
import { complaints, apply, finding, source } from './suppress-support';

const CASES: readonly (readonly [
  name: string,
  kind: string,
  text: string,
  at: string,
  scope: SuppressionScope,
  expected: string,
])[] = [
  [
    'HCL line',
    'terraform',
    'resource "a" "b" {\n  ami = "x"\n}\n',
    '"x"',
    'line',
    '  # immutable: ignore[R] why\n  ami = "x"',
  ],
  [
    'HCL heredoc',
    'terraform',
    'a {\n  b = <<-EOF\n    one\n    nginx\n  EOF\n}\n',
    'nginx',
    'line',
    'a {\n  # immutable: ignore[R] why\n  b = <<-EOF',
  ],
  [
    'HCL block',
    'terraform',
    'a {\n  b {\n    c = "x"\n  }\n}\n',
    '"x"',
    'block',
    '  # immutable: ignore-block[R] why\n  b {',
  ],
  ['HCL file', 'terraform', 'a {\n  c = "x"\n}\n', '"x"', 'file', '# immutable: ignore-file[R] why\na {'],
  [
    'Dockerfile instruction',
    'dockerfile',
    'FROM a\nRUN one && \\\n  two\n',
    'two',
    'line',
    'FROM a\n# immutable: ignore[R] why\nRUN one',
  ],
  [
    'Dockerfile stage',
    'dockerfile',
    'FROM a\nFROM b\nRUN two\n',
    'two',
    'block',
    'FROM a\n# immutable: ignore-block[R] why\nFROM b',
  ],
  [
    'Dockerfile file',
    'dockerfile',
    '# syntax=docker/dockerfile:1\n# check=skip=all\nFROM a\n',
    'FROM a',
    'file',
    'skip=all\n# immutable: ignore-file[R] why\nFROM a',
  ],
  [
    'YAML item',
    'kubernetes',
    'spec:\n  c:\n    - image: x\n',
    'x',
    'line',
    '  c:\n    # immutable: ignore[R] why\n    - image: x',
  ],
  [
    'P36: YAML block scalar',
    'kubernetes',
    'data:\n  s: |\n    one\n    nginx\n',
    'nginx',
    'line',
    'data:\n  # immutable: ignore[R] why\n  s: |',
  ],
  [
    'YAML block',
    'kubernetes',
    'spec:\n  c:\n    - name: n\n      image: x\n',
    'x',
    'block',
    '    # immutable: ignore-block[R] why\n    - name: n',
  ],
  [
    'cloud-init file',
    'cloud-init',
    '#cloud-config\nruncmd:\n  - docker\n',
    'docker',
    'file',
    '#cloud-config\n# immutable: ignore-file[R] why\nruncmd',
  ],
  [
    'Helm',
    'helm-template',
    'spec:\n  image: x\n  y: {{ .Values.y }}\n',
    'x',
    'line',
    '  {{/* immutable: ignore[R] why */}}\n  image: x',
  ],
  ['CRLF', 'terraform', 'a = 1\r\nb = "x"\r\n', '"x"', 'line', 'a = 1\r\n# immutable: ignore[R] why\r\nb = "x"\r\n'],
  ['byte order mark', 'terraform', '\uFEFFb = "x"\n', '"x"', 'file', '\uFEFF# immutable: ignore-file[R] why\nb'],
  [
    'Terraform JSON',
    'terraform-json',
    '{\n  "resource": {\n    "a": {\n      "b": {\n        "tags": { "t": "x" }\n      }\n    }\n  }\n}\n',
    '"x"',
    'line',
    '"b": {\n        "//": "immutable: ignore[R] why",\n        "tags"',
  ],
  [
    'Terraform JSON beside another comment',
    'terraform-json',
    '{"module": {"m": {"//": "note", "source": "x"}}}',
    '"x"',
    'line',
    '"//": ["note", "immutable: ignore[R] why"], "source"',
  ],
  [
    'Packer JSON',
    'packer-json',
    '{"builders": [{"image": "x"}]}',
    '"x"',
    'block',
    '{"_immutable": { "ignore": { "/builders/0": ["R — why"] } }, "builders"',
  ],
  [
    'Packer JSON with others',
    'packer-json',
    '{"_immutable": {"ignore": {"/builders/0": ["a/b — c"]}}, "builders": [{"image": "x"}]}',
    '"x"',
    'block',
    '["a/b — c", "R — why"]',
  ],
  [
    'Kubernetes JSON',
    'kubernetes-json',
    '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "n"}, "spec": {"image": "x"}}',
    '"x"',
    'block',
    '"metadata": {"annotations": { "immutable-infra.dev/ignore.mutable-reference.image-tag": "why" }, "name"',
  ],
  [
    'Terraform JSON: at the label of a resource',
    'terraform-json',
    '{"resource": {"aws_instance": {"db": {"ami": "y"}, "web": {"ami": "x"}}}}',
    '"web"',
    'line',
    '"web": {"//": "immutable: ignore[R] why", "ami"',
  ],
  [
    'Terraform JSON: at the label of a resource in a list',
    'terraform-json',
    '{"resource": [{"aws_instance": [{"web": [{"ami": "x"}]}]}]}',
    '"web"',
    'line',
    '"web": [{"//": "immutable: ignore[R] why", "ami"',
  ],
  [
    'Terraform JSON: settings',
    'terraform-json',
    '{"terraform": {"backend": {"local": {}}}}',
    '"local"',
    'line',
    '{"terraform": {"//": "immutable: ignore[R] why", "backend"',
  ],
  [
    'Kubernetes JSON, one line: the object is the least that an annotation governs',
    'kubernetes-json',
    '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "n"}, "spec": {"image": "x"}}',
    '"x"',
    'line',
    '"metadata": {"annotations": { "immutable-infra.dev/ignore.mutable-reference.image-tag": "why" }, "name"',
  ],
  [
    'Kubernetes JSON: an item of a list',
    'kubernetes-json',
    '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},' +
      ' {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}, "spec": {"image": "x"}}]}',
    '"x"',
    'line',
    '"metadata": {"annotations": { "immutable-infra.dev/ignore.mutable-reference.image-tag": "why" }, "name": "b"',
  ],
  [
    'Packer JSON: at the name of a variable',
    'packer-json',
    '{"variables": {"a": "x"}}',
    '"a"',
    'line',
    '{ "ignore": { "/variables/a": ["R — why"] } }',
  ],
];

describe('P39: suppressionEdit', () => {
  it.each(CASES)('%s', (_name, kind, text, at, scope, expected) => {
    const file = source(kind, text);
    const edit = suppressionEdit(file, finding(file, at), { scope, reason: ' why\n' });
    if (!edit) throw new Error('no edit');
    const changed = applyEdits(text, [edit]);
    expect(changed).toContain(expected.replace(/\bR\b/, 'mutable-reference/image-tag'));
    // What it writes must work: the finding is silenced and nothing is said about the suppression.
    const again = source(kind, changed);
    const silenced = apply(again, [finding(again, at)]);
    expect(silenced.filter((found) => found.suppressed)).toHaveLength(1);
    expect(complaints(silenced).filter((text) => !text.includes('a/b'))).toEqual([]);
    if (edit.at.start === edit.at.end) expect(changed.replace(edit.text, '')).toBe(text);
  });

  it('gives nothing where there is no place for it', () => {
    const file = source('terraform', 'a = "x"\n');
    expect(suppressionEdit(file, finding(file, '"x"'), { scope: 'block', reason: undefined })).toBeUndefined();
    const json = source('compose-json', '{"services": {"a": {"image": "x"}}}');
    expect(suppressionEdit(json, finding(json, '"x"'), { scope: 'line', reason: undefined })).toBeUndefined();
  });
});
