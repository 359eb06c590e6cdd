import { asMap, asScalar, asSequence, entry, items } from '../../lang/data/tree';
import { defineRule } from '../../model/facts';

const KEY_FILE = /(^|\/)(\.ssh\/)?authorized_keys2?$|(^|\/)authorized_keys(\.d)?\//;

/** Programs that take a key away, or only look at it. */
const HARMLESS: ReadonlySet<string> = new Set([
  'rm',
  'truncate',
  'shred',
  'chmod',
  'chown',
  'cat',
  'ls',
  'stat',
  'test',
  '[',
  'grep',
  'find',
  'unlink',
]);

export default defineRule({
  meta: {
    id: 'interactive-access/authorized-keys',
    severity: 'error',
    languages: ['dockerfile', 'packer', 'packer-json', 'cloud-init', 'terraform', 'shell', 'kubernetes'],
    since: '0.1.0',
    recommended: true,
    summary: 'No image and no boot script may let a person log in with a key',
    peers: [],
    messages: {
      file: 'Remove this key: it lets people log in and change what must only be replaced. Debug through logs, or through audited sessions (SSM, IAP).',
      cloudInit:
        'Remove `{key}`: it lets people log in to the instance and change what must only be replaced. Debug through logs, or through audited sessions (SSM, IAP).',
      mount:
        'This mounts SSH keys into the pod, so people can log in to it. Use logs, or `kubectl debug` for one session.',
    },
  },
  create: (context) => ({
    dockerfile: ({ stages }) => {
      for (const stage of stages) {
        for (const instruction of stage.instructions) {
          if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') continue;
          const words = instruction.execForm ?? instruction.words;
          const found = words.find((word) => KEY_FILE.test(word.text));
          if (found)
            context.report({
              at: found.sourceOf() ?? instruction.range,
              anchor: `stage.${stage.name ?? stage.index}/${instruction.keyword}`,
              message: 'file',
            });
        }
      }
    },
    'packer.build': (build) => {
      build.provisioners.forEach((step, index) => {
        if (step.type !== 'file') return;
        for (const name of ['destination', 'source']) {
          const value = step.block.value(name);
          if (value?.type === 'text' && KEY_FILE.test(value.text.text)) {
            context.report({ at: value.origin, anchor: `build/provisioner.${index}/${name}`, message: 'file' });
            return;
          }
        }
      });
    },
    command: ({ command, phase, anchor }) => {
      if (phase === 'pipeline' || phase === 'local') return;
      const redirect = command.redirects.find(
        (each) => each.operator.includes('>') && each.target && KEY_FILE.test(each.target.text),
      );
      const at = redirect?.at ?? command.at;
      if (redirect) context.report({ at, anchor, message: 'file' });
      else if (command.name === 'ssh-import-id' || command.name === 'ssh-import-id-gh')
        context.report({ at: command.at, anchor, message: 'file' });
      else if (!HARMLESS.has(command.name)) {
        const word =
          ['tee', 'cp', 'mv', 'install', 'curl', 'wget'].includes(command.name) &&
          command.words.slice(1).find((each) => KEY_FILE.test(each.text));
        // `cp authorized_keys backup` takes a copy; only a destination is a login.
        if (word && (command.name !== 'cp' || word === command.words.at(-1)))
          context.report({ at: word.at, anchor, message: 'file' });
      }
    },
    'boot-data': ({ cloudInit, anchor, place }) => {
      const root = cloudInit.config?.documents[0]?.root;
      const report = (
        found: { key: string; keyRange: { start: number; end: number } } | undefined,
        where: string,
      ): void => {
        if (found)
          context.report({
            at: place(found.keyRange),
            anchor: `${anchor}/${where}`,
            message: 'cloudInit',
            data: { key: found.key },
          });
      };
      report(entry(root, 'ssh_authorized_keys'), 'ssh_authorized_keys');
      report(entry(root, 'ssh_import_id'), 'ssh_import_id');
      items(entry(root, 'users')?.value).forEach((user, index) => {
        for (const key of ['ssh_authorized_keys', 'ssh-authorized-keys', 'ssh_import_id']) {
          const found = entry(user, key);
          const empty = asSequence(found?.value)?.items.length === 0 || asScalar(found?.value)?.value === null;
          if (!empty) report(found, `users.${index}/${key}`);
        }
      });
      items(entry(root, 'write_files')?.value).forEach((file, index) => {
        const path = entry(file, 'path');
        const text = asScalar(path?.value)?.text.text;
        if (path && text !== undefined && KEY_FILE.test(text))
          context.report({ at: place(path.range), anchor: `${anchor}/write_files.${index}`, message: 'file' });
      });
    },
    'kubernetes.workload': (workload) => {
      workload.containers.forEach((container) => {
        for (const mount of container.volumeMounts) {
          const path = mount.mountPath?.text.text ?? '';
          if (!mount.mountPath || !/(^|\/)\.ssh(\/authorized_keys)?\/?$/.test(path)) continue;
          // A deploy key for Git is a client's key: the mount then holds id_* or known_hosts, and the program is git.
          const named =
            asMap(mount.node) && /authorized/i.test(`${mount.name ?? ''}${mount.subPath?.text.text ?? ''}${path}`);
          if (named)
            context.report({
              at: mount.mountPath.range,
              anchor: `${workload.kind}/${workload.object.name?.text.text ?? '?'}/container.${container.name ?? '?'}/mount`,
              message: 'mount',
            });
        }
      });
    },
  }),
});
