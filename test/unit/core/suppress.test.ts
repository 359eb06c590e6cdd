import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/src/core/fix';
import { parseSuppressions } from '../../../server/src/core/suppress';
import { SUPPRESSION_RULES } from '../../../server/src/core/suppression-rules';
import { apply, complaints, finding, RULES, silences, source } from './suppress-support';

const TAG = 'immutable: ignore[mutable-reference/image-tag] known';

describe('comments of HCL', () => {
  const resource = (comment: string, trailing = '') =>
    source(
      'terraform',
      `resource "aws_instance" "web" {\n${comment}  ami = "ami-1"${trailing}\n  tags = {\n    a = "tagvalue"\n  }\n}\n`,
    );

  it.each(['#', '//'])('governs the statement below %s', (mark) => {
    const file = resource(`  ${mark} ${TAG}\n`);
    expect(silences(file, '"ami-1"')).toBe(true);
    expect(silences(file, '"tagvalue"')).toBe(false);
    expect(silences(file, '"ami-1"', 'mutable-reference/image-digest')).toBe(false);
  });

  it('reads block comments, of one line and of several', () => {
    expect(silences(resource(`  /* ${TAG} */\n`), '"ami-1"')).toBe(true);
    expect(silences(resource(`  /*\n   * About this.\n   * ${TAG}\n   */\n`), '"ami-1"')).toBe(true);
    expect(silences(source('terraform', `/* ${TAG} */ ami = "ami-1"\n`), '"ami-1"')).toBe(true);
  });

  it('governs the statement that a comment trails', () => {
    expect(silences(resource('', ` # ${TAG}`), '"ami-1"')).toBe(true);
    expect(silences(resource('', ` # ${TAG}`), '"tagvalue"')).toBe(false);
    const list = source('terraform', `x = [\n  "one",\n  "two",\n] # ${TAG}\n`);
    expect(silences(list, '"one"')).toBe(true);
    const middle = source('terraform', `x = [\n  "one",\n  "two", # ${TAG}\n  "three",\n]\n`);
    expect([silences(middle, '"one"'), silences(middle, '"two"'), silences(middle, '"three"')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('governs a whole statement of several lines, heredoc included', () => {
    const file = source(
      'terraform',
      `# ${TAG}\nuser_data = <<-EOF\n  docker run nginx\n  # immutable: ignore[x/y] data\nEOF\nnext = 1\n`,
    );
    expect(silences(file, 'nginx')).toBe(true);
    expect(silences(file, 'next')).toBe(false);
  });

  it('silences the header of a block but not what is inside', () => {
    const file = source('terraform', `# ${TAG}\nresource "a" "b" {\n  ami = "ami-1"\n}\n`);
    expect(silences(file, 'resource "a" "b"')).toBe(true);
    expect(silences(file, '"ami-1"')).toBe(false);
  });

  it('silences a whole block, above it or behind its brace', () => {
    const text = 'resource "a" "b" {\n  nested {\n    ami = "ami-1"\n  }\n}\nother = "z"\n';
    const pragma = '# immutable: ignore-block[mutable-reference/*] known';
    for (const file of [
      source('terraform', `${pragma}\n${text}`),
      source('terraform', text.replace('{\n', `{ ${pragma}\n`)),
    ]) {
      expect(silences(file, '"ami-1"')).toBe(true);
      expect(silences(file, '"z"')).toBe(false);
      expect(silences(file, '"ami-1"', 'local-state/log-to-file')).toBe(false);
    }
  });

  it('takes stacked comments and several rules', () => {
    const file = resource(`  # immutable: ignore[local-state/log-to-file, health-check/missing] a\n  # ${TAG}\n`);
    for (const rule of ['local-state/log-to-file', 'health-check/missing', 'mutable-reference/image-tag']) {
      expect(silences(file, '"ami-1"', rule)).toBe(true);
    }
  });

  it('silences a file only from its leading comment', () => {
    const pragma = '# immutable: ignore-file[mutable-reference/image-tag] known\n';
    expect(silences(source('terraform', `# About.\n${pragma}a = 1\nb = "z"\n`), '"z"')).toBe(true);
    const late = source('terraform', `a = 1\n${pragma}b = "z"\n`);
    expect(silences(late, '"z"')).toBe(false);
    expect(complaints(apply(late, []))).toEqual([expect.stringMatching(/^unknown-rule: Put `ignore-file/)]);
  });

  it('works with CRLF and a byte order mark', () => {
    const file = source('terraform', `\uFEFF# ${TAG}\r\nami = "ami-1"\r\nb = "z"\r\n`);
    expect(silences(file, '"ami-1"')).toBe(true);
    expect(silences(file, '"z"')).toBe(false);
    expect(parseSuppressions(file)[0]?.reason).toBe('known');
  });
});

describe('comments of Dockerfiles', () => {
  it('governs the instruction below, also from between its lines', () => {
    expect(silences(source('dockerfile', `# ${TAG}\n\nFROM node:latest\n`), 'node:latest')).toBe(true);
    const between = source('dockerfile', `FROM a\nRUN one && \\\n# ${TAG}\n  two && \\\n  three\nRUN four\n`);
    expect([silences(between, 'one'), silences(between, 'three'), silences(between, 'four')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('governs a stage', () => {
    const file = source(
      'dockerfile',
      `FROM a\nRUN one\n# immutable: ignore-block[mutable-reference/image-tag] x\nFROM b\nRUN two\nRUN three\nFROM c\nRUN four\n`,
    );
    expect(['one', 'two', 'three', 'four'].map((at) => silences(file, at))).toEqual([false, true, true, false]);
  });

  it('says that a trailing comment is an argument', () => {
    const file = source('dockerfile', `FROM node:latest # ${TAG}\n`);
    expect(silences(file, 'node:latest')).toBe(false);
    expect(complaints(apply(file, []))).toEqual([expect.stringMatching(/line of its own above the instruction/)]);
  });
});

describe('comments of YAML', () => {
  it('P36: a comment in a block scalar is data, the comment above the key governs the whole scalar', () => {
    const inside = source('kubernetes', `data:\n  run.sh: |\n    # ${TAG}\n    docker run nginx\n  b: "z"\n`);
    expect(silences(inside, 'nginx')).toBe(false);
    expect(complaints(apply(inside, []))).toEqual([]);
    const above = source('kubernetes', `data:\n  # ${TAG}\n  run.sh: |\n    one\n    docker run nginx\n  b: "z"\n`);
    expect([silences(above, 'nginx'), silences(above, '"z"')]).toEqual([true, false]);
  });

  it('governs entries, items and blocks', () => {
    const text = `spec:\n  containers:\n    # immutable: ignore-block[mutable-reference/image-tag] x\n    - name: one\n      image: one:latest\n    - name: two\n      image: two:latest # ${TAG}\n    # ${TAG}\n    - image: three:latest\n    - image: four:latest\n`;
    const file = source('kubernetes', text);
    expect(['one:latest', 'two:latest', 'three:latest', 'four:latest'].map((at) => silences(file, at))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('governs a document from above its first key', () => {
    const pragma = '# immutable: ignore-block[mutable-reference/image-tag] x\n';
    const file = source('kubernetes', `a: "one"\nb: "two"\n---\n${pragma}c: "three"\nd: "four"\n---\ne: "five"\n`);
    expect(['"one"', '"two"', '"three"', '"four"', '"five"'].map((at) => silences(file, at))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('reads Helm comments', () => {
    const file = source(
      'helm-template',
      `spec:\n  {{/* ${TAG} */}}\n  image: nginx:latest\n  other: {{ .Values.x }}\n`,
    );
    expect(silences(file, 'nginx:latest')).toBe(true);
  });
});

describe('comments of embedded scripts', () => {
  const text = `resource "a" "b" {\n  user_data = <<-EOF\n    # ${TAG}\n\n    # more\n    docker run \\\n      nginx\n    docker run redis # ${TAG}\n    docker run \\\n      mysql # ${TAG}\n    docker run last\n  EOF\n}\n`;
  const file = source('terraform', text);
  const comments = [...text.matchAll(/#(.*)/g)].map((match) => ({
    range: { start: match.index, end: match.index + match[0].length },
    textStart: match.index + 1,
    text: match[1] ?? '',
  }));
  const at = (start: number) => ({ start, end: start + 6 });
  it('governs the next command line, or the one it trails', () => {
    const findings = [...text.matchAll(/docker/g)].map((match) => finding(file, at(match.index)));
    findings.push(finding(file, 'nginx'), finding(file, 'mysql'));
    const silenced = apply(file, findings, {}, comments).filter((one) => one.suppressed);
    expect(silenced.map((one) => file.lines.lineAt(one.range.start))).toEqual([5, 6, 7, 8, 9]);
  });
});

describe('suppressions in data', () => {
  it('reads annotations of Kubernetes objects, for the whole object', () => {
    const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    immutable-infra.dev/ignore.mutable-reference.image-tag: "vendor image"\nspec:\n  image: nginx:latest\n---\nspec:\n  image: other:latest\n`;
    const file = source('kubernetes', text);
    expect(silences(file, 'nginx:latest')).toBe(true);
    expect(silences(file, 'other:latest')).toBe(false);
    expect(parseSuppressions(file)[0]?.reason).toBe('vendor image');
    const wrong = source('kubernetes', text.replace('reference.image', 'reference/image'));
    expect(complaints(apply(wrong, []))).toEqual([expect.stringMatching(/^unknown-rule/)]);
  });

  it('reads "//" of Terraform JSON, for the object that holds it', () => {
    const text = `{"resource": {"a": {"b": {"//": "${TAG}", "ami": "ami-1"}, "c": {"ami": "ami-2"}}}}`;
    const file = source('terraform-json', text);
    expect([silences(file, '"ami-1"'), silences(file, '"ami-2"')]).toEqual([true, false]);
    const whole = source(
      'terraform-json',
      `{"//": "immutable: ignore-file[mutable-reference/*] x", "a": {"ami": "ami-2"}}`,
    );
    expect(silences(whole, '"ami-2"')).toBe(true);
  });

  it('reads "_immutable" of Packer JSON by JSON pointers', () => {
    const text = `{"_immutable": {"ignore": {"/builders/0": ["mutable-reference/image-tag — known until=2027-01-01"]}}, "builders": [{"image": "a:latest"}, {"image": "b:latest"}]}`;
    const file = source('packer-json', text);
    expect([silences(file, '"a:latest"'), silences(file, '"b:latest"')]).toEqual([true, false]);
    expect(parseSuppressions(file)[0]).toMatchObject({ reason: 'known', until: { date: '2027-01-01' } });
    const lost = source('packer-json', text.replace('/builders/0', '/builders/7'));
    expect(complaints(apply(lost, []))).toEqual([expect.stringMatching(/Nothing is at `\/builders\/7`/)]);
    expect(complaints(apply(source('packer-json', '{"_immutable": {"skip": 1}}'), []))).toHaveLength(1);
  });

  it('reads "//" of Terraform JSON from the key of its object, which a list of several objects shares', () => {
    const text = `{"resource": {"a": {"b": {"//": "${TAG}", "ami": 1}, "c": {"ami": 2}}}}`;
    const file = source('terraform-json', text);
    expect([silences(file, '"b"'), silences(file, '"c"'), silences(file, '"a"')]).toEqual([true, false, false]);
    const type = source('terraform-json', `{"resource": {"a": {"//": "${TAG}", "c": {"ami": 2}}, "d": {}}}`);
    expect([silences(type, '"a"'), silences(type, '"c"'), silences(type, '"d"')]).toEqual([true, true, false]);
    const listed = source('terraform-json', `{"resource": {"a": {"b": [{"//": "${TAG}", "x": 1}, {"y": 2}]}}}`);
    expect([silences(listed, '"b"'), silences(listed, '"x"'), silences(listed, '"y"')]).toEqual([false, true, false]);
  });

  it('reads comments at the root of Packer JSON: the file, else says where it belongs', () => {
    const text = `{"_comment": "${TAG.replace('ignore', 'ignore-file')}", "builders": [{"image": "a:latest"}]}`;
    const file = source('packer-json', text);
    expect(silences(file, '"a:latest"')).toBe(true);
    const lost = source('packer-json', text.replace('ignore-file', 'ignore'));
    expect(silences(lost, '"a:latest"')).toBe(false);
    expect(complaints(apply(lost, []))).toEqual([expect.stringMatching(/"_immutable"/)]);
    expect(complaints(apply(source('packer-json', '{"_comment": "immutable: do not edit"}'), []))).toEqual([]);
  });
});

describe('P38: findings about suppressions', () => {
  const one = (pragma: string, policy = {}, at?: string) => {
    const file = source('terraform', `# ${pragma}\nami = "ami-1"\n`);
    return { file, result: apply(file, at === undefined ? [finding(file, '"ami-1"')] : [], policy) };
  };

  it('lists its rules with their metadata', () => {
    expect(SUPPRESSION_RULES.map((rule) => rule.id)).toEqual([
      'suppression/unknown-rule',
      'suppression/unused',
      'suppression/expired',
      'suppression/missing-reason',
    ]);
  });

  it('P38: names an unknown rule and the likely one, with a fix', () => {
    const { file, result } = one('immutable: ignore[mutable-reference/image-tags] x');
    expect(complaints(result)).toEqual([
      'unknown-rule: No rule is called `mutable-reference/image-tags`, so this suppresses nothing. Did you mean `mutable-reference/image-tag`?',
    ]);
    const edits = result[0]?.fixes[0]?.edits ?? [];
    expect(applyEdits(file.text, edits)).toBe('# immutable: ignore[mutable-reference/image-tag] x\nami = "ami-1"\n');
    expect(complaints(one('immutable: ignore[no-such-family/*] x').result)).toHaveLength(1);
    expect(complaints(one('immutable: ignore[DL3006] x').result)).toEqual([expect.stringContaining('`DL3006`')]);
  });

  it('P38: reports what silences nothing and removes it, or one rule of several', () => {
    const { file, result } = one('immutable: ignore[local-state/log-to-file] x');
    expect(complaints(result)).toEqual(['unused: Remove `local-state/log-to-file`: it silences nothing here.']);
    expect(applyEdits(file.text, result[0]?.fixes[0]?.edits ?? [])).toBe('ami = "ami-1"\n');
    for (const [list, left] of [
      ['mutable-reference/image-tag, local-state/log-to-file', 'mutable-reference/image-tag'],
      ['local-state/log-to-file, mutable-reference/image-tag', 'mutable-reference/image-tag'],
    ] as const) {
      const several = one(`immutable: ignore[${list}] x`);
      const unused = several.result.find((found) => found.rule === 'suppression/unused');
      expect(applyEdits(several.file.text, unused?.fixes[0]?.edits ?? [])).toBe(
        `# immutable: ignore[${left}] x\nami = "ami-1"\n`,
      );
    }
    const trailing = source('terraform', `ami = "ami-1" # ${TAG}\n`);
    expect(applyEdits(trailing.text, apply(trailing, [])[0]?.fixes[0]?.edits ?? [])).toBe('ami = "ami-1"\n');
  });

  it('does not call unused what was not run', () => {
    expect(complaints(one('immutable: ignore[local-state/log-to-file] x', { wasRun: () => false }).result)).toEqual([]);
    expect(complaints(one('immutable: ignore[local-state/*] x', { wasRun: () => false }).result)).toEqual([]);
    expect(complaints(one('immutable: ignore[local-state/*] x').result)).toHaveLength(1);
  });

  it('P38: a suppression ends after its date', () => {
    for (const until of ['until=2026-11-20', 'until=2020-01-01']) {
      const { result } = one(`immutable: ignore[mutable-reference/image-tag] wait for vendor ${until}`);
      expect(complaints(result)).toEqual([expect.stringMatching(/^expired: This suppression ended on 20/)]);
      expect(result.find((found) => found.rule.startsWith('mutable'))?.suppressed).toBeUndefined();
    }
    const { result } = one('immutable: ignore[mutable-reference/image-tag, until=2026-11-21] wait');
    expect(complaints(result)).toEqual([]);
    expect(result[0]?.suppressed).toEqual({ reason: 'wait' });
    expect(complaints(one('immutable: ignore[mutable-reference/image-tag] until=2026-02-30 x').result)).toEqual([
      expect.stringMatching(/date as/),
    ]);
  });

  it('P38: asks for a reason where the configuration does', () => {
    const pragma = 'immutable: ignore[mutable-reference/image-tag]';
    expect(complaints(one(pragma).result)).toEqual([]);
    expect(complaints(one(pragma, { requireReason: true }).result)).toEqual([
      'missing-reason: Say why after the bracket: `ignore[mutable-reference/image-tag] reason`.',
    ]);
    const strict = one(pragma, { requireReason: 'error' }).result;
    expect(strict.find((found) => found.rule === 'suppression/missing-reason')?.severity).toBe('error');
    expect(complaints(one(`${pragma} — because`, { requireReason: true }).result)).toEqual([]);
    expect(complaints(one(`${pragma} until=2027-01-01`, { requireReason: true }).result)).toHaveLength(1);
  });

  it('P38: a rule that must not be suppressed is not, and says so', () => {
    const { result } = one(TAG, { unsuppressible: () => true });
    expect(result.some((found) => found.suppressed)).toBe(false);
    expect(complaints(result)).toEqual([expect.stringMatching(/does not let/)]);
  });

  it('P38: never ignores a malformed pragma silently', () => {
    for (const pragma of [
      'immutable: ignore mutable-reference/image-tag',
      'immutable: ignore',
      'immutable: ignore[]',
      'immutable: ignore[mutable-reference/image-tag because',
      'immutable: ignore[*] x',
      'immutable: ingore[mutable-reference/image-tag] x',
      'immutable: Ignore[mutable-reference/image-tag] x',
      'immutable: disable[mutable-reference/image-tag] x',
      'immutable ignore[mutable-reference/image-tag] x',
      'immutable-infra: ignore[mutable-reference/image-tag] x',
      'immutable: ignore[mutable-reference/image-tag because] x',
    ]) {
      const { result } = one(pragma);
      expect(complaints(result), pragma).toEqual([expect.stringMatching(/^unknown-rule: .*suppresses nothing\.$/)]);
      expect(
        result.some((found) => found.suppressed),
        pragma,
      ).toBe(false);
    }
    const { file, result } = one('immutable: ingore[mutable-reference/image-tag] x');
    expect(applyEdits(file.text, result[0]?.fixes[0]?.edits ?? [])).toContain(
      `# immutable: ignore[mutable-reference/image-tag] x\n`,
    );
  });

  it('takes prose and commented-out fields for what they are', () => {
    for (const prose of [
      'immutable: true',
      'immutable: false',
      'immutable: do not edit',
      'immutable infrastructure',
      'immutable: allow only digests',
      'use immutable: ignore[x]',
      'not mutable',
      'immutable ignore list',
    ]) {
      expect(complaints(one(prose).result), prose).toEqual([]);
    }
  });

  it('has configurable severities, and can be silenced for a file', () => {
    const unused = 'immutable: ignore[local-state/log-to-file] x';
    expect(one(unused, { severityOf: () => 'error' }).result[0]?.severity).toBe('error');
    expect(complaints(one(unused, { severityOf: () => 'off' }).result)).toEqual([]);
    const file = source('terraform', `# immutable: ignore-file[suppression/unused] generated\n# ${unused}\na = 1\n`);
    expect(complaints(apply(file, []))).toEqual([]);
  });
});

describe('applySuppressions', () => {
  const kinds = ['terraform', 'dockerfile', 'kubernetes', 'terraform-json'] as const;
  it('never drops nor silences a finding when there is no comment', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(
          fc.constantFrom(
            'FROM a\n',
            'a = "b"\n',
            'x {\n',
            '}\n',
            'k: v\n',
            '- i\n',
            ' \t',
            '{"a":1}',
            '\r\n',
            'immutable ',
            'ignore[a/b] ',
            '\\\n',
            '---\n',
          ),
          { maxLength: 20 },
        ),
        fc.array(fc.record({ at: fc.nat(200), rule: fc.constantFrom(...RULES) }), { maxLength: 6 }),
        (kind, parts, places) => {
          const file = source(kind, parts.join(''));
          const findings = places.map(({ at, rule }) => {
            const start = Math.min(at, file.text.length);
            return finding(file, { start, end: start }, rule);
          });
          const result = apply(file, findings);
          expect(new Set(result)).toEqual(new Set(findings));
        },
      ),
      { seed: 38, numRuns: 300 },
    );
  });

  it('keeps every finding with any comment, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(
          fc.constantFrom(
            '# ',
            'immutable: ',
            'ignore',
            '-block',
            '-file',
            '[',
            'mutable-reference/image-tag',
            '*',
            ',',
            ']',
            ' until=',
            '2026-12-31',
            '\n',
            'a = 1\n',
            'FROM a\n',
            '"//": "',
            '"',
            '{',
            '}',
          ),
          { maxLength: 25 },
        ),
        (kind, parts) => {
          const file = source(kind, parts.join(''));
          const findings = RULES.map((rule) => finding(file, { start: 0, end: 0 }, rule));
          const result = apply(file, findings).filter((found) => !found.rule.startsWith('suppression/'));
          expect(result.map((found) => found.rule).sort()).toEqual([...RULES].sort());
        },
      ),
      { seed: 39, numRuns: 300 },
    );
  });
});
