import type { Place } from '../../core/text';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import { alternatives, booleanIn, every, numberIn, textOf, type Value } from '../values/value';
import { isText, literalPlace } from './literals';
import type { TerraformResource } from './types';

/** A rule of a firewall that lets traffic in, whichever provider it belongs to. */
export interface IngressRule {
  /** The nested block, or the block of the resource when that is the rule. */
  readonly block: ConfigBlock;
  /** Port ranges that are known; `everything` opens all ports. */
  readonly ports: readonly PortRange[];
  readonly everything: Place | undefined;
  /** `open`: anybody. `none`: known to be nobody. `self`: members of the same group. `some`: everything else. */
  readonly source: 'open' | 'some' | 'self' | 'none';
  /** Addresses that are known. */
  readonly addresses: readonly string[];
  /** Where it is written that anybody may come. */
  readonly openAt?: Place | undefined;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
  readonly at: Place;
}

const OPEN = new Set(['0.0.0.0/0', '::/0', '*', 'Internet', 'internet', 'any', 'Any', '0.0.0.0/0,::/0']);

/** The rules that let traffic in which the resource declares. Rules whose direction or action is not known are left out. */
export function ingressRules(resource: TerraformResource): readonly IngressRule[] {
  const { block } = resource;
  switch (resource.type) {
    case 'aws_security_group':
    case 'aws_default_security_group':
      return block.blocks('ingress').flatMap((rule) => numbered(rule, 'protocol', AWS_SOURCES));
    case 'aws_security_group_rule':
      return isText(block.value('type'), ['ingress']) ? numbered(block, 'protocol', AWS_SOURCES) : [];
    case 'aws_vpc_security_group_ingress_rule':
      return numbered(block, 'ip_protocol', AWS_SOURCES);
    case 'aws_network_acl':
    case 'aws_default_network_acl':
      return block
        .blocks('ingress')
        .filter((rule) => isText(rule.value('action'), ['allow', 'ALLOW']))
        .flatMap((rule) => withoutEverything(numbered(rule, 'protocol', AWS_SOURCES)));
    case 'aws_network_acl_rule': {
      const egress = block.value('egress');
      if (egress && !every(egress, (option) => booleanIn(option) === false)) return [];
      if (!isText(block.value('rule_action'), ['allow', 'ALLOW'])) return [];
      return withoutEverything(numbered(block, 'protocol', AWS_SOURCES));
    }
    case 'google_compute_firewall':
      return googleRules(block);
    case 'azurerm_network_security_rule':
      return azureRule(block);
    case 'azurerm_network_security_group':
      return block.blocks('security_rule').flatMap(azureRule);
    case 'digitalocean_firewall':
      return block.blocks('inbound_rule').flatMap((rule) => listed(rule, ['port_range'], DIGITALOCEAN_SOURCES));
    case 'hcloud_firewall':
      return block
        .blocks('rule')
        .filter((rule) => isText(rule.value('direction'), ['in']))
        .flatMap((rule) => listed(rule, ['port'], { addresses: ['source_ips'], groups: [], self: [] }));
    case 'openstack_networking_secgroup_rule_v2':
      return isText(block.value('direction'), ['ingress']) ? numbered(block, 'protocol', OPENSTACK_SOURCES) : [];
    default:
      return [];
  }
}

/** Names of the arguments that say where traffic may come from. */
interface SourceArguments {
  readonly addresses: readonly string[];
  readonly groups: readonly string[];
  readonly self: readonly string[];
  /** Without any source argument everybody may come. */
  readonly openByDefault?: boolean | undefined;
}

const AWS_SOURCES: SourceArguments = {
  addresses: ['cidr_blocks', 'ipv6_cidr_blocks', 'cidr_ipv4', 'cidr_ipv6', 'cidr_block', 'ipv6_cidr_block'],
  groups: [
    'security_groups',
    'source_security_group_id',
    'referenced_security_group_id',
    'prefix_list_ids',
    'prefix_list_id',
  ],
  self: ['self'],
};
const OPENSTACK_SOURCES: SourceArguments = {
  addresses: ['remote_ip_prefix'],
  groups: ['remote_group_id', 'remote_address_group_id'],
  self: [],
  openByDefault: true,
};
const GOOGLE_SOURCES: SourceArguments = {
  addresses: ['source_ranges'],
  groups: ['source_tags', 'source_service_accounts'],
  self: [],
  openByDefault: true,
};
const DIGITALOCEAN_SOURCES: SourceArguments = {
  addresses: ['source_addresses'],
  groups: ['source_droplet_ids', 'source_load_balancer_uids', 'source_kubernetes_ids', 'source_tags'],
  self: [],
};
const AZURE_SOURCES: SourceArguments = {
  addresses: ['source_address_prefix', 'source_address_prefixes'],
  groups: ['source_application_security_group_ids'],
  self: [],
};

function sourceOf(rule: ConfigBlock, names: SourceArguments): Pick<IngressRule, 'source' | 'addresses' | 'openAt'> {
  const addresses: string[] = [];
  let openAt: Place | undefined;
  let given = false;
  let unknown = false;
  let anybody = false;
  for (const name of names.addresses) {
    const value = rule.value(name);
    if (!value || value.type === 'null') continue;
    given = true;
    openAt ??= alternatives(value)
      .flatMap(itemsOf)
      .find((item) => OPEN.has(textOf(item) ?? ''))?.origin;
    if (value.type === 'choice') {
      anybody ||= every(value, (option) => itemsOf(option).some((item) => OPEN.has(textOf(item) ?? '')));
      unknown = true;
      continue;
    }
    if (value.type === 'unknown' || (value.type === 'list' && value.open)) unknown = true;
    for (const item of itemsOf(value)) {
      const text = textOf(item);
      if (text === undefined) unknown = true;
      else if (text !== '') addresses.push(text);
    }
  }
  const has = (list: readonly string[]): boolean => list.some((name) => isPresent(rule.value(name)));
  const groups = has(names.groups);
  if (anybody || addresses.some((address) => OPEN.has(address))) return { source: 'open', addresses, openAt };
  if (addresses.length > 0 || unknown || groups) return { source: 'some', addresses };
  if (has(names.self)) return { source: 'self', addresses };
  return { source: !given && names.openByDefault ? 'open' : 'none', addresses };
}

function itemsOf(value: Value): readonly Value[] {
  return value.type === 'list' ? value.items : value.type === 'text' ? [value] : [];
}

function isPresent(value: Value | undefined): boolean {
  if (!value || value.type === 'null') return false;
  if (value.type === 'list') return value.open || value.items.length > 0;
  if (value.type === 'boolean') return value.value;
  return textOf(value) !== '';
}

const FROM = ['from_port', 'port_range_min'];
const TO = ['to_port', 'port_range_max'];

/** Rules with a first and a last port. */
function numbered(rule: ConfigBlock, protocolName: string, sources: SourceArguments): IngressRule[] {
  const protocol = rule.attribute(protocolName);
  const source = sourceOf(rule, sources);
  if (protocol && isProtocol(protocol.value, ['-1', 'all', 'any'])) {
    return [{ block: rule, ports: [], everything: literalPlace(protocol), ...source }];
  }
  if (!protocol || !isProtocol(protocol.value, ['tcp', '6'])) return [];
  const from = first(rule, FROM);
  const to = first(rule, TO);
  const low = numberIn(from?.value);
  const high = numberIn(to?.value);
  if (!from || low === undefined || high === undefined) return [];
  const at = literalPlace(from);
  if (low <= 1 && high >= 65535) return [{ block: rule, ports: [], everything: at, ...source }];
  return [{ block: rule, ports: [{ from: low, to: high, at }], everything: undefined, ...source }];
}

/** True when the protocol is one of the names; `-1` and `6` may be written as numbers. */
function isProtocol(value: Value, names: readonly string[]): boolean {
  return every(value, (option) => {
    const text = option.type === 'number' ? String(option.value) : textOf(option);
    return text !== undefined && names.includes(text.toLowerCase());
  });
}

function first(rule: ConfigBlock, names: readonly string[]): ConfigAttribute | undefined {
  return names.map((name) => rule.attribute(name)).find((attribute) => attribute !== undefined);
}

/** A network ACL lets everything in by default; what it opens is decided by the security groups behind it. */
function withoutEverything(rules: readonly IngressRule[]): IngressRule[] {
  return rules.filter((rule) => rule.everything === undefined);
}

/** Rules whose ports are texts: `"22"`, `"20-25"`, `"*"`. */
function listed(rule: ConfigBlock, names: readonly string[], sources: SourceArguments): IngressRule[] {
  const protocol = rule.value('protocol');
  if (!protocol || !isProtocol(protocol, ['tcp', '*', 'all', '6'])) return [];
  return [{ block: rule, ...portsIn(rule, names), ...sourceOf(rule, sources) }];
}

function portsIn(rule: ConfigBlock, names: readonly string[]): Pick<IngressRule, 'ports' | 'everything'> {
  const ports: PortRange[] = [];
  let everything: Place | undefined;
  for (const name of names) {
    const attribute = rule.attribute(name);
    if (!attribute || attribute.value.type === 'choice') continue;
    const items = attribute.value.type === 'list' ? attribute.value.items : alternatives(attribute.value);
    for (const item of items) {
      const text = textOf(item) ?? (numberIn(item) === undefined ? undefined : String(numberIn(item)));
      if (text === undefined) continue;
      const at = item.origin ?? literalPlace(attribute);
      const [low = '', high = low] = text.split('-');
      if (['*', 'all', 'any', '0-65535', '1-65535'].includes(text)) everything = at;
      else if (/^\d+(-\d+)?$/.test(text)) ports.push({ from: Number(low), to: Number(high), at });
    }
  }
  return { ports, everything };
}

function googleRules(block: ConfigBlock): readonly IngressRule[] {
  const direction = block.value('direction');
  if (direction && !isText(direction, ['INGRESS'])) return [];
  const disabled = block.value('disabled');
  if (disabled && !every(disabled, (option) => booleanIn(option) === false)) return [];
  const source = sourceOf(block, GOOGLE_SOURCES);
  return block.blocks('allow').flatMap((allow): IngressRule[] => {
    const protocol = allow.attribute('protocol');
    if (!protocol || !isProtocol(protocol.value, ['tcp', 'all', '6'])) return [];
    const ports = allow.attribute('ports')
      ? portsIn(allow, ['ports'])
      : { ports: [], everything: literalPlace(protocol) };
    return [{ block: allow, ...ports, ...source }];
  });
}

function azureRule(rule: ConfigBlock): readonly IngressRule[] {
  if (!isText(rule.value('direction'), ['Inbound', 'inbound'])) return [];
  if (!isText(rule.value('access'), ['Allow', 'allow'])) return [];
  return listed(rule, ['destination_port_range', 'destination_port_ranges'], AZURE_SOURCES);
}
