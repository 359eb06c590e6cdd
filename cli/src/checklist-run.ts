import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipelineFacts } from '../../release/src/api/delivery-facts';
import { findStateRoot } from '../../release/src/state-root';
import { WorkspaceIndex } from '../../server/src/model/workspace-index';
import { evaluateChecklist, type ChecklistItem } from '../../server/src/workspace/checklist/evaluate';
import type { ChecklistFile, ChecklistFinding, DeliveryFacts } from '../../server/src/workspace/checklist/facts';
import { signsOf } from '../../server/src/workspace/checklist/signs';
import { Linter } from '../../server/src/workspace/linter';
import { Configurations } from './configuration';
import type { Candidate } from './discover';
import { DiskFiles } from './disk-files';
import type { RunResult } from './lint-run';
import { BUILT_IN_METAS, BUILT_IN_RULES, type SessionOptions } from './session';
import { rootAt, type Root } from './workspace-root';

/** The names of a pipeline; the first that is there wins. */
const PIPELINE_NAMES = ['immutable.yaml', 'immutable.yml'];

/** The checklist of files that were linted, with the pipelines in their folders and above. */
export function runChecklist(
  candidates: readonly Candidate[],
  head: RunResult,
  options: SessionOptions,
): readonly ChecklistItem[] {
  const root = rootAt(options.root, options.cwd);
  return evaluateChecklist({
    files: readSigns(candidates, head, options),
    findings: head.findings.filter(({ suppressed }) => !suppressed).map(shortFinding),
    pipelines: pipelinesOf(
      candidates.map(({ path }) => path),
      root,
    ),
  });
}

function readSigns(candidates: readonly Candidate[], head: RunResult, options: SessionOptions): ChecklistFile[] {
  const files = new DiskFiles(options.root, options.maxBytes);
  const configurations = new Configurations(rootAt(options.root, options.cwd), files, BUILT_IN_METAS, options.choice);
  const linter = new Linter(files, {
    rules: BUILT_IN_RULES,
    configFor: (path) => configurations.for(path),
    now: new Date(options.now),
    use: 'run',
  });
  linter.useIndex(new WorkspaceIndex(head.summaries));
  const linted = new Set(head.linted);
  return candidates.flatMap(({ path, peek }): ChecklistFile[] => {
    const text = linted.has(path) ? files.readResult(path, peek).text : undefined;
    const signs = text === undefined ? [] : signsOf(path, text, linter);
    return signs.length === 0 ? [] : [{ path, signs }];
  });
}

function shortFinding({ path, rule, severity, message, region }: RunResult['findings'][number]): ChecklistFinding {
  return { path, line: region.startLine - 1, column: region.startColumn - 1, rule, severity, message };
}

/** Of the folders of the files, and of those above them up to the root. */
function pipelinesOf(paths: readonly string[], root: Root): DeliveryFacts[] {
  const directories = new Set<string>(['.']);
  for (const path of paths) {
    for (let directory = dirname(path); !directories.has(directory); directory = dirname(directory))
      directories.add(directory);
  }
  return [...directories].sort().flatMap((directory) => {
    const path = PIPELINE_NAMES.map((name) => (directory === '.' ? name : `${directory}/${name}`)).find((name) =>
      existsSync(root.absolute(name)),
    );
    if (path === undefined) return [];
    const folder = dirname(join(root.directory, path));
    const facts = pipelineFacts(readFileSync(root.absolute(path), 'utf8'), path, findStateRoot(folder));
    return facts ? [{ path, ...facts }] : [];
  });
}
