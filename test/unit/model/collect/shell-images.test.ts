import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../../server/src/core/mapped-text';
import { parseShell } from '../../../../server/src/lang/shell/parse';
import { buildNames, shellImages, type ShellImage } from '../../../../server/src/model/collect/shell-images';
import type { Phase, ScriptUse } from '../../../../server/src/model/facts';

function script(text: string, phase: Phase = 'bake'): ScriptUse {
  return {
    phase,
    shell: parseShell(MappedText.verbatim(text, 0)),
    owner: { type: 'shell' },
    path: undefined,
    anchor: 'script',
  };
}

const images = (text: string, phase?: Phase): ShellImage[] => shellImages(script(text, phase));
const shown = (text: string): string[] => images(text).map((image) => image.text.text.replaceAll(HOLE, '?'));

describe('images that a script pulls or runs', () => {
  it.each([
    ['docker pull nginx:1.27', ['nginx:1.27']],
    ['sudo docker image pull nginx', ['nginx']],
    ['docker container run --rm nginx nginx -t', ['nginx']],
    ['docker run -d --name web -p 80:80 -e A=b -v "$PWD:/w" --restart=always nginx:latest', ['nginx:latest']],
    ['docker run -it --network host alpine sh', ['alpine']],
    ['docker create redis', ['redis']],
    ['podman run --pull always quay.io/a/b', ['quay.io/a/b']],
    ['nerdctl pull busybox', ['busybox']],
    ['crictl pull registry.k8s.io/pause:3.9', ['registry.k8s.io/pause:3.9']],
    ['docker run ${REGISTRY}/app:latest', ['?/app:latest']],
    ['docker build -t app . && docker ps && docker exec web sh && docker stop web', []],
    ['docker run', []],
    ['echo docker pull nginx', []],
    ['kubectl run web --image nginx', []],
  ])('%s', (text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  it('maps a quoted name and one from a variable to where they are written', () => {
    const quoted = 'docker pull "nginx:latest"';
    expect(images(quoted)[0]?.text.sourceOf()).toEqual({ start: 13, end: 25 });
    const assigned = 'IMAGE=nginx:latest\ndocker pull "$IMAGE"';
    const [image] = images(assigned);
    expect(image?.text.text).toBe('nginx:latest');
    const at = image?.text.sourceOf();
    expect(at && assigned.slice(at.start, at.end)).toBe('nginx:latest');
    expect(at?.start).toBe(6);
    expect(image?.text.isVerbatim()).toBe(true);
  });

  it('knows what the script built before', () => {
    const found = images('docker build -t shop .\ndocker run shop\ndocker run other');
    expect(found.map(({ source }) => source.builtHere)).toEqual([true, false]);
  });

  it('reports the name that a tag gives, unless the image was built here', () => {
    const [tagged] = images('docker tag shop:1 shop:latest');
    expect(tagged).toMatchObject({ text: { text: 'shop:latest' }, source: { site: 'shell.tag', builtHere: false } });
    expect(images('docker build -t shop:1 .\ndocker tag shop:1 shop:latest')).toEqual([]);
    expect(images('docker tag shop:1')).toEqual([]);
  });

  it('says where it runs: what a pipeline pulls is not shipped', () => {
    expect(images('docker pull a')[0]?.source).toMatchObject({
      site: 'shell.run',
      anchor: 'script/docker',
      shipped: true,
    });
    expect(images('docker pull a', 'pipeline')[0]?.source.shipped).toBe(false);
  });
});

describe('names that a build gives', () => {
  it.each([
    ['docker build -t a .', ['a']],
    ['docker build --tag a --tag=b:1 -tc:2 .', ['a', 'b:1', 'c:2']],
    ['docker build .', []],
    ['docker build . -t', []],
  ])('%s', (text, expected) => {
    const [command] = script(text).shell.commands;
    expect(command && buildNames(command)).toEqual(expected);
  });
});
