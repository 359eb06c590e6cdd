import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../../release/src/config/problem';
import { readPipeline } from '../../../release/src/config/read';
import { EXAMPLES } from './examples';

function problems(text: string): string[] {
  return readPipeline(text, 'immutable.yaml').problems.map(describeProblem);
}

const WEB = `app: web
images:
  web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } }
environments:
  local:
    target:
      containers:
        run:
          - { name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
`;

const FLEET = `app: edge
images:
  vm: { packer: { template: packer, artifact: { kind: files } } }
environments:
  local:
    target:
      terraform:
        dir: terraform
        set: { image: "\${image.vm.id}" }
        read: { image: { output: image } }
`;

const COLOURS = EXAMPLES.blueGreen;

/** Each was once refused only when a run planned, or later. */
describe('what no run could do is refused when the file is read, at its place', () => {
  it.each([WEB, FLEET])('the files below are right but for what each case changes', (text) => {
    expect(problems(text)).toEqual([]);
  });

  it.each([
    [WEB, / {4}route: .*\n/, '', '6:5: Nothing says how the traffic gets to a slot.'],
    [WEB, 'content: "${slot.port}"', 'content: "upstream web"', '10:56: The content is the same for every slot.'],
    [WEB, 'image: web,', 'image: www,', '9:33: There is no image `www` in this file.'],
    [
      WEB,
      '{ container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } }',
      '{ packer: { template: p } }',
      '9:33: `web` is no container image.',
    ],
    [WEB, ':8082:80', ':8081:80', '`web` in blue has this port already.'],
    [WEB, ':8082:80', ':80820:80', '80820 is no port.'],
    [WEB, 'image: web,', 'image: web, args: [--rm],', '9:45: Remove `--rm`: the engine sets that itself.'],
    [WEB, 'image: web,', 'image: web, args: ["--name=x"],', 'Remove `--name=x`'],
    [WEB, 'image: web,', 'image: web, env: { PATH: { fromEnv: A } },', '9:45: A secret of this name would steer'],
    [
      WEB,
      'image: web,',
      'image: web, env: { A: "${output.url}" },',
      '9:48: ${output.url} is not known here: it is what Terraform tells',
    ],
    [WEB, 'content: "${slot.port}', 'content: "${slot.port} ${target.url}', '${target.url} is not known here'],
    [WEB, 'app: web\n', 'app: web\nx-a: 1\n', undefined],
    [
      WEB,
      /( {10}- .*\n)/,
      '$1          - { name: job, image: web, slots: { a: { publish: ["1:1"] }, b: { publish: ["2:2"] } } }\n',
      '10:45: Other slots than `web` has. Give every container the slots blue and green.',
    ],
    [
      WEB,
      /( {10}- .*\n)/,
      '$1          - { name: web, image: web, slots: { blue: { publish: ["1:1"] }, green: { publish: ["2:2"] } } }\n',
      '10:21: There is another container `web`.',
    ],
    [
      WEB,
      'insecureRegistry: true',
      'insecureRegistry: true, builder: docker, platforms: [linux/amd64, linux/arm64]',
      'Several platforms are built by podman or buildah',
    ],
    [
      WEB,
      'insecureRegistry: true',
      'insecureRegistry: true, args: { A: "${image.web.id}" }',
      '${image.web.id} is not known here: name an image that stands above.',
    ],
    [
      WEB,
      'insecureRegistry: true',
      'insecureRegistry: true, tag: "${release.id}-${slot.name}"',
      '${slot.name} is not known here: nothing of this has slots.',
    ],
    [FLEET, 'image: "${image.vm.id}"', 'image: "${slot.idle}"', '9:23: ${slot.idle} is not known here'],
    [
      FLEET,
      'image: "${image.vm.id}"',
      'image: "${image.vm.digest}"',
      'an image of Packer has no digest. Use `id` or `ref`.',
    ],
    [
      FLEET,
      'dir: terraform\n',
      'dir: terraform\n        guard: { allow: ["*[\\"${slot.idle}\\"]"] }\n',
      '9:26: ${slot.idle} is not known here',
    ],
    [
      FLEET,
      'dir: terraform\n',
      'dir: terraform\n        refresh: { asg: "${release.id}" }\n',
      'this part is the same for every release',
    ],
    [FLEET, 'dir: terraform\n', 'dir: terraform\n        refresh: { asg: "${output.group}" }\n', undefined],
    [FLEET, '    target:\n', '    soak: 5m\n    target:\n', '6:5: Nothing is kept warm without slots.'],
    [
      FLEET,
      '    target:\n',
      '    health: [{ tcp: { host: a, port: "${slot.port}" } }]\n    target:\n',
      '6:38: ${slot.port} is not known here',
    ],
    [FLEET, '    target:\n', '    health: [{ tcp: { host: "${output.host}", port: 1 } }]\n    target:\n', undefined],
    [
      FLEET,
      '    target:\n',
      '    route: { file: { path: a, content: "${slot.name}" } }\n    target:\n',
      '6:12: `file` routes between the slots',
    ],
    [
      FLEET,
      'artifact: { kind: files } }',
      'artifact: { kind: files } }, test: [{ run: { argv: [a] } }]',
      'Only a container image is run.',
    ],
    [
      COLOURS,
      '${slot.idle}.edge.example',
      '${slot.port}.edge.example',
      '${slot.port} is not known here. Use ${slot.name}, ${slot.active}, ${slot.idle}.',
    ],
  ])('%#', (text, from, to, message) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    const found = problems(changed);
    if (message === undefined) expect(found).toEqual([]);
    else expect(found.join('\n')).toContain(message);
  });
});
