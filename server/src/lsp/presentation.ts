import type { Diagnostic, DiagnosticRelatedInformation } from 'vscode-languageserver';
import type { Finding, Severity } from '../core/finding';
import type { LineIndex } from '../core/text';
import type { Analysis } from './analysis';
import type { ConfigElsewhere } from './config-elsewhere';
import { configDiagnostic, toDiagnostic } from './diagnostics';
import type { Location } from './folders';
import type { ForeignFinding } from './foreign-findings';
import { shownRange, toLspRange, type Places } from './places';
import type { LspRange, ReviewClass, ReviewShow } from './protocol';
import { isShown } from './review';
import { distinct } from './distinct';
import type { RuleLinks } from './rule-links';

/** A finding as a document shows it. */
export interface ShownItem {
  readonly finding: Finding;
  readonly range: LspRange;
  /** As shown: what a review leaves out is a hint. */
  readonly severity: Severity;
  readonly review: ReviewClass | undefined;
  readonly diagnostic: Diagnostic;
  /** The file that was linted: places without a path lie there. */
  readonly from: Location;
  /** False when its places may have moved since. */
  readonly isCurrent: boolean;
}

/** One document to present. */
export interface PresentationInput {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  readonly lines: LineIndex;
  readonly location: Location;
  readonly analysis: Analysis;
  /** Those that are shown here, wherever they lie; what the baseline holds is marked and left out. */
  readonly findings: readonly Finding[];
  /** Those of this document that the lint of another one found. */
  readonly foreign: readonly ForeignFinding[];
  readonly classes: ReadonlyMap<Finding, ReviewClass>;
  readonly show: ReviewShow;
}

/** Makes diagnostics of findings. */
export class Presentation {
  constructor(
    private readonly places: Places,
    private readonly links: RuleLinks,
    private readonly elsewhere: ConfigElsewhere,
  ) {}

  present(input: PresentationInput): {
    readonly items: readonly ShownItem[];
    readonly diagnostics: readonly Diagnostic[];
  } {
    const found = [
      ...input.findings.map((finding) => ({ finding, from: input.location, isCurrent: true })),
      ...input.foreign.map(({ finding, from, version }) => ({ finding, from, isCurrent: version === input.version })),
    ];
    const items = distinct(found, ({ finding }) => finding)
      .map(({ finding, from, isCurrent }) => this.item(input, finding, from, isCurrent))
      .sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
    const problems = input.analysis.configProblems
      .filter(({ path, isInSchema }) => isInSchema !== true || !this.elsewhere.holds(path))
      .map((problem) => configDiagnostic(problem, toLspRange(input.lines, problem.range)));
    return { items, diagnostics: [...items.map(({ diagnostic }) => diagnostic), ...problems] };
  }

  private item(input: PresentationInput, finding: Finding, from: Location, isCurrent: boolean): ShownItem {
    const review = input.classes.get(finding);
    const severity = isShown(review, input.show) ? finding.severity : 'hint';
    const range = toLspRange(input.lines, shownRange(finding, input.location.path, input.text, input.lines));
    const diagnostic = toDiagnostic(finding, {
      range,
      severity,
      version: input.version,
      review,
      href: this.links.href(finding.rule, input.analysis.customRules),
      related: this.related(input, finding, from),
    });
    return { finding, range, severity, review, diagnostic, from, isCurrent };
  }

  private related(input: PresentationInput, finding: Finding, from: Location): DiagnosticRelatedInformation[] {
    const { location, uri, lines } = input;
    const places = finding.related.map(({ at, message }) => ({ at: { ...at, path: at.path ?? from.path }, message }));
    if (finding.path !== location.path)
      places.unshift({ at: { ...finding.range, path: finding.path }, message: 'It is written here.' });
    return places.flatMap(({ at, message }) => {
      const found = this.places.location(location, uri, lines, at);
      return found ? [{ location: found, message }] : [];
    });
  }
}
