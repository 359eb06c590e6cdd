import type { Fix } from '../../core/finding';
import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { containerSession } from '../../model/commands/container-sessions';
import { liveChange } from '../../model/commands/live-changes';
import { scriptIn } from '../../model/commands/parsed';
import { remoteChange } from '../../model/commands/remote-changes';
import { remoteSession } from '../../model/commands/remote-sessions';
import type { ConfigBlock } from '../../model/config-block';
import { labelledBlocks, type LabelledBlock } from '../../model/config/labelled';
import { removeBlock } from '../../model/edits/hcl';
import { joinRemovals } from '../../model/edits/removals';
import { defineRule } from '../../model/facts';
import { alternatives, textOf } from '../../model/values/value';
import { textsOf } from '../../model/values/texts';

/** Provisioners that Terraform had until 0.15 and that its forks and old versions still have. */
const CONFIGURATION: ReadonlySet<string> = new Set(['chef', 'puppet', 'salt-masterless', 'habitat']);

type Kind = 'remoteExec' | 'file' | 'configuration' | 'localRemote' | 'local';

export default defineRule({
  meta: {
    id: 'in-place-mutation/terraform-provisioner',
    severity: 'error',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A server must start complete: no provisioner may change it after it exists',
    peers: ['semgrep aws-provisioner-exec'],
    messages: {
      remoteExec:
        'Move these commands into the image (Packer). `remote-exec` changes the server over {connection} after it was created, and runs only once: a replacement made elsewhere lacks the change. Terraform calls provisioners a last resort.',
      file: 'Put this file into the image, or pass it in `user_data`. A `file` provisioner copies it onto a running server once, so a later change of the file reaches no server. Terraform calls provisioners a last resort.',
      configuration:
        'Run {tool} while the image is built (Packer). The `{tool}` provisioner configures a server that exists already, and Terraform has removed it.',
      localRemote:
        'Let the image or the pipeline do this. This `local-exec` runs `{tool}` against something that exists already, outside of plan and state: nothing shows the change and nothing repeats it.',
      local:
        'This `local-exec` runs on the machine that applies, once, and no plan shows its result. Build artifacts in the pipeline and hand them to Terraform.',
      connection:
        'Remove this `connection`: no provisioner of this resource uses it, and it describes a login to a server that must only be replaced.',
    },
  },
  create: (context) => ({
    'terraform.resource': (resource) => {
      const provisioners = labelledBlocks(resource.block, 'provisioner');
      const connections = resource.block.blocks('connection');
      const anchor = `resource.${resource.address}`;
      provisioners.forEach((provisioner, index) => {
        const { label, block } = provisioner;
        const found = kindOf(provisioner);
        if (!found) return;
        const { kind, tool } = found;
        const connection = [block.block('connection'), connections[0]].find((each) => each !== undefined);
        const winrm = textOf(connection?.value('type')) === 'winrm';
        context.report({
          at: block.header,
          anchor: `${anchor}/provisioner.${index}.${label}`,
          message: kind,
          data: { tool, connection: winrm ? 'WinRM' : 'SSH' },
          severity: severityOf(kind, block),
          // Small local helpers are often what holds a module together: nothing to remove blindly.
          fixes: kind === 'local' ? [] : removal(provisioner, provisioners, connections),
        });
      });
      if (provisioners.length > 0) return;
      for (const connection of connections) {
        context.report({
          at: connection.header,
          anchor: `${anchor}/connection`,
          message: 'connection',
          severity: 'warning',
          fixes: [{ level: 'suggestion', title: 'Remove the connection', edits: removeBlock(connection) }],
        });
      }
    },
  }),
});

function severityOf(kind: Kind, block: ConfigBlock): 'error' | 'warning' | 'info' | 'hint' {
  if (kind === 'local') return 'hint';
  // It runs before the server goes away: what it changes is not kept.
  if (isDestroyTime(block)) return 'info';
  return kind === 'remoteExec' || kind === 'configuration' ? 'error' : 'warning';
}

/** `when = destroy`; quoted in Terraform 0.11 and in JSON. */
function isDestroyTime(block: ConfigBlock): boolean {
  const when = block.attribute('when');
  if (when?.expression.type === 'traversal') return when.expression.root === 'destroy';
  return textOf(when?.value) === 'destroy';
}

function kindOf({ label, block }: LabelledBlock): { kind: Kind; tool: string } | undefined {
  if (label === 'remote-exec') return { kind: 'remoteExec', tool: label };
  if (label === 'file') return { kind: 'file', tool: label };
  if (CONFIGURATION.has(label)) return { kind: 'configuration', tool: label };
  if (label !== 'local-exec') return undefined;
  const command = block.value('command');
  if (!command || command.type === 'unknown') return undefined;
  const tool = usesShell(block)
    ? textsOf(command)
        .flatMap((text) => {
          const script = scriptIn(text);
          return script.commands.map((each) => changes(each, script));
        })
        .find((found) => found !== undefined)
    : undefined;
  return tool === undefined ? { kind: 'local', tool: label } : { kind: 'localRemote', tool };
}

/**
 * What the command does to something that exists already: a server, a cluster, a service. A container of this machine is
 * part of what is built here.
 */
function changes(command: ShellCommand, script: ShellScript): string | undefined {
  const direct = remoteChange(command);
  if (direct !== undefined) return direct;
  const session = containerSession(command);
  if (session && (!session.engine || session.remote)) return session.what;
  const live = liveChange(command, script);
  if (live && live.type !== 'container') return live.what;
  const login = remoteSession(command, script);
  return login?.type === 'cloud' || login?.type === 'dockerHost' ? login.what : undefined;
}

/** False when another interpreter (Python, PowerShell) reads the command. */
function usesShell(block: ConfigBlock): boolean {
  const interpreter = block.value('interpreter');
  if (!interpreter) return true;
  const first = alternatives(interpreter).map((option) =>
    option.type === 'list' ? textOf(option.items[0]) : undefined,
  );
  return first.every((program) => program !== undefined && /(^|\/)(ba|da|z|k)?sh$/.test(program));
}

/** Removes the provisioner, and the resource's connection when nothing else logs in. */
function removal(
  { block }: LabelledBlock,
  all: readonly LabelledBlock[],
  connections: readonly ConfigBlock[],
): readonly Fix[] {
  const others = all.some((other) => other.block !== block && other.label !== 'local-exec');
  const removed = others ? [block] : [block, ...connections];
  const edits = joinRemovals(removed.flatMap(removeBlock));
  if (edits.length === 0) return [];
  const title = removed.length > 1 ? 'Remove the provisioner and its connection' : 'Remove the provisioner';
  return [{ level: 'suggestion', title, edits }];
}
