import { pathToFileURL } from 'node:url';
import type {
  ArtifactLocation,
  Fix as SarifFix,
  Invocation,
  Location,
  Log,
  Notification,
  Region as SarifRegion,
  ReportingDescriptor,
  Result,
  Suppression,
} from 'sarif';
import type { Severity } from '../../../server/src/core/finding';
import type { RuleMeta } from '../../../server/src/core/rule';
import { rulePage, ruleUrl } from '../docs-pages';
import type { LocatedFinding, LocatedFix, Region } from '../located';
import type { Format, Report } from '../report';
import { HOMEPAGE, VERSION } from '../version';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** 0 to 100: the higher the more important (SARIF 2.1.0, §3.27.25). */
const RANKS: Readonly<Record<Severity, number>> = { error: 90, warning: 60, info: 30, hint: 10 };

/** SARIF 2.1.0 (OASIS), as code scanning and editors read it. Paths are relative to the working directory. */
export const sarif: Format = (report) => {
  const writer = new SarifWriter(report);
  const log: Log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Immutable Infra',
            version: VERSION,
            semanticVersion: VERSION,
            ...(HOMEPAGE === '' ? {} : { informationUri: HOMEPAGE }),
            rules: report.metas.map(descriptor),
          },
        },
        invocations: [invocation(report)],
        originalUriBaseIds: {
          SRCROOT: { uri: `${pathToFileURL(report.root.cwd).href.replace(/\/$/, '')}/` },
        },
        columnKind: 'utf16CodeUnits',
        results: writer.results(),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};

function descriptor(meta: RuleMeta): ReportingDescriptor {
  const page = rulePage(meta.id);
  const url = ruleUrl(meta);
  const summary = `${meta.summary.replace(/\.$/, '')}.`;
  return {
    id: meta.id,
    name: meta.id.replace(/(?:^|[/-])(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: summary },
    fullDescription: { text: summary },
    ...(url === undefined ? {} : { helpUri: url }),
    help: { text: page ?? summary, ...(page === undefined ? {} : { markdown: page }) },
    defaultConfiguration: { enabled: meta.recommended, level: LEVELS[meta.severity], rank: RANKS[meta.severity] },
    properties: {
      tags: ['immutable-infrastructure', meta.id.slice(0, meta.id.indexOf('/')), ...meta.languages],
      precision: 'high',
      'problem.severity': meta.severity === 'error' || meta.severity === 'warning' ? meta.severity : 'recommendation',
    },
  };
}

class SarifWriter {
  private readonly ruleIndexes: ReadonlyMap<string, number>;

  constructor(private readonly report: Report) {
    this.ruleIndexes = new Map(report.metas.map((meta, index) => [meta.id as string, index]));
  }

  results(): Result[] {
    const { findings, suppressed, baselined, diff } = this.report;
    const all = [...findings, ...suppressed, ...baselined, ...(diff?.existing ?? []), ...(diff?.fixed ?? [])];
    return all.map((finding) => this.result(finding));
  }

  private result(finding: LocatedFinding): Result {
    const ruleIndex = this.ruleIndexes.get(finding.rule);
    const state = this.baselineState(finding);
    const fixes = finding.fixes.filter((fix) => fix.edits.length > 0);
    const suppressions = suppressionsOf(finding);
    return {
      ruleId: finding.rule,
      ...(ruleIndex === undefined ? {} : { ruleIndex }),
      level: LEVELS[finding.severity],
      rank: RANKS[finding.severity],
      message: { text: finding.message },
      locations: [
        {
          physicalLocation: {
            artifactLocation: this.artifact(finding.path),
            region: { ...region(finding.region), ...(finding.excerpt.cut === 0 ? snippet(finding) : {}) },
          },
          logicalLocations: [{ fullyQualifiedName: finding.anchor }],
        },
      ],
      partialFingerprints: { 'immutableInfra/v1': finding.fingerprint },
      ...(finding.relatedRegions.length === 0 ? {} : { relatedLocations: this.related(finding) }),
      ...(fixes.length === 0 ? {} : { fixes: fixes.map((fix) => this.fix(fix)) }),
      ...(suppressions.length === 0 ? {} : { suppressions }),
      ...(state === undefined ? {} : { baselineState: state }),
    };
  }

  private baselineState(finding: LocatedFinding): Result['baselineState'] {
    if (finding.change)
      return ({ new: 'new', touched: 'updated', existing: 'unchanged', fixed: 'absent' } as const)[finding.change];
    if (!this.report.hasBaseline && !this.report.diff) return undefined;
    return finding.baselined || finding.suppressed ? 'unchanged' : 'new';
  }

  private related(finding: LocatedFinding): Location[] {
    return finding.relatedRegions.map(({ region: place, message }, index) => ({
      id: index + 1,
      message: { text: message },
      physicalLocation: { artifactLocation: this.artifact(place.path), region: region(place) },
    }));
  }

  private fix(fix: LocatedFix): SarifFix {
    const byPath = new Map<string, { deletedRegion: SarifRegion; insertedContent: { text: string } }[]>();
    fix.edits.forEach((edit, index) => {
      const place = fix.regions[index];
      if (!place) return;
      const replacement = { deletedRegion: region(place), insertedContent: { text: edit.text } };
      byPath.set(place.path, [...(byPath.get(place.path) ?? []), replacement]);
    });
    return {
      description: { text: fix.title },
      artifactChanges: [...byPath].map(([path, replacements]) => ({
        artifactLocation: this.artifact(path),
        replacements,
      })),
    };
  }

  private artifact(path: string): ArtifactLocation {
    return { uri: uriOf(this.report.root.shown(path)), uriBaseId: 'SRCROOT' };
  }
}

/** A relative reference: each step percent-encoded, so that `a b:c#.tf` stays a path. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function region({ startLine, startColumn, endLine, endColumn }: Region): SarifRegion {
  return { startLine, startColumn, endLine, endColumn };
}

/** The text of the region, when it is on one line that is at hand. */
function snippet({ region: place, excerpt }: LocatedFinding): SarifRegion {
  if (place.startLine !== place.endLine) return {};
  return { snippet: { text: excerpt.text.slice(place.startColumn - 1, place.endColumn - 1) } };
}

function suppressionsOf({ suppressed, baselined }: LocatedFinding): Suppression[] {
  if (suppressed) {
    const reason = suppressed.reason === undefined ? {} : { justification: suppressed.reason };
    return [{ kind: 'inSource', status: 'accepted', ...reason }];
  }
  return baselined
    ? [{ kind: 'external', status: 'accepted', justification: 'Known when the baseline was written.' }]
    : [];
}

function invocation(report: Report): Invocation {
  const locations = (path: string, line?: number): Location[] => [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(report.root.shown(path)), uriBaseId: 'SRCROOT' },
        ...(line === undefined ? {} : { region: { startLine: line } }),
      },
    },
  ];
  const execution: Notification[] = [
    ...report.errors.map(({ path, rule, message }): Notification => ({
      level: 'error',
      message: { text: `${rule}: ${message}` },
      locations: locations(path),
    })),
    ...report.notes.map(({ path, message, level }): Notification => ({
      level: level === 'problem' ? 'error' : 'note',
      message: { text: message },
      locations: locations(path),
    })),
  ];
  const configuration = report.problems.map(({ path, line, message, severity }): Notification => ({
    level: severity,
    message: { text: message },
    locations: locations(path, line + 1),
  }));
  return {
    executionSuccessful: report.errors.length === 0,
    toolExecutionNotifications: execution,
    toolConfigurationNotifications: configuration,
  };
}
