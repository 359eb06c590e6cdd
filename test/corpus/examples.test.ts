import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import { lintWorkspace } from '../support/lint';

/** The 38 rules built first and the ten after them (rule catalogue, §5). */
const FIRST_RULES = `
  mutable-reference/launch-template-version mutable-reference/image-latest mutable-reference/image-floating-tag
  mutable-reference/image-tag mutable-reference/packer-source-image mutable-reference/machine-image-lookup
  mutable-reference/action-not-pinned mutable-reference/registry-tag-mutability
  mutable-reference/terraform-module-unpinned mutable-reference/packer-plugin-version mutable-reference/invalid-digest
  mutable-reference/terraform-lockfile mutable-reference/unverified-download
  interactive-access/ssh-ingress interactive-access/ssh-key-pair interactive-access/pipeline-ssh
  interactive-access/sshd-in-image interactive-access/authorized-keys interactive-access/pipeline-exec
  local-state/log-to-file local-state/log-volume local-state/terraform-local-backend local-state/no-log-driver
  health-check/k8s-readiness-probe health-check/asg-health-check-type health-check/dockerfile-healthcheck
  health-check/compose-healthcheck health-check/target-group-health-check health-check/asg-elb-without-target-group
  in-place-mutation/boot-time-install in-place-mutation/terraform-provisioner in-place-mutation/ignore-image-changes
  in-place-mutation/startup-mutation in-place-mutation/runtime-mutation-command in-place-mutation/user-data-replace
  in-place-mutation/boot-time-upgrade
  baked-config/secret-in-image baked-config/secret-file-copied baked-config/read-only-root-fs
  rollout-safety/asg-no-rollout rollout-safety/apply-without-plan rollout-safety/registry-retention
  rollout-safety/ecs-circuit-breaker rollout-safety/create-before-destroy rollout-safety/packer-force-overwrite
  rollout-safety/revision-history rollout-safety/k8s-strategy rollout-safety/configmap-mutable
`
  .trim()
  .split(/\s+/);

const root = join(__dirname, '../../examples');

const files = Object.fromEntries(
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
);

describe('examples', () => {
  const { findings, errors } = lintWorkspace(files, ALL_RULES);

  it('are read without an error', () => {
    expect(errors).toEqual([]);
  });

  it.each(FIRST_RULES)('the mutable side shows %s at work', (rule) => {
    const found = findings.filter((finding) => finding.rule === rule && finding.path.startsWith('mutable/'));
    expect(found.length).toBeGreaterThan(0);
  });

  it('count as production: findings about rollouts are no mere hints', () => {
    const noRollout = findings.filter((finding) => finding.rule === 'rollout-safety/asg-no-rollout');
    expect(noRollout.map((finding) => finding.severity)).toContain('warning');
  });

  it('the immutable twin is what the linter asks for', () => {
    const found = findings.filter((finding) => finding.path.startsWith('immutable/'));
    expect(found.map(({ rule, path, message }) => `${path}: ${rule}: ${message}`)).toEqual([]);
  });
});
