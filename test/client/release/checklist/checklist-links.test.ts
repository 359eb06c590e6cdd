import { describe, expect, it } from 'vitest';
import { namedPlaces } from '../../../../client/src/release/checklist/checklist-links';
import { evaluateChecklist } from '../../../../server/src/workspace/checklist/evaluate';
import { checklistMarkdown } from '../../../../server/src/workspace/checklist/markdown';

describe('the places that the checklist names', () => {
  it('are those of its findings and of its evidence, and nothing else', () => {
    const text = checklistMarkdown(
      evaluateChecklist({
        files: [{ path: 'file:///w/web/Dockerfile', signs: [{ sign: 'container-image', line: 3, what: 'a `b:1`' }] }],
        findings: [
          {
            path: 'file:///w/net.tf',
            line: 6,
            column: 2,
            rule: 'interactive-access/ssh-ingress',
            severity: 'error',
            message: 'See `x:9` or `immutable.yaml:1`.',
          },
        ],
        pipelines: [],
      }),
      (uri) => uri.replace('file:///w/', ''),
    );
    const lines = text.split('\n');
    const places = namedPlaces(text);
    expect(places.map(({ path, at }) => `${path}:${at}`)).toEqual(['web/Dockerfile:4', 'net.tf:7']);
    for (const { line, start, end, path, at } of places) expect(lines[line]?.slice(start, end)).toBe(`${path}:${at}`);
  });

  it('are found for paths with blanks and colons', () => {
    const [place] = namedPlaces('  - see `C:/my files/a:b.tf:12` x');
    expect(place).toMatchObject({ path: 'C:/my files/a:b.tf', at: 12 });
  });
});
