import type { Fix } from '../../core/finding';
import { asMap, asScalar, asSequence, entry, get, items, type MapEntry, type MapNode } from '../../lang/data/tree';
import { objectAnchor } from '../../model/collect/kubernetes';
import { allowsKey, isKeyFile } from '../../model/commands/login-keys';
import { scriptNames } from '../../model/commands/script-names';
import { servesSsh } from '../../model/commands/ssh-server';
import { bootEdit } from '../../model/edits/boot';
import { removeInstruction } from '../../model/edits/dockerfile';
import { removeEntry } from '../../model/edits/yaml';
import { defineRule, type BootData, type RuleContext } from '../../model/facts';
import { makesVagrantBox, preparesVagrantBox } from '../../model/packer/vagrant';
import type { Project } from '../../model/project';

/** Entries of cloud-init's modules "SSH", "SSH Import ID" and "Users and Groups" that let a key log in. */
const LOGIN_ENTRIES: ReadonlySet<string> = new Set(['ssh_authorized_keys', 'ssh-authorized-keys', 'ssh_import_id']);

/** What a variable or a template brings is not known (P15), and a placeholder lets nobody in (P33). */
const NO_KEY = /\uE000|\$\{|\{\{|^\$\w|<[^>]*>|^%\w+%$|\.\.\.|…|\b(your|replace|placeholder|change[-_ ]?me)\b|^x+$/i;

/** Where SSH is what the image serves, its users' keys are its configuration: a person must look at what they open. */
const PURPOSE = { message: 'purpose', severity: 'info' } as const;

export default defineRule({
  meta: {
    id: 'interactive-access/authorized-keys',
    severity: 'error',
    languages: ['dockerfile', 'packer', 'packer-json', 'cloud-init', 'terraform', 'shell', 'kubernetes'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'No image and no boot script may let a person log in with a key',
    peers: [],
    messages: {
      file: 'Remove this key: it lets people log in and change what must only be replaced. Debug through logs, or through audited sessions (SSM, IAP).',
      purpose:
        'Give this service its keys from a mounted secret, and keep them to transfers: `ForceCommand internal-sftp` or `git-shell`. A key that opens a shell lets people change what must only be replaced.',
      cloudInit:
        'Remove `{key}`: it lets people log in to the instance and change what must only be replaced. Debug through logs, or through audited sessions (SSM, IAP).',
      node: 'Remove this volume: through it the pod adds keys to its node, and people log in and change what must only be replaced. Use `kubectl debug node/...`, or audited sessions (SSM, IAP).',
      mount:
        'Remove this mount: with its keys people can log in to the pod and change what must only be replaced. Use logs, or `kubectl debug` for one session.',
    },
  },
  create: (context) => ({
    'dockerfile.stage': (stage) => {
      for (const instruction of stage.instructions) {
        if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') continue;
        const words = instruction.execForm ?? instruction.words;
        const found = words.findLast((word) => isKeyFile(word.text));
        if (!found) continue;
        // A later `chmod` of the file would fail: a person must look.
        const fixes: Fix[] =
          words.length === 2
            ? [
                {
                  level: 'suggestion',
                  title: `Remove this ${instruction.keyword}`,
                  edits: [removeInstruction(context.file.text, instruction)],
                },
              ]
            : [];
        const names = [context.file.path, stage.base.text, stage.name, ...builtNames(context)];
        context.report({
          at: found.sourceOf() ?? instruction.range,
          anchor: `stage.${stage.name ?? stage.index}/${instruction.keyword} ${words.map((word) => word.text).join(' ')}`,
          ...(servesSsh(...names) ? PURPOSE : { message: 'file' }),
          fixes,
        });
      }
    },
    'packer.build': (build) => {
      if (makesVagrantBox(build)) return;
      build.provisioners.forEach((step, index) => {
        if (step.type !== 'file' || step.block.value('direction')?.type !== undefined) return;
        for (const name of ['destination', 'source']) {
          const value = step.block.value(name);
          if (value?.type !== 'text' || !isKeyFile(value.text.text)) continue;
          context.report({ at: value.origin, anchor: `build/provisioner.${index}/${name}`, message: 'file' });
          return;
        }
      });
    },
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'bake' && phase !== 'boot' && phase !== 'start') return;
      const at = allowsKey(command);
      if (!at || preparesVagrantBox(script)) return;
      const names = [context.file.path, ...scriptNames(script.owner), ...builtNames(context)];
      context.report({ at, anchor, ...(servesSsh(...names) ? PURPOSE : { message: 'file' }) });
    },
    'boot-data': (boot) => {
      const { cloudInit, anchor, place } = boot;
      if (isLocalSeed(context.file.path, context.file.directory, context.project)) return;
      const report = (found: MapEntry, where: string, map: MapNode | undefined): void =>
        context.report({
          at: place(found.keyRange),
          anchor: `${anchor}/${where}`,
          message: 'cloudInit',
          data: { key: found.key },
          fixes: map ? removal(boot, map, found, context.file) : [],
        });
      for (const found of cloudInit.entries) {
        if (LOGIN_ENTRIES.has(found.key) && namesKeys(found)) {
          const root = asMap(cloudInit.config?.documents[0]?.root);
          report(found, found.key, root?.entries.includes(found) ? root : undefined);
        }
        if (found.key !== 'users') continue;
        items(found.value).forEach((item, index) => {
          const user = asMap(item);
          for (const each of user?.entries ?? []) {
            if (LOGIN_ENTRIES.has(each.key) && namesKeys(each)) report(each, `users.${index}/${each.key}`, user);
          }
        });
      }
      cloudInit.files.forEach((file, index) => {
        const path = entry(file.node, 'path');
        if (path && file.path && isKeyFile(file.path.text.text)) {
          context.report({ at: place(path.range), anchor: `${anchor}/write_files.${index}`, message: 'file' });
        }
      });
    },
    'kubernetes.workload': (workload) => {
      for (const { name, source } of workload.volumes) {
        const path = source?.key === 'hostPath' ? asScalar(get(source.value, 'path')) : undefined;
        if (!path || !isKeyFile(path.text.text)) continue;
        context.report({
          at: path.range,
          anchor: `${objectAnchor(workload.object)}/volume.${name ?? '?'}`,
          message: 'node',
        });
      }
      for (const container of workload.containers) {
        for (const mount of container.volumeMounts) {
          const path = mount.mountPath?.text.text ?? '';
          if (!mount.mountPath || !/(^|\/)\.ssh(\/authorized_keys2?)?\/?$/.test(path)) continue;
          // A deploy key for Git is a client's key: the program then is git, and nobody logs in.
          const volume = workload.volumes.find((each) => each.name === mount.name);
          const names = [mount.name, mount.subPath?.text.text, path, ...secretItems(volume?.source)];
          if (!names.some((name) => name !== undefined && /authorized/i.test(name))) continue;
          context.report({
            at: mount.mountPath.range,
            anchor: `${objectAnchor(workload.object)}/${container.role}.${container.name ?? '?'}/mount`,
            message: 'mount',
          });
        }
      }
    },
  }),
});

/** Names under which the Dockerfile's image is built. */
function builtNames({ file, project }: RuleContext): readonly string[] {
  return (project.index?.buildsOf(file.path) ?? []).map(({ name }) => name);
}

/** True when a key is written there: not an empty list, a placeholder, or what only a variable brings. */
function namesKeys({ value }: MapEntry): boolean {
  const scalars = asSequence(value)?.items ?? [value];
  return scalars.some((item) => {
    const text = asScalar(item)?.text.text.trim() ?? '';
    if (text === '' || asScalar(item)?.value === null || NO_KEY.test(text)) return false;
    // Everybody has the private half of Vagrant's key: it is for boxes on a developer's machine.
    return !/vagrant insecure public key/.test(text);
  });
}

/**
 * A NoCloud seed (cloud-init, "NoCloud": `user-data` with `meta-data`) with the private half of the key beside it: the
 * pair is published, so the seed is there to try an image on this machine.
 */
function isLocalSeed(path: string, directory: string, project: Project): boolean {
  if (!/(^|\/)user-data$/.test(path)) return false;
  const names = project.list(directory) ?? [];
  return (
    names.includes('meta-data') && names.some((name) => /^id_(rsa|dsa|ecdsa|ed25519)(\.(?!pub$)[\w-]+)?$/.test(name))
  );
}

function removal(
  boot: BootData,
  map: MapNode,
  found: MapEntry,
  file: { readonly path: string; readonly text: string },
): readonly Fix[] {
  const text = boot.cloudInit.config?.text;
  const removed = text === undefined ? undefined : removeEntry(text, map, found);
  const edit = removed && bootEdit(file, boot, removed);
  return edit ? [{ level: 'safe', title: `Remove \`${found.key}\``, edits: [edit] }] : [];
}

/** Names of a secret's or config map's items that the volume shows. */
function secretItems(source: MapEntry | undefined): readonly (string | undefined)[] {
  const name = asScalar(get(source?.value, 'secretName') ?? get(source?.value, 'name'))?.text.text;
  return [
    name,
    ...items(get(source?.value, 'items')).flatMap((item) => [
      asScalar(get(item, 'key'))?.text.text,
      asScalar(get(item, 'path'))?.text.text,
    ]),
  ];
}
