import { askAws } from '../../cloud/aws';
import type { ImageThere } from '../baker';
import type { RunContext } from '../../run/context';

/**
 * Whether an AMI can be started. An expired login, or a state on the way to another, proves nothing. Not verified against
 * AWS.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-images.html
 */
export async function amiIsThere(id: string, region: string | undefined, context: RunContext): Promise<ImageThere> {
  const answer = await askAws(['ec2', 'describe-images', '--image-ids', id], region, context);
  if ('problem' in answer) {
    const isGone = /InvalidAMIID/.test(answer.problem);
    return isGone
      ? { is: 'gone', reason: `${id} is gone: ${answer.problem}` }
      : { is: 'unknown', reason: `nobody can tell whether ${id} still exists: ${answer.problem}` };
  }
  const { Images: images } = answer.data as { Images?: readonly { ImageId?: string; State?: string }[] };
  const found = images?.find(({ ImageId: name }) => name === id);
  if (!found || found.State === 'deregistered') return { is: 'gone', reason: `${id} is gone` };
  if (found.State === 'available') return { is: 'there' };
  return { is: 'unknown', reason: `${id} is ${found.State ?? 'in no known state'}, not available` };
}
