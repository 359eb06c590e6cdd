import { Disposable } from 'vscode';
import { ChecklistDocument } from './checklist/checklist-document';
import { ReleaseComparisons } from './compare/release-comparisons';
import { BakeLenses } from './lens/bake-lenses';
import { LogDocuments } from './logs/log-documents';
import { PlanDocuments } from './plan-document/plan-documents';
import type { ReleaseDocumentServices } from './services';
import type { DocumentScheme, DocumentSource } from './virtual-files';

/** The documents of delivery. */
export interface ReleaseDocuments {
  readonly plans: PlanDocuments;
  readonly logs: LogDocuments;
  readonly checklist: ChecklistDocument;
  readonly comparisons: ReleaseComparisons;
  /** What gives the documents of a scheme their text. */
  source(scheme: DocumentScheme): DocumentSource;
  dispose(): void;
}

/** Plans, logs, the checklist and comparisons as documents; lenses above what is baked. */
export function registerReleaseDocuments(services: ReleaseDocumentServices): ReleaseDocuments {
  const plans = new PlanDocuments(services);
  const logs = new LogDocuments(services);
  const checklist = new ChecklistDocument(services);
  const comparisons = new ReleaseComparisons(services);
  const sources: Readonly<Record<DocumentScheme, DocumentSource>> = {
    'immutable-plan': plans,
    'immutable-log': logs,
    'immutable-checklist': checklist,
    'immutable-compare': comparisons,
  };
  const subscriptions = Disposable.from(plans, logs, checklist, comparisons, new BakeLenses(services));
  return {
    plans,
    logs,
    checklist,
    comparisons,
    source: (scheme) => sources[scheme],
    dispose: () => void subscriptions.dispose(),
  };
}
