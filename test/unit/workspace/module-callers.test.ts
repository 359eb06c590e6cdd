import { describe, expect, it } from 'vitest';
import { WorkspaceIndex } from '../../../server/src/model/workspace-index';
import rule from '../../../server/src/rules/mutable-reference/launch-template-version';
import { defaultConfig } from '../../../server/src/workspace/config-file';
import { Linter } from '../../../server/src/workspace/linter';
import { memoryFiles } from '../../support/lint';

const MODULE = `variable "number" {}
resource "aws_autoscaling_group" "app" {
  launch_template {
    id      = "lt-0123"
    version = var.number
  }
}
`;
const caller = (number: string): string => `module "app" {
  source = "../modules/app"
  number = ${number}
}
`;

/** A workspace whose files may change, as in an editor. */
function workspace(files: Record<string, string>) {
  const linter = new Linter(memoryFiles(files), { rules: [rule], configFor: () => defaultConfig(), now: new Date(0) });
  const reindex = (): void => {
    const summaries = Object.entries(files).flatMap(([path, text]) => linter.summarise(path, text) ?? []);
    linter.useIndex(new WorkspaceIndex(summaries));
  };
  const found = (path: string): string[] =>
    (linter.lint(path, files[path] ?? '')?.findings ?? []).map((finding) => `${finding.path} ${finding.severity}`);
  return { linter, reindex, found };
}

describe('X9: callers of a module', () => {
  it('are not known before the workspace was read', () => {
    const { found } = workspace({ 'modules/app/main.tf': MODULE, 'live/main.tf': caller('"$Latest"') });
    expect(found('modules/app/main.tf')).toEqual([]);
  });

  it('are looked up anew when one of them changes', () => {
    const files = { 'modules/app/main.tf': MODULE, 'live/main.tf': caller('"$Latest"') };
    const { linter, reindex, found } = workspace(files);
    reindex();
    expect(found('modules/app/main.tf')).toEqual(['live/main.tf warning']);
    files['live/main.tf'] = caller('"7"');
    linter.lint('live/main.tf', files['live/main.tf']);
    expect(found('modules/app/main.tf')).toEqual([]);
    files['live/main.tf'] = caller('"$Default"');
    linter.fileChanged('live/main.tf');
    expect(found('modules/app/main.tf')).toEqual(['live/main.tf warning']);
    files['live/main.tf'] = caller('"$Default"').replace('../modules/app', '../modules/other');
    linter.fileChanged('live/main.tf');
    expect(found('modules/app/main.tf')).toEqual([]);
    reindex();
    expect(found('modules/app/main.tf')).toEqual([]);
  });

  it('are too many to tell apart: then nothing is known', () => {
    const files: Record<string, string> = { 'modules/app/main.tf': MODULE };
    for (let at = 0; at < 30; at++) files[`live/${at}/main.tf`] = caller('"$Latest"').replace('..', '../..');
    const { reindex, found } = workspace(files);
    reindex();
    expect(found('modules/app/main.tf')).toEqual([]);
  });

  it('are followed through a long chain of modules, up to a bound', () => {
    const files: Record<string, string> = {};
    for (let at = 0; at < 200; at++) {
      files[`m${at}/main.tf`] =
        `variable "number" {}\nmodule "next" {\n  source = "../m${at + 1}"\n  number = var.number\n}\n`;
    }
    files['m200/main.tf'] = MODULE;
    files['live/main.tf'] = caller('"$Latest"').replace('../modules/app', '../m190');
    const { reindex, found } = workspace(files);
    reindex();
    // m190 is called by m189 too, about which nobody says anything.
    expect(found('m200/main.tf')).toEqual(['live/main.tf warning']);
    files['live/main.tf'] = caller('"$Latest"').replace('../modules/app', '../m0');
    reindex();
    expect(found('m200/main.tf')).toEqual([]);
  });
});
