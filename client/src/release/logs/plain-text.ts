/**
 * Sequences that a terminal obeys: CSI (colours, cursor), OSC (titles, links), other escapes. Source: ECMA-48, xterm's
 * "Control Sequences".
 */
const SEQUENCES =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]/g;

/** Control characters but tab and line feed, and those that turn the direction of a text. */
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What a tool printed, as a document: no escapes, and of a line that was overwritten only what stayed. */
export function plainText(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).replace(CONTROLS, ''))
    .join('\n');
}
