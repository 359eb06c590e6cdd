// Written by scripts/gen-rules.mjs from the files beside it. Do not edit.
import type { LintRule } from '../model/facts';
import bakedConfigReadOnlyRootFs from './baked-config/read-only-root-fs';
import bakedConfigSecretFileCopied from './baked-config/secret-file-copied';
import bakedConfigSecretInImage from './baked-config/secret-in-image';
import healthCheckAsgElbWithoutTargetGroup from './health-check/asg-elb-without-target-group';
import healthCheckAsgHealthCheckType from './health-check/asg-health-check-type';
import healthCheckComposeHealthcheck from './health-check/compose-healthcheck';
import healthCheckDockerfileHealthcheck from './health-check/dockerfile-healthcheck';
import healthCheckK8sReadinessProbe from './health-check/k8s-readiness-probe';
import healthCheckTargetGroupHealthCheck from './health-check/target-group-health-check';
import inPlaceMutationBootTimeInstall from './in-place-mutation/boot-time-install';
import inPlaceMutationBootTimeUpgrade from './in-place-mutation/boot-time-upgrade';
import inPlaceMutationIgnoreImageChanges from './in-place-mutation/ignore-image-changes';
import inPlaceMutationRuntimeMutationCommand from './in-place-mutation/runtime-mutation-command';
import inPlaceMutationStartupMutation from './in-place-mutation/startup-mutation';
import inPlaceMutationTerraformProvisioner from './in-place-mutation/terraform-provisioner';
import inPlaceMutationUserDataReplace from './in-place-mutation/user-data-replace';
import interactiveAccessAuthorizedKeys from './interactive-access/authorized-keys';
import interactiveAccessPipelineExec from './interactive-access/pipeline-exec';
import interactiveAccessPipelineSsh from './interactive-access/pipeline-ssh';
import interactiveAccessSshIngress from './interactive-access/ssh-ingress';
import interactiveAccessSshKeyPair from './interactive-access/ssh-key-pair';
import interactiveAccessSshdInImage from './interactive-access/sshd-in-image';
import localStateLogToFile from './local-state/log-to-file';
import localStateLogVolume from './local-state/log-volume';
import localStateNoLogDriver from './local-state/no-log-driver';
import localStateTerraformLocalBackend from './local-state/terraform-local-backend';
import mutableReferenceActionNotPinned from './mutable-reference/action-not-pinned';
import mutableReferenceImageFloatingTag from './mutable-reference/image-floating-tag';
import mutableReferenceImageLatest from './mutable-reference/image-latest';
import mutableReferenceImageTag from './mutable-reference/image-tag';
import mutableReferenceInvalidDigest from './mutable-reference/invalid-digest';
import mutableReferenceLaunchTemplateVersion from './mutable-reference/launch-template-version';
import mutableReferenceMachineImageLookup from './mutable-reference/machine-image-lookup';
import mutableReferencePackerPluginVersion from './mutable-reference/packer-plugin-version';
import mutableReferencePackerSourceImage from './mutable-reference/packer-source-image';
import mutableReferenceRegistryTagMutability from './mutable-reference/registry-tag-mutability';
import mutableReferenceTerraformLockfile from './mutable-reference/terraform-lockfile';
import mutableReferenceTerraformModuleUnpinned from './mutable-reference/terraform-module-unpinned';
import mutableReferenceUnverifiedDownload from './mutable-reference/unverified-download';
import rolloutSafetyApplyWithoutPlan from './rollout-safety/apply-without-plan';
import rolloutSafetyAsgNoRollout from './rollout-safety/asg-no-rollout';
import rolloutSafetyConfigmapMutable from './rollout-safety/configmap-mutable';
import rolloutSafetyCreateBeforeDestroy from './rollout-safety/create-before-destroy';
import rolloutSafetyEcsCircuitBreaker from './rollout-safety/ecs-circuit-breaker';
import rolloutSafetyK8sStrategy from './rollout-safety/k8s-strategy';
import rolloutSafetyPackerForceOverwrite from './rollout-safety/packer-force-overwrite';
import rolloutSafetyRegistryRetention from './rollout-safety/registry-retention';
import rolloutSafetyRevisionHistory from './rollout-safety/revision-history';

/** Every rule of the catalogue, by id. */
export const ALL_RULES: readonly LintRule[] = [
  bakedConfigReadOnlyRootFs,
  bakedConfigSecretFileCopied,
  bakedConfigSecretInImage,
  healthCheckAsgElbWithoutTargetGroup,
  healthCheckAsgHealthCheckType,
  healthCheckComposeHealthcheck,
  healthCheckDockerfileHealthcheck,
  healthCheckK8sReadinessProbe,
  healthCheckTargetGroupHealthCheck,
  inPlaceMutationBootTimeInstall,
  inPlaceMutationBootTimeUpgrade,
  inPlaceMutationIgnoreImageChanges,
  inPlaceMutationRuntimeMutationCommand,
  inPlaceMutationStartupMutation,
  inPlaceMutationTerraformProvisioner,
  inPlaceMutationUserDataReplace,
  interactiveAccessAuthorizedKeys,
  interactiveAccessPipelineExec,
  interactiveAccessPipelineSsh,
  interactiveAccessSshIngress,
  interactiveAccessSshKeyPair,
  interactiveAccessSshdInImage,
  localStateLogToFile,
  localStateLogVolume,
  localStateNoLogDriver,
  localStateTerraformLocalBackend,
  mutableReferenceActionNotPinned,
  mutableReferenceImageFloatingTag,
  mutableReferenceImageLatest,
  mutableReferenceImageTag,
  mutableReferenceInvalidDigest,
  mutableReferenceLaunchTemplateVersion,
  mutableReferenceMachineImageLookup,
  mutableReferencePackerPluginVersion,
  mutableReferencePackerSourceImage,
  mutableReferenceRegistryTagMutability,
  mutableReferenceTerraformLockfile,
  mutableReferenceTerraformModuleUnpinned,
  mutableReferenceUnverifiedDownload,
  rolloutSafetyApplyWithoutPlan,
  rolloutSafetyAsgNoRollout,
  rolloutSafetyConfigmapMutable,
  rolloutSafetyCreateBeforeDestroy,
  rolloutSafetyEcsCircuitBreaker,
  rolloutSafetyK8sStrategy,
  rolloutSafetyPackerForceOverwrite,
  rolloutSafetyRegistryRetention,
  rolloutSafetyRevisionHistory,
];
