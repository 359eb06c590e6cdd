import { createHash } from 'node:crypto';
import type { BakedImage } from '../bakers/baker';
import type { ImageConfig } from '../config/types';
import { canonicalJson, type JsonObject } from '../durable/canonical-json';
import { createDurably, isCode, makeDirectory } from '../durable/files';
import { dirname } from 'node:path';
import type { StateRoot } from '../state-root';
import type { RunSpec } from './spec';

const TYPES = {
  statement: 'https://in-toto.io/Statement/v1',
  predicate: 'https://slsa.dev/provenance/v1',
  build: 'https://immutable-infra.dev/bake/v1',
  builder: 'https://immutable-infra.dev/engine',
} as const;

/**
 * How an image was made, as an in-toto statement with SLSA provenance (slsa.dev/spec/v1.0/provenance). Undefined for an
 * image that has no digest: a statement would be about nothing that anybody can check.
 */
export function provenanceOf(image: BakedImage, config: ImageConfig, spec: RunSpec): JsonObject | undefined {
  const digest = /^sha256:([0-9a-f]{64})$/.exec(image.id)?.[1];
  if (digest === undefined) return undefined;
  const { builder, version, packer, base, source } = image.provenance;
  const { bake } = config;
  return {
    _type: TYPES.statement,
    subject: [
      { name: image.kind === 'container' ? image.ref.replace(/@.*$/, '') : image.name, digest: { sha256: digest } },
    ],
    predicateType: TYPES.predicate,
    predicate: {
      buildDefinition: {
        buildType: TYPES.build,
        externalParameters: { image: image.name, bake: JSON.parse(JSON.stringify(bake)) as JsonObject },
        internalParameters: { inputs: image.inputs },
        resolvedDependencies: [
          ...(spec.git.commit === null
            ? []
            : [
                {
                  uri: typeof source === 'string' ? `git+${source}` : 'git+file:.',
                  digest: { gitCommit: spec.git.commit },
                  ...(spec.git.dirty ? { annotations: { dirty: true } } : {}),
                },
              ]),
          ...basesOf(base),
        ],
      },
      runDetails: {
        builder: {
          id: TYPES.builder,
          version: {
            'immutable-infra': spec.version,
            ...(typeof builder === 'string' && typeof version === 'string' ? { [builder]: version } : {}),
            ...(typeof packer === 'string' ? { packer } : {}),
          },
        },
        metadata: { invocationId: spec.run, startedOn: spec.createdAt },
      },
    },
  };
}

/** Keeps a statement under its hash. @returns `sha256:…` */
export function keepStatement(statement: JsonObject, root: StateRoot): string {
  const text = canonicalJson(statement);
  const hash = createHash('sha256').update(text).digest('hex');
  const path = root.object(hash);
  makeDirectory(dirname(path));
  try {
    createDurably(path, text);
  } catch (error) {
    // The same statement was kept before.
    if (!isCode(error, 'EEXIST')) throw error;
  }
  return `sha256:${hash}`;
}

/** What the image stands on: only a digest can be checked, a tag is named as it is written. */
function basesOf(base: unknown): JsonObject[] {
  if (!Array.isArray(base)) return [];
  return base
    .filter((name): name is string => typeof name === 'string')
    .map((name) => {
      const digest = /@sha256:([0-9a-f]{64})$/.exec(name)?.[1];
      return { uri: `docker://${name}`, ...(digest === undefined ? {} : { digest: { sha256: digest } }) };
    });
}
