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
      words: [...words, ...regional, '--output', 'json'],
      // Version 2 of the CLI pages long answers; version 1 knows no option against it.
      environment: { AWS_PAGER: '' },
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
  if (code !== 0) {
    const lines = standardError.split('\n').filter((line) => line.trim() !== '');
    const problem = lines.find((line) => line.includes('An error occurred')) ?? lines.at(-1);
    return { problem: problem?.trim() ?? `aws ended with code ${code ?? 'none'}` };
  }
  try {
    return { data: standardOutput.trim() === '' ? {} : (JSON.parse(standardOutput) as unknown) };
  } catch {
    return { problem: 'aws printed something that is not JSON' };
  }
}
