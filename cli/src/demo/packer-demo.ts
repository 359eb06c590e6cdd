import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ask } from '../../../release/src/process/ask';
import { isMissing, resolveTool } from '../../../release/src/process/resolve-tool';
import { demoLoop } from './demo-loop';
import type { DemoScene } from './demo-scene';
import { definedOnly } from './environment';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is missing to run the demo with Packer and Terraform; empty when nothing is. */
export function missingForPacker(workspace: string, environment: Environment): readonly string[] {
  return ['packer', 'terraform'].filter((name) => isMissing(resolveTool(name, workspace, environment)));
}

/** An image that is a file, and a fleet that is data: Packer and Terraform are real, and no cloud is needed. */
const FILES: Readonly<Record<string, string>> = {
  '.gitignore': 'images/\n.terraform/\n*.tfstate*\n',
  'packer/shop.pkr.hcl': `# The image of the shop. A real one would be an AMI; this one is a file.
variable "version" {
  type = string
}

variable "status" {
  type = string
}

source "file" "shop" {
  content = "shop \${var.version}, \${var.status}\\n"
  target  = "images/shop-\${var.version}.img"
}

build {
  sources = ["source.file.shop"]
}
`,
  'terraform/main.tf': `# Two colours and a router. The engine says which image a colour runs, and which colour has the traffic.
variable "active_environment" {
  type = string
}

variable "images" {
  type = map(string)
}

resource "terraform_data" "fleet" {
  for_each         = var.images
  input            = each.value
  triggers_replace = [each.value]
}

resource "terraform_data" "router" {
  input = terraform_data.fleet[var.active_environment].output
}

output "active_environment" {
  value = var.active_environment
}

output "images" {
  value = { for colour, fleet in terraform_data.fleet : colour => fleet.output }
}

terraform {
  backend "local" {}
}
`,
  'health.mjs': `// Asks the image with this hash how it is. A real check would ask a server.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const [wanted] = process.argv.slice(2);
for (const name of readdirSync('images')) {
  const content = readFileSync(\`images/\${name}\`);
  const hash = createHash('sha256').update(content).digest('hex');
  if (wanted.includes(hash)) process.exit(content.includes('healthy') ? 0 : 1);
}
process.exit(2);
`,
  'immutable.yaml': `version: 1
app: shop
images:
  vm:
    packer:
      template: packer/shop.pkr.hcl
      varFiles: [packer/shop.pkrvars.hcl]
      artifact: { kind: files }
environments:
  demo:
    target:
      terraform:
        dir: terraform
        blueGreen:
          active: { variable: active_environment, output: active_environment, values: [blue, green] }
          image: { variable: images, output: images }
          idle: destroy
        guard:
          deploy: { allow: ['*["\${slot.idle}"]'] }
          route: { allow: [terraform_data.router] }
          retire: { allow: ['*["\${slot.idle}"]'] }
    health:
      - command: { argv: [node, health.mjs, "\${image.vm.id}"], every: 200ms, timeout: 3s }
    route: { terraform: {} }
    rollback: { auto: on-health-failure }
gates:
  lint: off # the state of a demo lies on this disk, and the linter says so
`,
};

/** The shop as an image of Packer and two colours of Terraform. */
export function packerScene(directory: string, own: Environment): DemoScene {
  const workspace = join(directory, 'shop');
  const write = (path: string, text: string): void => {
    const file = join(workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  for (const [path, text] of Object.entries(FILES)) write(path, text);
  mkdirSync(join(workspace, 'images'));
  const steps = demoLoop({
    live: () => outputs(workspace, own),
    write: (version, isHealthy) =>
      write('packer/shop.pkrvars.hcl', `version = "${version}"\nstatus  = "${isHealthy ? 'healthy' : 'broken'}"\n`),
    texts: {
      first:
        'Packer bakes, Terraform deploys. The plan may touch one colour only: the guard refuses everything else. The router is a plan of its own.',
      broken:
        'v2 is applied to the other colour. Its health check fails, so the router is never planned: v1 serves on, and v2 is ended.',
      better: 'v3 is healthy; the router moves to its colour.',
      back: 'v1 is deployed to the idle colour again, checked, and gets the router.',
    },
  });
  return { workspace, environment: {}, steps, end: () => Promise.resolve() };
}

/** What Terraform says is live. */
async function outputs(workspace: string, own: Environment): Promise<string> {
  const terraform = resolveTool('terraform', workspace, own);
  if (isMissing(terraform)) return terraform.problem;
  const answer = await ask({
    program: terraform.path,
    words: ['output', '-json'],
    cwd: join(workspace, 'terraform'),
    environment: definedOnly(own),
    timeout: 60_000,
  });
  const values = JSON.parse(answer.standardOutput) as Record<string, { value: unknown }>;
  const active = String(values['active_environment']?.value);
  const images = (values['images']?.value ?? {}) as Record<string, string>;
  return `The router points to ${active}, which runs ${images[active] ?? 'nothing'}.`;
}
