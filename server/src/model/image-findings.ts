import type { Fix } from '../core/finding';
import { LANGUAGES, type Language } from '../core/rule';
import type { Place } from '../core/text';
import type { ImageOption, ImageUse } from './facts';
import type { TagClass } from './image-reference';
import type { Project } from './project';

/** Where images are named: everywhere but in what cloud-init reads by itself. */
export const IMAGE_LANGUAGES: readonly Language[] = LANGUAGES.filter((language) => language !== 'cloud-init');

/** Builders whose images are put in place by the same tool that runs them. */
const LOCAL: ReadonlySet<string> = new Set(['skaffold', 'compose']);

/**
 * Options of a use when every one of them has one of the classes (a condition fires only when all its branches are
 * bad, pitfall P16); none when the image is built here, Kustomize replaces it or anything about it is unknown.
 *
 * @param path the linted file
 */
export function optionsOfClass(
  use: ImageUse,
  classes: ReadonlySet<TagClass>,
  project: Project,
  path: string,
): readonly ImageOption[] {
  if (use.builtHere) return [];
  // What Kustomize puts in its place counts, and it is looked at there.
  const replaced = ({ reference }: ImageOption): boolean => project.index?.replacesImage(path, reference.name) === true;
  if (use.site === 'kubernetes.container' && use.options.some(replaced)) return [];
  // Skaffold and compose give names without a registry to what they build: such a name is never pulled.
  const built = ({ reference }: ImageOption): boolean =>
    reference.domain === undefined && (project.index?.builds(reference.name) ?? []).some(({ site }) => LOCAL.has(site));
  if (use.options.some(built)) return [];
  return use.options.every((option) => classes.has(option.reference.tagClass)) ? use.options : [];
}

/** Options of a use that have one of the classes when others have not: the reference may be bad (pitfall P16). */
export function branchesOfClass(use: ImageUse, classes: ReadonlySet<TagClass>): readonly ImageOption[] {
  const bad = use.options.filter((option) => classes.has(option.reference.tagClass));
  return use.builtHere || bad.length === use.options.length ? [] : bad;
}

/**
 * Where the literal stands that decides about the tag: the whole reference when it is written in one piece, else the
 * tag's own literal (`ARG TAG=latest` of `FROM app:${TAG}`, pitfall P1), else the place of use.
 */
export function imagePlace(use: ImageUse, option: ImageOption): Place {
  const whole = option.text.isVerbatim() ? option.text.sourceOf() : undefined;
  if (whole) return whole;
  const { tagRange } = option.reference;
  if (use.tagAt) return use.tagAt;
  return (tagRange && option.text.sourceOf(tagRange)) ?? use.at;
}

/** The reference as a person would write it: holes shown as `…`. */
export function shownReference(option: ImageOption): string {
  return option.text.text.replace(/\uE000+/g, '…');
}

/**
 * Fixes that pin a reference: the digest that this workspace already uses for the same repository and tag (safe, since the
 * tag stays and only says more exactly what was meant), or a look-up in the registry.
 */
export function pinFixes(option: ImageOption, project: Project): Fix[] {
  const { reference, text } = option;
  const fixes: Fix[] = [];
  const at = text.isVerbatim() ? text.sourceOf() : undefined;
  if (!at || reference.digest !== undefined) return fixes;
  const known = new Set<string>();
  for (const image of project.index?.images(reference.repository) ?? []) {
    if (image.digest !== undefined && image.tag !== undefined) known.add(`${image.tag}@${image.digest}`);
  }
  // Two different pins of one repository: nobody but the author can tell which one is meant.
  const [pin] = known;
  if (known.size === 1 && pin !== undefined) {
    const sameTag = pin.startsWith(`${reference.tag ?? 'latest'}@`);
    fixes.push({
      level: sameTag ? 'safe' : 'suggestion',
      title: `Use the version this workspace already pins: \`${shorten(pin)}\``,
      edits: [{ at, text: `${reference.name}:${pin}` }],
    });
  }
  fixes.push({
    level: 'online',
    title: `Pin \`${text.text}\` to the digest that the registry has for it now`,
    edits: [],
    resolve: { image: text.text, at },
  });
  return fixes;
}

/** `1.27.2@sha256:0123456789ab…`: enough to recognise a digest. */
function shorten(pin: string): string {
  const digest = pin.indexOf('@sha256:');
  return digest < 0 ? pin : `${pin.slice(0, digest + 20)}…`;
}

/**
 * True when this workspace declares the registry repository with immutable tags (`image_tag_mutability = "IMMUTABLE"`):
 * a complete tag then is as good as a digest.
 */
export function keepsTags(option: ImageOption, project: Project): boolean {
  const { path, domain } = option.reference;
  if (domain === undefined || !project.index) return false;
  return /\.dkr\.ecr\.|-docker\.pkg\.dev$/.test(domain) && project.index.refusesOverwrite(path);
}
