import { askAws } from '../../cloud/aws';
import type { RunContext } from '../../run/context';

/**
 * True when an AMI can be started; else why not, or why nobody can tell. Not verified against AWS.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-images.html
 */
export async function amiIsThere(id: string, region: string | undefined, context: RunContext): Promise<true | string> {
  const answer = await askAws(['ec2', 'describe-images', '--image-ids', id], region, context);
  if ('problem' in answer) {
    const isGone = /InvalidAMIID/.test(answer.problem);
    return isGone
      ? `${id} is gone: ${answer.problem}`
      : `nobody can tell whether ${id} still exists: ${answer.problem}`;
  }
  const { Images: images } = answer.data as { Images?: readonly { ImageId?: string; State?: string }[] };
  const found = images?.find(({ ImageId: name }) => name === id);
  if (!found) return `${id} is gone`;
  return found.State === 'available' || `${id} is ${found.State ?? 'in no known state'}, not available`;
}
