/** A place that a line of a log names. */
export interface LogPlace {
  /** Columns in the line: what is clickable. */
  readonly start: number;
  readonly end: number;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number | undefined;
}

/** Longer lines are data. */
const LONGEST_LINE = 2000;

const PATTERNS: readonly RegExp[] = [
  // Terraform, OpenTofu and Packer: `on main.tf line 12, in resource "aws_instance" "app":`
  /\bon (?<path>[^\s:"'<>|]+\.(?:tf|tofu|hcl|tfvars|json)) line (?<line>\d+)/dg,
  // Shells: `./run.sh: line 12: foo: command not found`
  /(?<path>[^\s:"'`<>|()]+): line (?<line>\d+):/dg,
  // Compilers, linters, BuildKit and our own findings: `Dockerfile:5`, `web/app.ts:3:14`
  /(?<path>(?:[A-Za-z]:[\\/])?[^\s:"'`<>|()[\]]+):(?<line>[1-9]\d{0,6})(?::(?<column>[1-9]\d{0,4}))?(?![\w./]|:\S)/dg,
];

/** Every place that a line names. Whether there is such a file is asked by whoever opens it. */
export function placesIn(text: string): readonly LogPlace[] {
  if (text.length > LONGEST_LINE) return [];
  const found: LogPlace[] = [];
  for (const pattern of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const { path, line, column } = match.groups ?? {};
      const at = match.indices?.groups?.['path'];
      const end = match.indices?.groups?.['column']?.[1] ?? match.indices?.groups?.['line']?.[1];
      if (path === undefined || line === undefined || !at || end === undefined || !isPath(path)) continue;
      if (found.some((other) => other.start < end && at[0] < other.end)) continue;
      found.push({
        start: at[0],
        end,
        path,
        line: Number(line),
        column: column === undefined ? undefined : Number(column),
      });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** `12:30:01` is a time, `10.0.0.1:8080` an address, `https://host:443` a URL. */
function isPath(text: string): boolean {
  if (/^[\d.]+$|^\d{4}-\d\d-\d\dT/.test(text) || /^[a-z][\w+.-]*:?\/\//i.test(text) || /^\/\//.test(text)) return false;
  return /[A-Za-z]/.test(text);
}
