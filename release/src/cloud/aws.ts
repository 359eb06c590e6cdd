import { RunStoppedError, type RunContext } from '../run/context';

/** What the AWS CLI answered, as data; or why there is no answer, for people. */
export type AwsAnswer = { readonly data: unknown } | { readonly problem: string };

/**
 * Asks AWS through its CLI, so that the login of the user counts (profiles, SSO, roles). Not verified against AWS: the
 * tests run a program that answers as the documentation says.
 *
 * @param words without `aws`: `ec2 describe-images …`
 */
export async function askAws(
  words: readonly string[],
  region: string | undefined,
  context: RunContext,
): Promise<AwsAnswer> {
  let answer;
  try {
    const regional = region === undefined ? [] : ['--region', region];
    answer = await context.ask({
      tool: context.tool('aws'),
      words: [...words, ...regional, '--output', 'json', '--no-cli-pager'],
    });
  } catch (error) {
    // A person who cancels is no reason to guess.
    context.signal.throwIfAborted();
    const isMissing = error instanceof RunStoppedError;
    return {
      problem: isMissing ? 'the aws CLI is not installed' : error instanceof Error ? error.message : String(error),
    };
  }
  const { code, standardOutput, standardError } = answer;
  if (code !== 0)
    return { problem: standardError.trim().split('\n').at(-1) ?? `aws ended with code ${code ?? 'none'}` };
  try {
    return { data: standardOutput.trim() === '' ? {} : (JSON.parse(standardOutput) as unknown) };
  } catch {
    return { problem: 'aws printed something that is not JSON' };
  }
}
