import type { Known } from '../config/interpolate';
import type { ImageConfig } from '../config/types';
import type { JsonObject } from '../durable/canonical-json';
import type { RunContext } from '../run/context';

/** A baked image, by everything that may name it where it runs. Kept in the ledger as record `image`. */
export interface BakedImage extends JsonObject {
  readonly name: string;
  readonly kind: 'container' | 'ami' | 'files' | 'other';
  /** What a deployment names: `repo@sha256:…`, `ami-…`, `sha256:…` of the files. */
  readonly ref: string;
  /** The id alone: digest, AMI id, hash. */
  readonly id: string;
  readonly tag: string | null;
  /**
   * Every digest that a running instance may show: index, manifests and configs. Podman's `.ImageDigest` is none of
   * what was run (finding 7), so verification accepts any member and nothing else.
   */
  readonly digests: readonly string[];
  /** Paths of files for the kind `files`, relative to the workspace. */
  readonly files: readonly string[];
  readonly inputs: string;
  readonly provenance: JsonObject;
}

/**
 * Whether an image can be had. `gone` is proven: whoever keeps it said that it is not there. `unknown`: nobody could tell
 * now, and the next who asks may be told.
 */
export type ImageThere = { readonly is: 'there' } | { readonly is: 'gone' | 'unknown'; readonly reason: string };

/** Makes images of one kind. */
export interface Baker {
  /** Hash of everything that the image is made of: the same hash and a retrievable image need no new bake. */
  inputsHash(image: ImageConfig, context: RunContext): Promise<string>;
  /**
   * Makes the image, local only. Writes `bake.intent` data through its return value's caller; what it gives back is
   * written as `bake.result`.
   *
   * @throws RunStoppedError `failed`, naming the log
   */
  bake(image: ImageConfig, known: Known, context: RunContext): Promise<JsonObject>;
  /** What is there after a crash between intent and result: the result of a finished bake, or undefined for none. */
  recoverBake(image: ImageConfig, intent: JsonObject, context: RunContext): Promise<JsonObject | undefined>;
  /** Makes it retrievable under a unique name and proves its digest by asking. May be called again after a crash. */
  publish(image: ImageConfig, baked: JsonObject, known: Known, context: RunContext): Promise<BakedImage>;
  /** Whether a deployment could get the image now. */
  retrievable(image: BakedImage, context: RunContext): Promise<ImageThere>;
  /**
   * What the tag of an image leads to now when somebody moved it (F11); undefined when nobody did, or for images
   * without tags.
   *
   * @throws RegistryError when nobody answers
   */
  movedTag?(image: BakedImage, context: RunContext): Promise<string | undefined>;
}
