import { detectDrift, type DriftReport } from '../../../release/src/api/detect-drift';
import { UnknownNameError } from '../../../release/src/api/start-run';
import type { Arguments, Command } from '../command-line';
import { instanceLine } from '../delivery/instances';
import { interruptible, InterruptedError, StatusLine } from '../delivery/status-line';
import { environmentsOf, FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable, styleFor, wantsColor, type Style } from '../terminal';

export const drift: Command = {
  name: 'drift',
  summary: 'Compare what really runs with what the ledger says. Changes nothing.',
  usage: '[ENVIRONMENT …] [options]',
  options: {
    file: FILE_OPTION,
    json: { type: 'boolean', help: 'For programs.' },
  },
  notes: [
    'Asks the container engine, Terraform and the registry. It takes no lock, writes nothing where the code is, and says what it could not look at.',
    'Exit codes: 0 nothing differs, 2 something does, 6 the target could not be looked at, 130 interrupted.',
  ],
  run: runDrift,
};

async function runDrift(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const names = environmentsOf(args, workspace);
  const line = new StatusLine(io);
  const reports: DriftReport[] = [];
  try {
    await interruptible(async (signal) => {
      for (const name of names) {
        const onProgress = (text: string): void => line.show(`${name}: ${text}`);
        reports.push(await detectDrift(workspace, name, { signal, onProgress }));
      }
    });
  } catch (error) {
    if (error instanceof UnknownNameError) throw new UsageError(error.message);
    if (error instanceof InterruptedError) return DELIVERY_EXIT.cancelled;
    throw error;
  } finally {
    line.clear();
  }
  if (args.flag('json')) io.stdout.write(`${JSON.stringify({ version: 1, environments: reports }, null, 2)}\n`);
  else {
    const style = styleFor(wantsColor(undefined, io.stdout.isTty, io.env));
    io.stdout.write(`${reports.map((report) => describe(report, style)).join('\n\n')}\n`);
  }
  if (reports.some(({ differences }) => differences.length > 0)) return DELIVERY_EXIT.changes;
  return reports.every(({ isLooked }) => isLooked) ? DELIVERY_EXIT.ok : DELIVERY_EXIT.failed;
}

function describe(report: DriftReport, style: Style): string {
  const { environment, differences, instances, unseen, live, isLooked } = report;
  const what = live
    ? `${live.id} is live${live.slot === null ? '' : ` on ${live.slot}`}`
    : 'the ledger knows no release';
  const count = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  const verdict =
    differences.length > 0 ? style.red(count) : isLooked ? style.green('no drift') : style.yellow('not looked at');
  const lines = [`${style.bold(environment)}: ${verdict}; ${printable(what)}`];
  for (const { kind, where, text, action } of differences) {
    lines.push(
      `  ${style.red('✗')} ${kind}  ${printable(where)}: ${printable(text)}`,
      `      ${style.dim(printable(action))}`,
    );
  }
  if (instances.length > 0)
    lines.push('  Running:', ...instances.map((instance) => `    ${instanceLine(instance, style)}`));
  if (unseen.length > 0) lines.push('  Not seen:', ...unseen.map((text) => `    ${printable(text)}`));
  return lines.join('\n');
}
