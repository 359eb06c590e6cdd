import type { Comment } from '../../lang/syntax';
import type { ScriptUse } from '../facts';
import type { Project } from '../project';
import type { SourceFile } from '../source-file';
import { collectFacts } from './index';

/**
 * Shell comments inside the scripts that a file holds (heredocs, `run:` blocks, `inline` lists), so that a suppression can
 * stand beside the command it is about. Files that never say `immutable:` are not looked at twice.
 */
export function embeddedComments(file: SourceFile, project: Project): Comment[] {
  if (file.kind === 'shell' || !file.text.includes('immutable:')) return [];
  const found = new Map<number, Comment>();
  collectFacts(
    file,
    project,
    (fact) => fact === 'script',
    (_fact, value) => {
      const script = value as ScriptUse;
      if (script.path !== undefined) return;
      for (const { text, at } of script.shell.comments) {
        if (at.path !== undefined && at.path !== file.path) continue;
        found.set(at.start, { range: { start: at.start, end: at.end }, textStart: at.start + 1, text });
      }
    },
    { scripts: true },
  );
  const known = new Set(file.regions.comments.map((comment) => comment.range.start));
  return [...found.values()].filter((comment) => !known.has(comment.range.start));
}
