import type { DetectedContainer } from './dockerfiles';
import type { DetectedPacker } from './packer';
import { comment, yamlList, yamlMap, yamlText } from './yaml-text';

/** A registry on this machine: nothing that is pushed there leaves it. */
const LOOPBACK = '127.0.0.1:5000';

export function packerImage(image: DetectedPacker): readonly string[] {
  const region = image.region === undefined ? '' : `, region: ${yamlText(image.region)}`;
  return [
    `  ${image.name}:`,
    `    ${comment(`Guess from ${image.from}: its builder is ${image.builder}.`)}`,
    '    packer:',
    `      template: ${yamlText(image.template)}`,
    ...(image.only === undefined
      ? []
      : [
          `      ${comment('The template holds several builds; this is the first of them.')}`,
          `      only: ${yamlList([image.only])}`,
        ]),
    ...(Object.keys(image.variables).length === 0
      ? []
      : [
          `      ${comment('By their names, these say which release it is.')}`,
          `      vars: ${yamlMap(image.variables)}`,
        ]),
    ...(image.variableFiles.length === 0 ? [] : [`      varFiles: ${yamlList(image.variableFiles)}`]),
    ...missingLine('      ', image.missing, 'vars'),
    `      artifact: { kind: ${image.artifact}${region} }`,
  ];
}

export function containerImage(image: DetectedContainer, app: string): readonly string[] {
  const { repository } = image;
  const name = repository?.repository ?? `${LOOPBACK}/${app}/${image.name}`;
  const isLoopback = /^(?:localhost|127(?:\.\d+){3})(?::\d+)?\//.test(name);
  return [
    `  ${image.name}:`,
    `    ${comment(`Guess from ${image.dockerfile}.`)}`,
    '    container:',
    `      dockerfile: ${yamlText(image.dockerfile)}`,
    `      context: ${yamlText(image.context)}`,
    repository === undefined
      ? `      ${comment('Nothing here names a repository: this one is on your machine. Write the one that you push to.')}`
      : `      ${comment(`From ${repository.from}.`)}`,
    `      repository: ${yamlText(name)}`,
    `      tag: "rel-\${release.id}" # once for each release, never moved`,
    ...(isLoopback
      ? ['      insecureRegistry: true # only a registry on this machine may be spoken to without TLS']
      : []),
  ];
}

/** What a person must still give. */
export function missingLine(indent: string, missing: readonly string[], key: string): readonly string[] {
  if (missing.length === 0) return [];
  return [
    `${indent}${comment(`Without a default, and not given yet: ${missing.join(', ')}. Write them into ${key} or a file.`)}`,
  ];
}
