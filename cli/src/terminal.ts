/** Control characters, C0 and C1, and the marks that reorder text: a file must not be able to steer a terminal. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a file, a name or an error made safe to print. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\uFFFD');
}

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
}

/** ANSI styles, or none. */
export function styleFor(color: boolean): Style {
  const wrap =
    (open: number, close: number) =>
    (text: string): string =>
      color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    blue: wrap(34, 39),
    cyan: wrap(36, 39),
  };
}

/**
 * Whether to use colour: what the user says wins, then `NO_COLOR` and `FORCE_COLOR`, then whether it is a terminal.
 *
 * @param choice `always`, `never` or `auto`
 */
export function wantsColor(
  choice: string | undefined,
  isTty: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice === 'always') return true;
  if (choice === 'never') return false;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return isTty && env['TERM'] !== 'dumb';
}
