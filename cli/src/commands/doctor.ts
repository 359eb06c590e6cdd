import { examine, type DoctorLine } from '../../../release/src/api/examine';
import type { Arguments, Command } from '../command-line';
import { interruptible, InterruptedError, StatusLine } from '../delivery/status-line';
import { FILE_OPTION, pipelineFile } from '../delivery/workspace';
import { DELIVERY_EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable, styleFor, wantsColor, type Style } from '../terminal';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at everything that a run needs, and say what to do where something is wrong.',
  usage: '[options]',
  options: { file: FILE_OPTION, json: { type: 'boolean', help: 'For programs.' } },
  notes: [
    'Changes nothing. Tools are asked for their version; nothing of the workspace is run, and no log-in is shown.',
    'Exit codes: 0 a run could start, 6 it could not, 130 interrupted.',
  ],
  run: runDoctor,
};

async function runDoctor(args: Arguments, io: Io): Promise<ExitCode> {
  const line = new StatusLine(io);
  let lines: readonly DoctorLine[];
  try {
    const file = pipelineFile(args, io);
    lines = await interruptible((signal) => examine(file, { signal, onProgress: (text) => line.show(text) }));
  } catch (error) {
    if (error instanceof InterruptedError) return DELIVERY_EXIT.cancelled;
    throw error;
  } finally {
    line.clear();
  }
  const style = styleFor(wantsColor(undefined, io.stdout.isTty, io.env));
  io.stdout.write(
    args.flag('json')
      ? `${JSON.stringify({ version: 1, lines }, null, 2)}\n`
      : `${lines.map((one) => describe(one, style)).join('\n')}\n`,
  );
  return lines.some(({ verdict }) => verdict === 'fail') ? DELIVERY_EXIT.failed : DELIVERY_EXIT.ok;
}

function describe({ what, verdict, text, next }: DoctorLine, style: Style): string {
  const marks = { ok: style.green('ok  '), warn: style.yellow('warn'), fail: style.red('fail') };
  const first = `${marks[verdict]} ${printable(what)}: ${printable(text)}`;
  return next === null ? first : `${first}\n       ${style.dim(printable(next))}`;
}
