import { HOLE } from '../core/mapped-text';
import { markdownCode, markdownLink, markdownText } from '../core/markdown';
import { detectKind } from '../lang/detect';
import type { ImageUse } from '../model/facts';
import { imagePlace } from '../model/image-findings';
import type { TagClass } from '../model/image-reference';
import type { ImageSummary } from '../model/workspace-index';
import type { Documents } from './documents';
import type { Location } from './folders';
import type { DocumentResult } from './session';
import type { HoverText } from './suppression-hover';
import { formatUri } from './uri';
import type { Log } from './log';

const CLASSES: Readonly<Record<TagClass, string>> = {
  none: 'No tag: the registry supplies `latest`, which moves.',
  'latest-like': 'This tag exists to be moved: tomorrow it is another image.',
  floating: 'A partial version or a word: it moves with every release.',
  full: 'A complete version. The registry may still move it; a digest cannot move.',
  digest: 'Pinned by digest: always the same content.',
  unknown: 'Part of the reference is not known here.',
};

/** Neighbours that are looked through; a larger folder is only seen in part. */
const MAX_FILES = 60;

/** Longer files are not looked through for a hover. */
const MAX_LENGTH = 200_000;

/** Other uses that are listed. */
const MAX_SHOWN = 8;

/** What is known of the image at a place. Undefined when none stands there. */
export function imageHover(
  uses: readonly ImageUse[],
  offset: number,
  result: DocumentResult,
  documents: Documents,
  log: Log,
): HoverText | undefined {
  const { path } = result.location;
  for (const use of uses) {
    for (const option of use.options) {
      const place = imagePlace(use, option);
      const isHere = (place.path ?? path) === path && place.start <= offset && offset <= place.end;
      const { reference } = option;
      if (!isHere || reference.repository.includes(HOLE)) continue;
      const others = usesElsewhere(result.location, documents, log).filter(
        ({ repository, at }) =>
          repository === reference.repository && !(at.path === path && at.start <= offset && offset <= at.end),
      );
      const digest = reference.digest ?? knownDigest(others, reference.tag);
      const lines = [
        `**${markdownCode(reference.repository)}**${reference.tag === undefined || reference.tag.includes(HOLE) ? '' : ` tag ${markdownCode(reference.tag)}`}`,
        CLASSES[reference.tagClass],
      ];
      if (digest !== undefined)
        lines.push(
          `${reference.digest === undefined ? 'Digest of this tag elsewhere here' : 'Digest'}: ${markdownCode(digest)}`,
        );
      if (others.length > 0) lines.push(`Also used in this folder:\n${list(others, result.location)}`);
      return { markdown: lines.join('\n\n'), range: place };
    }
  }
  return undefined;
}

function knownDigest(others: readonly ImageSummary[], tag: string | undefined): string | undefined {
  const digests = new Set(
    others.flatMap((other) => (other.tag === tag && other.digest !== undefined ? [other.digest] : [])),
  );
  return digests.size === 1 ? [...digests][0] : undefined;
}

function list(others: readonly ImageSummary[], { folder }: Location): string {
  const shown = others.slice(0, MAX_SHOWN).map(({ at, tag, digest }) => {
    const resource = folder.resourceOf(at.path);
    const label = markdownText(at.path);
    const name = resource ? markdownLink(label, formatUri(resource)) : label;
    const version = [tag === undefined ? [] : markdownText(tag), digest === undefined ? [] : 'with digest']
      .flat()
      .join(' ');
    return `- ${name}: ${version === '' ? 'no tag' : version}`;
  });
  const left = others.length - shown.length;
  return [...shown, ...(left > 0 ? [`- and ${left} more`] : [])].join('\n');
}

/** Images of the files that are near: open documents of the folder and what stands in the same directory. */
function usesElsewhere({ folder, path }: Location, documents: Documents, log: Log): ImageSummary[] {
  const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const names = folder.files.list(directory) ?? [];
  const paths = new Set([
    ...documents.all().flatMap(({ resource }) => (folder.root && (folder.pathOf(resource) ?? [])) || []),
    ...names.map((name) => (directory === '' ? name : `${directory}/${name}`)),
  ]);
  const found: ImageSummary[] = [];
  for (const other of [...paths].slice(0, MAX_FILES)) {
    try {
      const text = /\.(tf|hcl|ya?ml|json|sh)$|file/i.test(other) ? folder.files.read(other) : undefined;
      if (text === undefined || text.length > MAX_LENGTH || !detectKind(other, text)) continue;
      found.push(...(folder.engine.summarise(other, text)?.imagesUsed ?? []));
    } catch (error) {
      log.errorOnce(`summary ${other}`, `What ${other} holds could not be told.`, error);
    }
  }
  return found;
}
