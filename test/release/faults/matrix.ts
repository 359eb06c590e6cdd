import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const TESTS = join(import.meta.dirname, '..', '..');

/** The fault cases of the design, in its order. */
export const FAULTS: readonly (readonly [number: string, fault: string])[] = [
  ['F01', 'The engine is killed at any boundary of its journal'],
  ['F02', 'Engine and step runner are killed, the tool lives on'],
  ['F03', 'Terraform is killed while it creates'],
  ['F04', 'A cancel while Terraform applies'],
  ['F05', 'Cancel is pressed twice, from two viewers'],
  ['F06', 'A cancel while Packer bakes'],
  ['F07', 'The front process of Packer is killed'],
  ['F08', 'One of two Packer builds fails'],
  ['F09', 'The manifest of Packer is old, missing or of another run'],
  ['F10', 'The registry is down before, during or after the push'],
  ['F11', 'The tag is moved between push and deploy'],
  ['F12', 'The old image is gone before the rollback'],
  ['F13', 'A registry says 404 without the OCI types'],
  ['F14', 'A registry answers wrongly: hash, 401, 429, redirect, endless body'],
  ['F15', 'Health never gets green'],
  ['F16', 'Health is green, but the old version answers'],
  ['F17', 'Health flaps'],
  ['F18', 'The health endpoint hangs, streams, redirects, has bad TLS'],
  ['F19', 'The apply fails half-way'],
  ['F20', 'The state changed after planning'],
  ['F21', 'A plan is used twice, or its file is edited'],
  ['F22', 'Planning fails and leaves a plan file'],
  ['F23', 'A plan leaves its scope'],
  ['F24', 'The lock of a dead process'],
  ['F25', 'The lock of another host, with another clock'],
  ['F26', 'Several deployers at once'],
  ['F27', 'The lock is lost in the middle of a run'],
  ['F28', 'The disk is full'],
  ['F29', 'The end of the ledger is damaged'],
  ['F30', 'The ledger was changed by somebody'],
  ['F31', 'The clock is set'],
  ['F32', 'Kubernetes: the API server restarts'],
  ['F33', 'Kubernetes: the progress deadline is shorter than ours'],
  ['F34', 'Kubernetes: somebody changes the Service'],
  ['F35', 'Kubernetes: a rollback restores configuration'],
  ['F36', 'Kubernetes: the wrong cluster'],
  ['F37', 'Malicious names'],
  ['F38', 'Secrets in output'],
  ['F39', 'The workspace ships its own tools and hooks'],
  ['F40', 'Whoever started the run is killed'],
  ['F41', 'A rollback of a rollback, or to what is live'],
  ['F42', 'Retiring what must stay'],
  ['F43', 'Retiring fails'],
  ['F44', 'A release that cannot be undone lies between'],
  ['F45', 'Podman shows another digest'],
  ['F46', 'The remote of the ledger cannot be reached'],
  ['F47', 'A tool is missing, of the wrong version, or replaced'],
  ['F48', 'Windows: a cancel without signals'],
];

/** Faults that need a cluster; they come with the Kubernetes target. */
export const OF_KUBERNETES: ReadonlySet<string> = new Set(['F32', 'F33', 'F34', 'F35', 'F36']);

/** A test whose name holds the number of a fault, or that stands in a group whose name does. */
export interface FaultTest {
  readonly fault: string;
  /** Below `test/`. */
  readonly file: string;
  readonly name: string;
}

/** All tests of faults, read from the sources; those that are skipped for good are not among them. */
export function faultTests(): readonly FaultTest[] {
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .sort()
    .flatMap((path) => testsIn(relative(TESTS, join(TESTS, path)), readFileSync(join(TESTS, path), 'utf8')));
}

/** How Vitest's and Mocha's tests and groups begin, with the name behind it. */
const CALL = /^( *)(?:describe|it|test)((?:\.\w+(?:<[^\n]*>)?(?:\([^\n]*?\))?)*)\(\s*(['"`])((?:\\.|(?!\3).)*)\3/gms;
/** A table of cases: its name stands behind the table. */
const TABLE = /^( *)\]\)\(\s*(['"`])((?:\\.|(?!\2).)*)\2/gms;

interface Named {
  readonly at: number;
  /** Depth of its line. */
  readonly indent: number;
  readonly isGroup: boolean;
  readonly name: string;
}

function testsIn(file: string, text: string): FaultTest[] {
  const calls = [...text.matchAll(CALL)]
    .filter(([, , how = '']) => !/\.(?:skip|todo|fails)\b(?!If)/.test(how))
    .map((found): Named => {
      const isGroup = found[0].trimStart().startsWith('describe');
      return { at: found.index, indent: found[1]?.length ?? 0, isGroup, name: plain(found[4] ?? '') };
    });
  const tables = [...text.matchAll(TABLE)].map((found): Named => ({
    at: found.index,
    indent: found[1]?.length ?? 0,
    isGroup: false,
    name: plain(found[3] ?? ''),
  }));
  const all = [...calls, ...tables].sort((a, b) => a.at - b.at);
  return all.flatMap((named, index) => {
    const faults = /^((?:F\d\d(?:, )?)+): (.*)/s.exec(named.name);
    if (!faults) return [];
    // Of a group its tests say more than its own name.
    const end = all.findIndex(({ indent }, other) => other > index && indent <= named.indent);
    const inside = all.slice(index + 1, end < 0 ? undefined : end).filter(({ isGroup }) => !isGroup);
    const names = named.isGroup && inside.length > 0 ? inside.map(({ name }) => name) : [faults[2] ?? ''];
    return (faults[1] ?? '').split(', ').flatMap((fault) => names.map((name) => ({ fault, file, name: name.trim() })));
  });
}

/** A name without what is filled in when the test runs. */
function plain(name: string): string {
  return name.replace(/\$\{[^}]*\}?.*/s, '').replace(/\\(.)/g, '$1');
}

/** docs/faults.md. */
export function faultsPage(): string {
  const tests = faultTests();
  const rows = FAULTS.map(([number, fault]) => {
    const own = tests.filter((test) => test.fault === number);
    const list = own.map(({ file, name }) => `${cell(name.replace(/%s/g, '…'))} (\`${file}\`)`);
    const text = OF_KUBERNETES.has(number) && own.length === 0 ? 'With the Kubernetes target' : list.join('<br>');
    return `| ${number} | ${cell(fault)} | ${text} |`;
  });
  return `# Faults

What can go wrong while something is released, and the tests that make it go wrong. Made from the names of the tests by \`test/release/faults/matrix.test.ts\`, which checks it too. After each test the [common oracle](../test/release/support/oracle.ts) looks: the ledger verifies, every intent has one ending, no process of the run is left, the lock is free or a hold, what runs is what the ledger says or the ledger says that it does not know, and no secret is in any file.

<!-- prettier-ignore -->
| | Fault | What is tested |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
}
