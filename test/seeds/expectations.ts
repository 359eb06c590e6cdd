import type { Severity } from '../../server/src/core/finding';

/** What a rule must say, and where: `textAtFinding` stands on the line on which the finding starts. */
export interface MustFire {
  readonly rule: string;
  readonly file: string;
  readonly severity?: Severity | undefined;
  readonly textAtFinding: string;
}

/** Where nothing may be said: by this rule, by this family (`rollout-safety/*`), or by any rule. */
export interface MustNotFire {
  readonly rule?: string | undefined;
  readonly file: string;
  /** On the lines that contain this text; on every line of the file when it is empty. */
  readonly lineContains: string;
}

export interface SeedListing {
  /** A folder beside this file: a listing of a founding document, told again with other names. */
  readonly directory: string;
  readonly mustFire: readonly MustFire[];
  readonly mustNotFire: readonly MustNotFire[];
  /** What rules beyond the first 48 must say. Checked as soon as such a rule exists. */
  readonly later?: readonly MustFire[] | undefined;
}

const ANY_LINE = '';

/** Every cell of the table in §2 of the rule catalogue. */
export const SEED_LISTINGS: readonly SeedListing[] = [
  {
    directory: '000-packer',
    mustFire: [
      {
        rule: 'mutable-reference/packer-plugin-version',
        file: 'billing.pkr.hcl',
        severity: 'warning',
        textAtFinding: '">= 1.0.0"',
      },
      {
        rule: 'mutable-reference/packer-source-image',
        file: 'billing.pkr.hcl',
        severity: 'warning',
        textAtFinding: 'most_recent = true',
      },
      { rule: 'mutable-reference/image-latest', file: 'billing.pkr.hcl', textAtFinding: 'billing:latest' },
    ],
    mustNotFire: [
      { file: 'billing.pkr.hcl', lineContains: 'ssh_username' },
      { file: 'billing.pkr.hcl', lineContains: '{{timestamp}}' },
      { file: 'billing.pkr.hcl', lineContains: 'apt-get' },
      { file: 'billing.pkr.hcl', lineContains: 'docker.io' },
      { file: 'billing.pkr.hcl', lineContains: 'systemctl enable' },
      // The tag of the pull is a variable without a default: unknown, so silent.
      { file: 'billing.pkr.hcl', lineContains: 'docker pull' },
    ],
    later: [
      {
        rule: 'interactive-access/packer-leftover-ssh-key',
        file: 'billing.pkr.hcl',
        severity: 'info',
        textAtFinding: 'source "amazon-ebs" "billing"',
      },
      {
        rule: 'rollout-safety/packer-no-manifest',
        file: 'billing.pkr.hcl',
        severity: 'hint',
        textAtFinding: 'build {',
      },
      { rule: 'mutable-reference/package-unpinned', file: 'billing.pkr.hcl', textAtFinding: 'docker.io' },
      { rule: 'health-check/packer-no-image-test', file: 'billing.pkr.hcl', textAtFinding: 'build {' },
    ],
  },
  {
    directory: '000-terraform',
    mustFire: [
      {
        rule: 'mutable-reference/launch-template-version',
        file: 'main.tf',
        severity: 'error',
        textAtFinding: '"$Latest"',
      },
      {
        rule: 'health-check/asg-elb-without-target-group',
        file: 'main.tf',
        severity: 'warning',
        textAtFinding: 'health_check_type',
      },
    ],
    mustNotFire: [
      { file: 'main.tf', lineContains: 'systemctl start' },
      { file: 'main.tf', lineContains: 'echo "Bringing' },
      { file: 'main.tf', lineContains: 'create_before_destroy' },
      { file: 'main.tf', lineContains: 'name                = "billing-${var.ami_id}"' },
      { file: 'main.tf', lineContains: 'health_check_grace_period' },
      { file: 'main.tf', lineContains: 'variable "ami_id"' },
      { file: 'main.tf', lineContains: 'image_id' },
      { rule: 'rollout-safety/asg-no-rollout', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'rollout-safety/create-before-destroy', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'health-check/asg-health-check-type', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'in-place-mutation/*', file: 'main.tf', lineContains: ANY_LINE },
    ],
    later: [
      {
        rule: 'rollout-safety/asg-auto-rollback',
        file: 'main.tf',
        severity: 'info',
        textAtFinding: 'preferences {',
      },
    ],
  },
  {
    directory: '000-dockerfile',
    mustFire: [
      {
        rule: 'mutable-reference/image-floating-tag',
        file: 'Dockerfile',
        severity: 'warning',
        textAtFinding: 'FROM node:20-alpine AS bundle',
      },
      {
        rule: 'mutable-reference/image-floating-tag',
        file: 'Dockerfile',
        severity: 'warning',
        textAtFinding: 'FROM node:20-alpine AS final',
      },
      { rule: 'health-check/dockerfile-healthcheck', file: 'Dockerfile', textAtFinding: 'AS final' },
    ],
    mustNotFire: [
      { file: 'Dockerfile', lineContains: '--from=bundle' },
      { file: 'Dockerfile', lineContains: 'npm ci' },
      { file: 'Dockerfile', lineContains: 'ENV ' },
      { file: 'Dockerfile', lineContains: 'USER ' },
      { file: 'Dockerfile', lineContains: 'package*.json' },
      { file: 'Dockerfile', lineContains: 'addgroup' },
      { rule: 'health-check/dockerfile-healthcheck', file: 'Dockerfile', lineContains: 'AS bundle' },
    ],
  },
  {
    directory: '000-kubernetes',
    mustFire: [
      {
        rule: 'mutable-reference/image-tag',
        file: 'billing.yaml',
        severity: 'info',
        textAtFinding: 'billing:v3.0.7',
      },
      {
        rule: 'rollout-safety/configmap-mutable',
        file: 'billing.yaml',
        severity: 'info',
        textAtFinding: 'billing-settings',
      },
    ],
    mustNotFire: [
      { file: 'billing.yaml', lineContains: 'name: billing-credentials' },
      { file: 'billing.yaml', lineContains: '<base64-encoded>' },
      { file: 'billing.yaml', lineContains: 'envFrom' },
      { rule: 'health-check/*', file: 'billing.yaml', lineContains: ANY_LINE },
      { rule: 'baked-config/*', file: 'billing.yaml', lineContains: '<base64-encoded>' },
    ],
  },
  {
    directory: '000-anti-patterns',
    mustFire: [
      { rule: 'interactive-access/ssh-ingress', file: 'shell.tf', severity: 'warning', textAtFinding: 'from_port' },
      { rule: 'baked-config/secret-file-copied', file: 'Dockerfile', severity: 'error', textAtFinding: '.env' },
      { rule: 'in-place-mutation/runtime-mutation-command', file: 'hotfix.sh', textAtFinding: 'kubectl set image' },
      { rule: 'local-state/log-to-file', file: 'Dockerfile', textAtFinding: '/var/log/billing.log' },
      { rule: 'local-state/log-volume', file: 'billing.yaml', textAtFinding: '/var/log/billing' },
    ],
    mustNotFire: [
      { file: 'Dockerfile', lineContains: 'HEALTHCHECK' },
      { file: 'Dockerfile', lineContains: 'FROM ' },
      { file: 'billing.yaml', lineContains: 'image:' },
    ],
  },
  {
    directory: '001-packer-json',
    mustFire: [],
    mustNotFire: [
      { file: 'portal.json', lineContains: '"source_ami"' },
      { file: 'portal.json', lineContains: '{{timestamp}}' },
      { file: 'portal.json', lineContains: 'nginx.conf' },
      { file: 'portal.json', lineContains: 'apt-get' },
    ],
    later: [
      {
        rule: 'interactive-access/packer-leftover-ssh-key',
        file: 'portal.json',
        severity: 'info',
        textAtFinding: 'amazon-ebs',
      },
      { rule: 'rollout-safety/packer-no-manifest', file: 'portal.json', severity: 'hint', textAtFinding: '{' },
      { rule: 'mutable-reference/package-unpinned', file: 'portal.json', textAtFinding: 'install -y nginx' },
    ],
  },
  {
    directory: '001-terraform',
    mustFire: [
      {
        rule: 'rollout-safety/asg-no-rollout',
        file: 'portal.tf',
        severity: 'warning',
        textAtFinding: 'resource "aws_autoscaling_group"',
      },
      {
        rule: 'rollout-safety/create-before-destroy',
        file: 'portal.tf',
        severity: 'warning',
        textAtFinding: 'resource "aws_launch_configuration"',
      },
      {
        rule: 'health-check/asg-health-check-type',
        file: 'portal.tf',
        severity: 'info',
        textAtFinding: 'resource "aws_autoscaling_group"',
      },
    ],
    mustNotFire: [
      { file: 'portal.tf', lineContains: 'ami-0fed321' },
      { file: 'portal.tf', lineContains: 'follow one by one' },
    ],
    later: [
      {
        rule: 'rollout-safety/launch-configuration-legacy',
        file: 'portal.tf',
        severity: 'info',
        textAtFinding: 'resource "aws_launch_configuration"',
      },
    ],
  },
  {
    directory: '001-text',
    mustFire: [
      { rule: 'interactive-access/pipeline-ssh', file: 'repair.sh', textAtFinding: 'ssh ops@' },
      { rule: 'in-place-mutation/boot-time-install', file: 'hybrid.tf', textAtFinding: 'aws s3 cp' },
    ],
    mustNotFire: [
      { file: 'look.sh', lineContains: 'kubectl debug' },
      { file: 'hybrid.tf', lineContains: 'systemctl start' },
    ],
    later: [
      {
        rule: 'in-place-mutation/ansible-in-place',
        file: '.github/workflows/fleet.yml',
        textAtFinding: 'ansible-playbook',
      },
    ],
  },
  {
    directory: '001-when-not',
    mustFire: [],
    mustNotFire: [
      { rule: 'in-place-mutation/*', file: 'data.tf', lineContains: ANY_LINE },
      { rule: 'rollout-safety/*', file: 'data.tf', lineContains: ANY_LINE },
      { rule: 'in-place-mutation/*', file: 'postgres.yaml', lineContains: ANY_LINE },
      { rule: 'rollout-safety/*', file: 'postgres.yaml', lineContains: ANY_LINE },
    ],
  },
  {
    directory: '002-packer',
    mustFire: [
      {
        rule: 'mutable-reference/packer-plugin-version',
        file: 'tickets.pkr.hcl',
        severity: 'warning',
        textAtFinding: '">= 1.2.0"',
      },
    ],
    mustNotFire: [
      { file: 'tickets.pkr.hcl', lineContains: 'ami-0a1b2c3d4e5f60718' },
      { file: 'tickets.pkr.hcl', lineContains: 'source_ami' },
      { file: 'tickets.pkr.hcl', lineContains: 'rm -rf' },
      { file: 'tickets.pkr.hcl', lineContains: '{{timestamp}}' },
      { file: 'tickets.pkr.hcl', lineContains: 'ssh_username' },
      { file: 'tickets.pkr.hcl', lineContains: 'systemctl' },
      { rule: 'in-place-mutation/boot-time-upgrade', file: 'tickets.pkr.hcl', lineContains: ANY_LINE },
      { rule: 'in-place-mutation/boot-time-install', file: 'tickets.pkr.hcl', lineContains: ANY_LINE },
    ],
    later: [
      { rule: 'in-place-mutation/upgrade-in-image', file: 'tickets.pkr.hcl', textAtFinding: 'apt-get upgrade' },
      {
        rule: 'interactive-access/packer-leftover-ssh-key',
        file: 'tickets.pkr.hcl',
        severity: 'info',
        textAtFinding: 'source "amazon-ebs" "tickets"',
      },
    ],
  },
  {
    directory: '002-terraform',
    mustFire: [
      {
        rule: 'mutable-reference/launch-template-version',
        file: 'main.tf',
        severity: 'error',
        textAtFinding: '"$Latest"',
      },
    ],
    mustNotFire: [
      { file: 'main.tf', lineContains: 'key_name = null' },
      { file: 'main.tf', lineContains: 'health_check_type' },
      { file: 'main.tf', lineContains: 'target_group_arns' },
      { file: 'main.tf', lineContains: '"~> 5.0"' },
      { file: 'main.tf', lineContains: '/usr/local/bin/tickets' },
      { rule: 'rollout-safety/asg-no-rollout', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'rollout-safety/create-before-destroy', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'health-check/*', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'interactive-access/*', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'in-place-mutation/*', file: 'main.tf', lineContains: ANY_LINE },
      { rule: 'local-state/terraform-local-backend', file: 'main.tf', lineContains: ANY_LINE },
    ],
    later: [
      {
        rule: 'local-state/terraform-state-lock',
        file: 'main.tf',
        severity: 'warning',
        textAtFinding: 'backend "s3"',
      },
      {
        rule: 'mutable-reference/terraform-version-constraints',
        file: 'main.tf',
        severity: 'info',
        textAtFinding: 'terraform {',
      },
    ],
  },
  {
    directory: '002-blue-green',
    mustFire: [],
    mustNotFire: [{ file: 'traffic.tf', lineContains: ANY_LINE }],
  },
  {
    directory: '002-deployment',
    mustFire: [
      {
        rule: 'mutable-reference/invalid-digest',
        file: 'tickets.yaml',
        severity: 'info',
        textAtFinding: '@sha256:fed987...',
      },
    ],
    mustNotFire: [
      { file: 'tickets.yaml', lineContains: 'maxSurge' },
      { file: 'tickets.yaml', lineContains: 'maxUnavailable' },
      { file: 'tickets.yaml', lineContains: 'readOnlyRootFilesystem' },
      { file: 'tickets.yaml', lineContains: 'Probe' },
      { file: 'tickets.yaml', lineContains: 'mountPath' },
      { file: 'tickets.yaml', lineContains: 'emptyDir' },
      { file: 'tickets.yaml', lineContains: 'name: tickets' },
    ],
  },
  {
    directory: '002-config',
    mustFire: [
      {
        rule: 'rollout-safety/configmap-mutable',
        file: 'settings.yaml',
        severity: 'info',
        textAtFinding: 'tickets-settings',
      },
    ],
    mustNotFire: [{ file: 'credentials.yaml', lineContains: ANY_LINE }],
  },
  {
    directory: '002-workflow',
    mustFire: [
      {
        rule: 'mutable-reference/action-not-pinned',
        file: '.github/workflows/release.yml',
        severity: 'error',
        textAtFinding: 'hashicorp/setup-packer@main',
      },
      {
        rule: 'mutable-reference/action-not-pinned',
        file: '.github/workflows/release.yml',
        severity: 'warning',
        textAtFinding: 'actions/checkout@v4',
      },
      {
        rule: 'mutable-reference/action-not-pinned',
        file: '.github/workflows/release.yml',
        severity: 'warning',
        textAtFinding: 'actions/checkout@v4',
      },
      {
        rule: 'mutable-reference/action-not-pinned',
        file: '.github/workflows/release.yml',
        severity: 'warning',
        textAtFinding: 'hashicorp/setup-terraform@v3',
      },
    ],
    mustNotFire: [
      { file: '.github/workflows/release.yml', lineContains: 'terraform apply -auto-approve tfplan' },
      { file: '.github/workflows/release.yml', lineContains: 'runs-on: ubuntu-latest' },
      { file: '.github/workflows/release.yml', lineContains: 'go build' },
    ],
    later: [
      {
        rule: 'mutable-reference/toolchain-version',
        file: '.github/workflows/release.yml',
        textAtFinding: 'hashicorp/setup-packer@main',
      },
      {
        rule: 'mutable-reference/toolchain-version',
        file: '.github/workflows/release.yml',
        textAtFinding: 'hashicorp/setup-terraform@v3',
      },
      {
        rule: 'rollout-safety/packer-no-manifest',
        file: '.github/workflows/release.yml',
        textAtFinding: 'artifact,0,id',
      },
      { rule: 'rollout-safety/deploy-concurrency', file: '.github/workflows/release.yml', textAtFinding: 'roll-out' },
    ],
  },
  {
    directory: '003-registry',
    mustFire: [
      {
        rule: 'mutable-reference/registry-tag-mutability',
        file: 'registry.tf',
        severity: 'warning',
        textAtFinding: 'resource "aws_ecr_repository"',
      },
      {
        rule: 'mutable-reference/image-latest',
        file: 'registry.tf',
        severity: 'error',
        textAtFinding: 'mailer:latest',
      },
    ],
    mustNotFire: [],
  },
];
