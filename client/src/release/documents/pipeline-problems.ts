import { Diagnostic, DiagnosticSeverity, languages, Position, Range, Uri, type Disposable } from 'vscode';
import { DIAGNOSTIC_SOURCE } from '../../../../server/src/lsp/protocol';
import type { Pipelines } from '../workspace/pipelines';

/** What is wrong in `immutable.yaml`, in the Problems panel: what the linter's schema cannot know. */
export class PipelineProblems implements Disposable {
  private readonly collection = languages.createDiagnosticCollection('immutable-pipeline');
  private readonly subscription: Disposable;

  constructor(private readonly pipelines: Pipelines) {
    this.subscription = pipelines.onDidChange(() => this.refresh());
    this.refresh();
  }

  dispose(): void {
    this.subscription.dispose();
    this.collection.dispose();
  }

  private refresh(): void {
    this.collection.clear();
    for (const found of this.pipelines.all()) {
      if (found.state !== 'broken') continue;
      const uri = Uri.file(found.file);
      // The server says the same of the shape of the file; what stands there already is not said twice.
      const said = languages.getDiagnostics(uri).filter(({ source }) => source === DIAGNOSTIC_SOURCE);
      const diagnostics = found.problems.flatMap(({ line, column, range, message }) => {
        const start = new Position(line, column);
        const end = new Position(line, column + Math.max(1, range.end - range.start));
        if (said.some((one) => one.range.start.line === line)) return [];
        const diagnostic = new Diagnostic(new Range(start, end), message, DiagnosticSeverity.Error);
        diagnostic.source = DIAGNOSTIC_SOURCE;
        diagnostic.code = 'pipeline';
        return [diagnostic];
      });
      this.collection.set(uri, diagnostics);
    }
  }
}
