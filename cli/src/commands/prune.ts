import { deleteLeftFiles, leftFiles } from '../../../release/src/api/left-behind';
import { listImages, pruneImages, type ListedImage } from '../../../release/src/api/prune-images';
import type { Arguments, Command } from '../command-line';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

export const prune: Command = {
  name: 'prune',
  summary: 'List images that nothing needs any more and what bakes left behind, and delete their files here.',
  usage: '[--delete] [options]',
  options: {
    file: FILE_OPTION,
    delete: {
      type: 'boolean',
      help: 'Delete the files of images that nothing needs, and those that bakes left behind.',
    },
    json: { type: 'boolean', help: 'For programs.' },
  },
  notes: [
    'What is live in any environment stays, and the images of its last healthy releases (`keep`). Registries and clouds are not touched.',
  ],
  run: runPrune,
};

function runPrune(args: Arguments, io: Io): Promise<ExitCode> {
  const { root, pipeline, folder } = findWorkspace(args, io);
  const isDeleting = args.flag('delete');
  const images = answerOf(() => (isDeleting ? pruneImages(root, pipeline) : listImages(root, pipeline)));
  const left = isDeleting ? deleteLeftFiles(root, folder) : leftFiles(root, folder);
  if (args.flag('json')) {
    const entries = images.map(({ image, keptFor, bytes }) => ({
      name: image.name,
      ref: image.ref,
      keptFor: keptFor ?? null,
      bytes,
    }));
    io.stdout.write(
      `${JSON.stringify({ version: 1, deleted: isDeleting, images: entries, leftBehind: left }, null, 2)}\n`,
    );
    return Promise.resolve(DELIVERY_EXIT.ok);
  }
  const lines = images.map(({ image, keptFor, bytes }) => {
    const why = isDeleting
      ? 'deleted'
      : (keptFor ?? (bytes > 0 ? 'not needed' : 'not needed; nothing of it lies here'));
    return `${image.name}  ${image.ref}  ${why}`;
  });
  lines.push(...left.map((path) => `${path}  ${isDeleting ? 'deleted' : 'left behind by a bake; no release uses it'}`));
  io.stdout.write(`${lines.length > 0 ? lines.join('\n') : isDeleting ? 'Nothing to delete.' : 'No images yet.'}\n`);
  return Promise.resolve(DELIVERY_EXIT.ok);
}

function answerOf(ask: () => readonly ListedImage[]): readonly ListedImage[] {
  try {
    return ask();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}
