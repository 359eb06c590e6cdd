import {
  Disposable,
  OverviewRulerLane,
  Range,
  ThemeColor,
  window,
  workspace,
  type TextDocument,
  type TextEditorDecorationType,
} from 'vscode';
import type { PlanMark } from '../../../../release/src/plan/markdown';
import { PLAN_SCHEME } from './plan-path';

/** Colours of the theme, so that light, dark and high contrast work. What they say, the text says too. */
function createTypes(): Readonly<Record<PlanMark['kind'], TextEditorDecorationType>> {
  const line = (background: string, border: string, ruler: string): TextEditorDecorationType =>
    window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new ThemeColor(background),
      // In high contrast themes backgrounds are empty: a bar at the side is left. A wider one hides the sign before a value.
      borderColor: new ThemeColor(border),
      borderStyle: 'solid',
      borderWidth: '0 0 0 1px',
      overviewRulerColor: new ThemeColor(ruler),
      overviewRulerLane: OverviewRulerLane.Full,
    });
  return {
    destructive: line('diffEditor.removedLineBackground', 'editorError.foreground', 'editorError.foreground'),
    refused: line('inputValidation.warningBackground', 'editorWarning.foreground', 'editorWarning.foreground'),
    unchanged: window.createTextEditorDecorationType({ color: new ThemeColor('descriptionForeground') }),
  };
}

/** Shows the marks of plans in every editor that shows one. */
export class PlanDecorations implements Disposable {
  private readonly types = createTypes();
  private readonly subscriptions: Disposable;

  /** @param marksOf undefined for a document that was not rendered yet */
  constructor(private readonly marksOf: (document: TextDocument) => readonly PlanMark[] | undefined) {
    this.subscriptions = Disposable.from(
      window.onDidChangeVisibleTextEditors(() => this.refresh()),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === PLAN_SCHEME) this.refresh();
      }),
      ...Object.values(this.types),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** The editor takes a text after it was provided. */
  refreshLater(): void {
    setTimeout(() => this.refresh(), 0);
  }

  private refresh(): void {
    for (const editor of window.visibleTextEditors) {
      if (editor.document.uri.scheme !== PLAN_SCHEME) continue;
      const marks = this.marksOf(editor.document) ?? [];
      for (const kind of Object.keys(this.types) as PlanMark['kind'][]) {
        const ranges = marks
          .filter((mark) => mark.kind === kind)
          .map(({ first, last }) => new Range(first, 0, last, 0));
        editor.setDecorations(this.types[kind], ranges);
      }
    }
  }
}
