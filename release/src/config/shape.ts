import { Ajv } from 'ajv';
import schema from './pipeline.schema.json';

/** Keeps the source of what it compiles: the bundles hold that source instead of a compiler (`scripts/compiled-schema.mjs`). */
export const ajv = new Ajv({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  code: { source: true },
});

/** True for data of the shape of a pipeline; otherwise `errors` says what is wrong. */
export const isPipeline = ajv.compile(schema);
