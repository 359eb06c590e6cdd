import type { Sign } from './facts';

/** The way there, in the order in which most teams go it. */
export const PHASES = [
  { id: 1, title: 'Build images' },
  { id: 2, title: 'Move configuration, logs and state out of them' },
  { id: 3, title: 'Let a pipeline build and test them' },
  { id: 4, title: 'Declare the infrastructure, and replace instead of changing' },
  { id: 5, title: 'Close the doors' },
] as const;

export type PhaseId = (typeof PHASES)[number]['id'];

export const ITEM_IDS = [
  'images',
  'digests',
  'configuration',
  'logs',
  'state',
  'pipeline',
  'repeatable',
  'tests',
  'declared',
  'health',
  'replacement',
  'rollback',
  'access',
] as const;

export type ItemId = (typeof ITEM_IDS)[number];

/** What an item asks, and what tells whether it is so. */
export interface ItemDefinition {
  readonly id: ItemId;
  readonly phase: PhaseId;
  readonly title: string;
  /** Rules and families whose findings block it. */
  readonly rules: readonly string[];
  /** It concerns a workspace that shows any of these. */
  readonly concerns: readonly Sign[];
  /** Any of these shows that it is done, when no finding says otherwise. Empty: that no finding stands is enough. */
  readonly shownBy: readonly Sign[];
  /** What to do when it is open. */
  readonly next: string;
  /** What cannot be seen from files, when nothing shows it. */
  readonly unknown: string;
}

const RUNS: readonly Sign[] = ['container', 'machine'];
const MADE: readonly Sign[] = ['container-image', 'machine-image'];

export const ITEMS: readonly ItemDefinition[] = [
  {
    id: 'images',
    phase: 1,
    title: 'Every application runs from an image that is built before',
    rules: [
      'in-place-mutation/boot-time-install',
      'in-place-mutation/boot-time-upgrade',
      'in-place-mutation/startup-mutation',
      'in-place-mutation/terraform-provisioner',
    ],
    concerns: [...RUNS, ...MADE],
    shownBy: [...MADE, 'container'],
    next: 'Move what is installed or changed on running machines into a Dockerfile or a Packer template.',
    unknown: 'Machines are declared, and no template of their images is in this workspace.',
  },
  {
    id: 'digests',
    phase: 1,
    title: 'What runs is named by what it is, not by a name that moves',
    rules: [
      'mutable-reference/image-latest',
      'mutable-reference/image-tag',
      'mutable-reference/image-floating-tag',
      'mutable-reference/invalid-digest',
      'mutable-reference/launch-template-version',
      'mutable-reference/machine-image-lookup',
      'mutable-reference/packer-source-image',
    ],
    concerns: [...RUNS, ...MADE],
    shownBy: ['pinned-image'],
    next: 'Write digests: `immutable-infra fix --online`, or the quick fix in the editor.',
    unknown: 'No reference to an image is written in this workspace.',
  },
  {
    id: 'configuration',
    phase: 2,
    title: 'Configuration and secrets come from outside',
    rules: ['baked-config/secret-file-copied', 'baked-config/secret-in-image', 'rollout-safety/configmap-mutable'],
    concerns: [...RUNS, ...MADE],
    shownBy: ['configuration'],
    next: 'Take settings and secrets out of the images; give them as variables, ConfigMaps or from a secret store.',
    unknown: 'Nothing is baked in that should not be, and where the settings come from is not written here.',
  },
  {
    id: 'logs',
    phase: 2,
    title: 'Logs leave the machine',
    rules: ['local-state/log-to-file', 'local-state/log-volume', 'local-state/no-log-driver'],
    concerns: RUNS,
    shownBy: ['log-shipping'],
    next: 'Write logs to standard output, and let the platform send them to a central place.',
    unknown: 'No log is kept in a file; who collects standard output is not written here.',
  },
  {
    id: 'state',
    phase: 2,
    title: 'State lives outside of what is replaced',
    rules: ['baked-config/read-only-root-fs'],
    concerns: RUNS,
    shownBy: ['store'],
    next: 'Make the root file systems read-only, and keep data in databases, buckets or claimed volumes.',
    unknown: 'No database, bucket or claimed volume is declared here.',
  },
  {
    id: 'pipeline',
    phase: 3,
    title: 'A pipeline builds the images',
    rules: ['rollout-safety/packer-force-overwrite', 'mutable-reference/registry-tag-mutability'],
    concerns: MADE,
    shownBy: ['pipeline-build'],
    next: 'Describe the images in `immutable.yaml` and bake them with `immutable-infra bake`, or build them in CI, each under a name of its own.',
    unknown: 'No workflow here builds them and `immutable.yaml` names none; another CI system cannot be seen.',
  },
  {
    id: 'repeatable',
    phase: 3,
    title: 'The same sources give the same image',
    rules: [
      'mutable-reference/unverified-download',
      'mutable-reference/packer-plugin-version',
      'mutable-reference/action-not-pinned',
    ],
    concerns: [...MADE, 'pipeline-build'],
    shownBy: [],
    next: 'Pin what a build fetches: versions, checksums, commits.',
    unknown: '',
  },
  {
    id: 'tests',
    phase: 3,
    title: 'Images are tested before they are used',
    rules: [],
    concerns: MADE,
    shownBy: ['image-test'],
    next: 'Add `tests` to the images in `immutable.yaml`: they run before anything is published.',
    unknown: 'No test of a finished image is written here.',
  },
  {
    id: 'declared',
    phase: 4,
    title: 'Infrastructure is declared in files, its state is shared',
    rules: [
      'local-state/terraform-local-backend',
      'mutable-reference/terraform-lockfile',
      'mutable-reference/terraform-module-unpinned',
      'rollout-safety/apply-without-plan',
    ],
    concerns: ['declared', ...RUNS],
    shownBy: ['declared'],
    next: 'Declare what runs in Terraform or manifests, with a shared state, and apply the plan that was read.',
    unknown: 'Nothing here declares what runs.',
  },
  {
    id: 'health',
    phase: 4,
    title: 'Everything that serves is checked for health',
    rules: ['health-check'],
    concerns: RUNS,
    shownBy: ['health-check'],
    next: 'Give each service a health check, so that a new version is known to work before the old one goes.',
    unknown: 'No health check is written here.',
  },
  {
    id: 'replacement',
    phase: 4,
    title: 'A new version replaces the old one',
    rules: [
      'in-place-mutation/ignore-image-changes',
      'in-place-mutation/user-data-replace',
      'rollout-safety/asg-no-rollout',
      'rollout-safety/create-before-destroy',
      'rollout-safety/k8s-strategy',
    ],
    concerns: RUNS,
    shownBy: ['rollout'],
    next: 'Let a change of the image start new instances before old ones end.',
    unknown: 'Who starts a new version and ends the old one is not written here.',
  },
  {
    id: 'rollback',
    phase: 4,
    title: 'Going back is automatic',
    rules: [
      'rollout-safety/revision-history',
      'rollout-safety/registry-retention',
      'rollout-safety/ecs-circuit-breaker',
    ],
    concerns: RUNS,
    shownBy: ['automatic-rollback'],
    next: 'Keep the images of earlier releases, and roll back once to know that it works.',
    unknown: 'What happens when a release fails is not written here.',
  },
  {
    id: 'access',
    phase: 5,
    title: 'Nobody changes what runs: no SSH, no shell in production',
    rules: ['interactive-access', 'in-place-mutation/runtime-mutation-command'],
    concerns: [...RUNS, ...MADE, 'pipeline-build'],
    shownBy: [],
    next: 'Take keys, open ports, `exec` and commands that edit what runs away; debug in a copy of the same image.',
    unknown: '',
  },
];
