import type { Fix, Severity } from '../../core/finding';
import type { Place } from '../../core/text';
import { removeBlock } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { isBastion, isForPacker, isSshService, isWorkplace } from '../../model/terraform/access-names';
import { ingressRules, type IngressRule, type PortRange } from '../../model/terraform/ingress';
import type { TerraformResource } from '../../model/terraform/types';

/** Ports by which people log in to a server. */
const SERVICES: readonly (readonly [port: number, service: string])[] = [
  [22, 'SSH'],
  [3389, 'RDP'],
  [5985, 'WinRM'],
  [5986, 'WinRM'],
];

/** A wider range is opened for something else. */
const WIDEST = 1024;

/** Google's Identity-Aware Proxy forwards TCP from this range (Google Cloud, "Using IAP for TCP forwarding"). */
const IAP = '35.235.240.0/20';

export default defineRule({
  meta: {
    id: 'interactive-access/ssh-ingress',
    severity: 'error',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'No firewall rule may let people log in to a server',
    peers: ['trivy AWS-0107', 'checkov CKV_AWS_24', 'checkov CKV_AWS_25', 'checkov CKV_GCP_2', 'checkov CKV_AZURE_10'],
    messages: {
      open: 'Remove this rule: it opens {service} (port {port}) to the whole internet. People who log in change servers that must only be replaced. Debug with logs, a replacement instance or audited sessions (SSM, IAP).',
      some: 'Remove this rule: it opens {service} (port {port}), and people who log in change servers that must only be replaced. Debug with logs, a replacement instance or audited sessions (SSM, IAP).',
      everything:
        'Open only the ports that the service needs. This rule opens every port to the whole internet, SSH among them, and people who log in change servers that must only be replaced.',
      bastion:
        'A bastion keeps {service} (port {port}) open. Audited sessions (SSM Session Manager, IAP, EC2 Instance Connect) need no open port and no bastion.',
      forwarded:
        '{service} (port {port}) is open to an audited proxy only. Keep it for emergencies: a server that was changed by hand must be replaced.',
    },
  },
  create: (context) => ({
    'terraform.resource': (resource) => {
      const rules = ingressRules(resource);
      if (rules.length === 0 || isForPacker(resource) || isWorkplace(resource)) return;
      rules.forEach((rule, index) => {
        if (rule.source === 'none' || rule.source === 'self' || isSshService(resource, rule.block)) return;
        const login = loginPort(rule.ports);
        if (login) {
          const [port, service, at] = login;
          const verdict = judge(resource, rule);
          context.report({
            at: verdict.message === 'open' ? openPlace(resource, rule, at) : at,
            anchor: `resource.${resource.address}/ingress.${index}.${port}`,
            message: verdict.message,
            data: { port, service },
            severity: verdict.severity,
            fixes: verdict.severity === 'info' ? [] : removal(resource, rule),
          });
        } else if (rule.everything && rule.source === 'open') {
          const bastion = isBastion(resource, rule.block);
          context.report({
            at: rule.everything,
            anchor: `resource.${resource.address}/ingress.${index}.all`,
            message: 'everything',
            severity: bastion ? 'warning' : 'error',
          });
        }
      });
    },
  }),
});

/** The port as the rule writes it; when it comes from a variable's default, what opens it to everybody is what is wrong. */
function openPlace(resource: TerraformResource, { block, openAt }: IngressRule, port: Place): Place {
  const written =
    (port.path ?? resource.file.path) === block.path && block.range.start <= port.start && port.end <= block.range.end;
  return written || !openAt ? port : openAt;
}

/** The port by which people log in that the rule opens, its service, and where it is written. */
function loginPort(ranges: readonly PortRange[]): readonly [number, string, Place] | undefined {
  for (const [port, service] of SERVICES) {
    const range = ranges.find(({ from, to }) => from <= port && port <= to && to - from <= WIDEST);
    if (range) return [port, service, range.at];
  }
  return undefined;
}

function judge(
  resource: TerraformResource,
  rule: IngressRule,
): { readonly message: 'open' | 'some' | 'bastion' | 'forwarded'; readonly severity: Severity } {
  const { addresses, source } = rule;
  if (addresses.length > 0 && addresses.every((address) => address === IAP)) {
    return { message: 'forwarded', severity: 'info' };
  }
  if (isBastion(resource, rule.block)) return { message: 'bastion', severity: 'info' };
  if (source === 'open') return { message: 'open', severity: 'error' };
  const endpoint = resource.module.ofType('aws_ec2_instance_connect_endpoint').length > 0;
  if (endpoint && addresses.length === 0) return { message: 'forwarded', severity: 'info' };
  return { message: 'some', severity: 'warning' };
}

/** Removes the nested rule, or the resource when it is that one rule and nothing refers to it. */
function removal(resource: TerraformResource, rule: IngressRule): readonly Fix[] {
  const { block } = rule;
  const alone = rule.ports.length === 1 && rule.everything === undefined;
  if (!alone || block.dynamic || block.node.type !== 'block') return [];
  const nested = block !== resource.block && resource.type !== 'google_compute_firewall';
  if (!nested) {
    const single = resource.block.blocks('allow').length <= 1;
    if (!single || resource.module.referrers(resource).length > 0) return [];
  }
  const edits = removeBlock(nested ? block : resource.block);
  return edits.length > 0 ? [{ level: 'suggestion', title: 'Remove the rule', edits }] : [];
}
