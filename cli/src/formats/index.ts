import type { Format } from '../report';
import { checkstyle } from './checkstyle';
import { github } from './github';
import { gitlab } from './gitlab';
import { json } from './json';
import { junit } from './junit';
import { markdown } from './markdown';
import { pretty } from './pretty';
import { rdjson } from './rdjson';
import { sarif } from './sarif';

/** Every output format by the name that `--format` takes. */
export const FORMATS: Readonly<Record<string, Format>> = {
  pretty,
  json,
  sarif,
  github,
  gitlab,
  rdjson,
  junit,
  checkstyle,
  markdown,
};
