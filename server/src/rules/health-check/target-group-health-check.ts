import type { Fix } from '../../core/finding';
import { insertAttribute, insertBlock } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { correctLiteral, given, isText, knownTexts, literalPlace } from '../../model/terraform/literals';
import { presenceOf } from '../../model/terraform/presence';
import type { TerraformModule, TerraformResource } from '../../model/terraform/types';
import type { ConfigBlock } from '../../model/config-block';
import { booleanIn, every, textOf } from '../../model/values/value';

const HTTP = ['HTTP', 'HTTPS'];
const CONNECTION = ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'];

/** Groups of endpoints that Google Cloud checks with a health check; serverless and internet ones take none. */
const CHECKED_GROUPS =
  /^google_compute_(region_)?(instance_group|instance_group_manager|instance_group_named_port|network_endpoint_group)$/;

export default defineRule({
  meta: {
    id: 'health-check/target-group-health-check',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A load balancer must ask the application itself whether it is healthy',
    peers: ['checkov CKV_AWS_261'],
    messages: {
      disabled:
        'This turns the health check off: every target counts as healthy, and a rollout of a broken image goes through. Set `enabled = true`.',
      missing:
        'There is no `health_check`, so the default `GET /` decides whether a new version may take traffic. Name the path that tells that the application is ready.',
      missingConnection:
        'There is no `health_check`: an open port counts as healthy, also while the application behind it is not. Name a check that asks the application, or write the TCP check down.',
      connection:
        'A TCP check counts an open port as healthy, so a rollout of a broken image goes through. Ask the application: `protocol = "HTTP"` with the path of its health endpoint.',
      noPath:
        'The check has no `path`, so the default `/` decides whether a new version may take traffic. Name the path that tells that the application is ready.',
      root: 'The page at `/` often answers before the application is ready, or depends on more than it. Name the path of a health endpoint if there is one.',
      noProbe:
        'The rule has no `probe_id`: traffic goes to every machine of the pool, also to those whose application does not answer. Name an `azurerm_lb_probe`.',
      noCheck:
        'The backend service has no `health_checks`: traffic goes to every instance, also to those whose application does not answer. Name a `google_compute_health_check`.',
    },
  },
  create: (context) => {
    type Message = Parameters<typeof context.report>[0]['message'];
    const missing = (
      resource: TerraformResource,
      message: Message,
      severity: 'warning' | 'info',
      fixes: readonly Fix[] = [],
    ): void =>
      context.report({
        at: resource.header,
        anchor: `resource.${resource.address}/health_check`,
        message,
        severity,
        fixes,
      });

    const targetGroup = (resource: TerraformResource): void => {
      const { block } = resource;
      const type = given(block, 'target_type');
      if (type && !isText(type.value, ['instance', 'ip', 'alb'])) return;
      const protocol = given(block, 'protocol');
      const http = protocol !== undefined && isText(protocol.value, HTTP);
      const presence = presenceOf(block, 'health_check');
      if (presence === 'no') {
        if (http) missing(resource, 'missing', 'warning', siblingCheck(resource));
        else if (protocol && isText(protocol.value, CONNECTION)) missing(resource, 'missingConnection', 'info');
        return;
      }
      if (presence === 'maybe') return;
      for (const check of block.blocks('health_check')) {
        const anchor = `resource.${resource.address}/health_check`;
        const enabled = given(check, 'enabled');
        if (enabled && every(enabled.value, (option) => booleanIn(option) === false)) {
          const fixes = [correctLiteral(enabled, 'true', 'Set `enabled = true`')];
          context.report({
            at: literalPlace(enabled),
            anchor: `${anchor}.enabled`,
            message: 'disabled',
            severity: 'error',
            fixes,
          });
        }
        const checkProtocol = given(check, 'protocol');
        if (http && checkProtocol && isText(checkProtocol.value, ['TCP'])) {
          context.report({ at: literalPlace(checkProtocol), anchor: `${anchor}.protocol`, message: 'connection' });
          continue;
        }
        const asksHttp = checkProtocol ? isText(checkProtocol.value, HTTP) : http;
        // gRPC has a default path of its own that a service must implement.
        const version = given(block, 'protocol_version');
        if (!asksHttp || (version && !isText(version.value, ['HTTP1', 'HTTP2']))) continue;
        const path = given(check, 'path');
        if (!path) context.report({ at: check.header, anchor: `${anchor}.path`, message: 'noPath' });
        else if (isText(path.value, ['/'])) {
          context.report({ at: literalPlace(path), anchor: `${anchor}.path`, message: 'root', severity: 'info' });
        }
      }
    };

    /** Classic load balancers write the check as one text: `HTTP:8080/health`, `TCP:8080`. */
    const classic = (resource: TerraformResource): void => {
      const { block } = resource;
      const http = block.blocks('listener').some((listener) => {
        const protocol = listener.value('instance_protocol');
        return knownTexts(protocol).some((text) => HTTP.includes(text.toUpperCase()));
      });
      const presence = presenceOf(block, 'health_check');
      if (presence === 'no')
        return missing(resource, http ? 'missing' : 'missingConnection', http ? 'warning' : 'info');
      for (const check of presence === 'yes' ? block.blocks('health_check') : []) {
        const target = given(check, 'target');
        const text = textOf(target?.value);
        if (!target || text === undefined) continue;
        const anchor = `resource.${resource.address}/health_check.target`;
        const at = literalPlace(target);
        if (http && /^(TCP|SSL):/i.test(text)) context.report({ at, anchor, message: 'connection' });
        else if (/^HTTPS?:\d+\/$/i.test(text)) context.report({ at, anchor, message: 'root', severity: 'info' });
      }
    };

    const backendService = (resource: TerraformResource): void => {
      const { block } = resource;
      if (given(block, 'health_checks') || block.has('backend') !== 'yes') return;
      const groups = block.blocks('backend').map((backend) => backend.attribute('group'));
      const checked = groups.every((group) => {
        const targets = group ? resource.module.targets(group.expression) : [];
        return targets.length > 0 && targets.every(({ type }) => CHECKED_GROUPS.test(type) && !isServerless(targets));
      });
      if (checked)
        missing(
          resource,
          'noCheck',
          'warning',
          onlyOne(resource, 'health_checks', (address) => `[${address}.id]`),
        );
    };

    return {
      'terraform.resource:aws_lb_target_group': targetGroup,
      'terraform.resource:aws_alb_target_group': targetGroup,
      'terraform.resource:aws_elb': classic,
      'terraform.resource:azurerm_lb_rule': (resource) => {
        if (!given(resource.block, 'probe_id')) {
          missing(
            resource,
            'noProbe',
            'warning',
            onlyOne(resource, 'probe_id', (address) => `${address}.id`),
          );
        }
      },
      'terraform.resource:google_compute_backend_service': backendService,
      'terraform.resource:google_compute_region_backend_service': backendService,
    };
  },
});

/** Regional endpoint groups are serverless unless they say otherwise. */
function isServerless(groups: readonly TerraformResource[]): boolean {
  return groups.some(({ type, block }) => {
    if (type !== 'google_compute_region_network_endpoint_group') return false;
    const kind = block.attribute('network_endpoint_type');
    return !kind || !isText(kind.value, ['GCE_VM_IP_PORT', 'GCE_VM_IP', 'GCE_VM_IP_PORTMAP']);
  });
}

/** A probe is never invented: the check of another target group of the module is all that may be proposed. */
function siblingCheck(resource: TerraformResource): Fix[] {
  const paths = new Set(
    ['aws_lb_target_group', 'aws_alb_target_group']
      .flatMap((type) => resource.module.ofType(type))
      .flatMap(({ block }) => block.blocks('health_check'))
      .flatMap((check: ConfigBlock) => textOf(check.value('path')) ?? []),
  );
  const [path] = paths;
  if (path === undefined || path === '/' || paths.size > 1) return [];
  const edits = insertBlock(resource.block, ['health_check {', `  path = ${JSON.stringify(path)}`, '}']);
  return [{ level: 'suggestion', title: `Check \`${path}\`, as the other target groups of this module do`, edits }];
}

const CHECK_TYPES: Readonly<Record<string, readonly string[]>> = {
  azurerm_lb_rule: ['azurerm_lb_probe'],
  google_compute_backend_service: ['google_compute_health_check'],
  google_compute_region_backend_service: ['google_compute_region_health_check', 'google_compute_health_check'],
};

/** Names the only check that the module declares. */
function onlyOne(resource: TerraformResource, argument: string, value: (address: string) => string): Fix[] {
  const { module, block } = resource;
  const checks = checksIn(module, CHECK_TYPES[resource.type] ?? []);
  const [check] = checks;
  if (!check || checks.length > 1 || block.attribute(argument)) return [];
  if (check.block.attribute('count') ?? check.block.attribute('for_each')) return [];
  const text = value(check.address);
  return [
    { level: 'suggestion', title: `Add \`${argument} = ${text}\``, edits: insertAttribute(block, argument, text) },
  ];
}

function checksIn(module: TerraformModule, types: readonly string[]): readonly TerraformResource[] {
  return types.flatMap((type) => module.ofType(type)).filter((check) => !check.disabled);
}
