import type { DetectedContainer } from './dockerfiles';
import type { DetectedPacker } from './packer';
import { missingLine } from './propose-images';
import type { BlueGreenImage, DetectedTerraform, ScalarImage } from './terraform';
import { comment, yamlList, yamlMap, yamlText } from './yaml-text';

/** Of the first container: two slots for each, one port apart. */
const FIRST_PORT = 8081;
const USUAL_PORT = 8080;

/** The images that a Terraform module may be given. */
export interface KnownImages {
  readonly packer: readonly DetectedPacker[];
  readonly containers: readonly DetectedContainer[];
}

/** @returns undefined when nothing here bakes an image for it */
export function terraformEnvironment(found: DetectedTerraform, images: KnownImages): readonly string[] | undefined {
  const { image } = found;
  const first = imageFor(image.kind === 'scalar' ? image.variable : '', image, images);
  if (first === undefined) return undefined;
  const isProduction = /^prod|^live$/.test(found.name);
  const at = `Guess from ${found.directory === '.' ? 'the Terraform files here' : found.directory}`;
  return [
    `  ${found.name}:`,
    ...(isProduction ? ['    protected: true # its name is typed before anything is applied'] : []),
    '    target:',
    '      terraform:',
    `        dir: ${yamlText(found.directory)}`,
    ...(found.variableFiles.length === 0 ? [] : [`        varFiles: ${yamlList(found.variableFiles)}`]),
    ...missingLine('        ', found.missing, '`set`'),
    ...(image.kind === 'scalar' ? scalarLines(image, found, images, at) : blueGreenLines(image, found, at)),
    `    ${comment('Nothing here says where it answers: write its address, and how the answer names its release.')}`,
    '    health:',
    `      - http: { url: ${yamlText(`https://${found.name}.example/health`)}, identity: { json: "$.release", equals: "\${release.id}" } }`,
    ...(image.kind === 'blue-green' ? ['    route: { terraform: {} }'] : []),
  ];
}

function scalarLines(image: ScalarImage, found: DetectedTerraform, images: KnownImages, at: string): readonly string[] {
  const set = [image.variable, ...image.more].flatMap((variable): [string, string][] => {
    const name = imageFor(variable, image, images);
    return name === undefined ? [] : [[variable, `\${image.${name}.${image.isMachine ? 'id' : 'ref'}}`]];
  });
  const output = image.output ?? image.variable;
  return [
    `        ${comment(`${at}: ${image.variable} is used as an image.`)}`,
    `        set: ${yamlMap({ ...Object.fromEntries(set), ...found.variables })}`,
    ...(image.output === undefined
      ? [
          `        ${comment(`No output tells which image is live. Add one: output "${output}" { value = var.${image.variable} }`)}`,
        ]
      : []),
    `        read: { image: { output: ${yamlText(output)} } }`,
    `        ${comment('A deployment may change these and nothing else.')}`,
    `        guard: { allow: ${yamlList(image.resources)} }`,
    ...groupLines(image),
  ];
}

function groupLines({ group, groupOutput }: ScalarImage): readonly string[] {
  if (group === undefined) return [];
  if (groupOutput !== undefined) return [`        refresh: { asg: "\${output.${groupOutput}}", minHealthy: 90 }`];
  return [
    `        ${comment(`${group} is replaced by an instance refresh. Add output "asg_name" { value = ${group}.name }, then:`)}`,
    `        ${comment('refresh: { asg: "${output.asg_name}", minHealthy: 90 }')}`,
  ];
}

function blueGreenLines(image: BlueGreenImage, found: DetectedTerraform, at: string): readonly string[] {
  const { active, activeOutput, images, imagesOutput, routers, isForEach } = image;
  const variable = images ?? 'images';
  const outputs = [
    ...(activeOutput === undefined ? [`output "${active}" { value = var.${active} }`] : []),
    ...(imagesOutput === undefined ? [`output "${variable}" { value = var.${variable} }`] : []),
  ];
  return [
    `        ${comment(`${at}: ${active} says which colour serves.`)}`,
    ...(images === undefined
      ? [
          `        ${comment('! There is no image for each colour, so two versions cannot run beside each other. Add')}`,
          `        ${comment('  variable "images" { type = map(string) } and give each colour var.images[COLOUR].')}`,
        ]
      : []),
    ...outputs.map((output) => `        ${comment(`Add: ${output}`)}`),
    ...(Object.keys(found.variables).length === 0 ? [] : [`        set: ${yamlMap(found.variables)}`]),
    '        blueGreen:',
    `          active: { variable: ${yamlText(active)}, output: ${yamlText(activeOutput ?? active)}, values: [blue, green] }`,
    `          image: { variable: ${yamlText(variable)}, output: ${yamlText(imagesOutput ?? variable)} }`,
    `          idle: ${isForEach ? 'destroy' : 'keep'} # what retiring does to the colour without traffic`,
    '        guard:',
    `          deploy: { allow: ['*["\${slot.idle}"]'] }`,
    `          route: { allow: ${yamlList(routers.length > 0 ? routers : ['*listener*'])} }`,
    `          retire: { allow: ['*["\${slot.idle}"]'] }`,
  ];
}

/** By the beginning of the variable's name, else the first image that fits. */
function imageFor(
  variable: string,
  image: ScalarImage | BlueGreenImage,
  { packer, containers }: KnownImages,
): string | undefined {
  const isMachine = image.kind === 'blue-green' || image.isMachine;
  const machines = packer.map(({ name }) => name);
  const references = containers.map(({ name }) => name);
  const fitting = isMachine ? machines : references;
  const words = variable.replace(/_?(?:ami|image)(?:_id)?$/, '').replace(/_/g, '-');
  return fitting.find((name) => words !== '' && (name === words || name.includes(words))) ?? fitting[0];
}

/** Example C of the design: containers on this machine, in two slots. */
export function localEnvironment(containers: readonly DetectedContainer[]): readonly string[] {
  const [first] = containers;
  const path = first?.healthPath ?? '/';
  const asked =
    first?.healthPath === undefined ? 'Ask for a path that says whether it is well.' : 'As its HEALTHCHECK asks.';
  return [
    '  local:',
    '    target:',
    '      containers:',
    '        engine: auto # docker or podman, whichever answers',
    '        run:',
    ...containers.flatMap((container, index) => runLines(container, index)),
    '    health:',
    `      ${comment(`${asked} Once the answer names its release, write`)}`,
    `      ${comment('identity: { header: X-Release, equals: "${release.id}" }, so that the old version cannot answer for the new one.')}`,
    `      - http: { url: "http://127.0.0.1:\${slot.port}${path}", identity: none, timeout: 30s }`,
    `    ${comment('Your proxy includes this file. One that must be told gets reload: { argv: [nginx, -s, reload] }.')}`,
    '    route: { file: { path: run/upstream.conf, content: "server 127.0.0.1:${slot.port};\\n" } }',
    '    rollback: { auto: on-health-failure }',
  ];
}

function runLines({ name, port }: DetectedContainer, index: number): readonly string[] {
  const inner = port ?? USUAL_PORT;
  const blue = FIRST_PORT + 2 * index;
  return [
    `          - name: ${name}`,
    `            image: ${name}`,
    ...(port === undefined
      ? [`            ${comment(`Its Dockerfile exposes no port: ${USUAL_PORT} is a guess.`)}`]
      : []),
    `            slots: { blue: { publish: ["127.0.0.1:${blue}:${inner}"] }, green: { publish: ["127.0.0.1:${blue + 1}:${inner}"] } }`,
    `            env: { RELEASE: "\${release.id}" }`,
  ];
}
