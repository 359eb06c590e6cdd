import type { PackerBake } from '../../config/types';
import type { PackerArtifact } from './machine-readable';

/** The one image of a build that a deployment can name, or why there is none. */
export type ChosenArtifact =
  | { readonly id: string; readonly region: string | null; readonly files: readonly string[] }
  | { readonly problem: string };

const AMI = /^(?:[a-z]{2}[a-z0-9-]*:ami-[0-9a-f]+)(?:,[a-z]{2}[a-z0-9-]*:ami-[0-9a-f]+)*$/;

/** Picks what the configuration asks for out of what a build made. */
export function chooseArtifact(artifacts: readonly PackerArtifact[], wanted: PackerBake['artifact']): ChosenArtifact {
  switch (wanted.kind) {
    case 'ami':
      return chooseAmi(artifacts, wanted.region);
    case 'files':
      return chooseFiles(artifacts);
    case 'container':
    case 'other':
      return chooseId(artifacts);
  }
}

/** `eu-west-1:ami-…,us-east-1:ami-…`: an image that was copied has an id for each region. */
function chooseAmi(artifacts: readonly PackerArtifact[], region: string | undefined): ChosenArtifact {
  const ids = [...new Set(artifacts.map(({ id }) => id).filter((id) => AMI.test(id)))].flatMap((id) => id.split(','));
  const places = ids.map((text) => text.split(':') as [string, string]);
  const fitting = region === undefined ? places : places.filter(([place]) => place === region);
  const [first, ...more] = fitting;
  if (!first) {
    const made = places.map(([place]) => place).join(', ');
    return {
      problem:
        region === undefined || made === ''
          ? 'the build made no AMI'
          : `the build made no AMI in ${region}, only in ${made}: correct \`artifact.region\``,
    };
  }
  if (more.length > 0) {
    const list = fitting.map((place) => place.join(':')).join(', ');
    return { problem: `the build made several AMIs (${list}): name \`artifact.region\`, or one build with \`only\`` };
  }
  return { id: first[1], region: first[0], files: [] };
}

/** The files of the last artifact of each build: a post-processor's stand behind the builder's. */
function chooseFiles(artifacts: readonly PackerArtifact[]): ChosenArtifact {
  const byBuild = new Map<string, readonly string[]>();
  for (const { build, files } of artifacts) if (files.length > 0) byBuild.set(build, files);
  const files = [...new Set([...byBuild.values()].flat())].sort();
  return files.length === 0 ? { problem: 'the build made no files' } : { id: '', region: null, files };
}

function chooseId(artifacts: readonly PackerArtifact[]): ChosenArtifact {
  const ids = new Map<string, string>();
  for (const { build, id } of artifacts) if (id !== '') ids.set(build, id);
  const [first, ...more] = new Set(ids.values());
  if (first === undefined) return { problem: 'the build made nothing that has an id' };
  if (more.length > 0)
    return { problem: `several builds made an image (${[...ids.keys()].join(', ')}): name one with \`only\`` };
  return { id: first, region: null, files: [] };
}
