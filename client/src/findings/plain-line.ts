/** The first line of a message for a row of a view, where no Markdown is shown. */
export function plainLine(message: string): string {
  const [first = message] = message.split('\n', 1);
  return first.replaceAll('`', '');
}
