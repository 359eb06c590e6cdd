/**
 * Images that the stages of a Dockerfile begin with, `scratch` and other stages left out. Only what is written out is
 * known: a name with a variable in it is left as it is written.
 */
export function baseImages(text: string): readonly string[] {
  const stages = new Set<string>();
  const bases: string[] = [];
  for (const { image, alias } of stagesOf(text)) {
    if (image !== 'scratch' && !stages.has(image.toLowerCase())) bases.push(image);
    if (alias !== undefined) stages.add(alias.toLowerCase());
  }
  return [...new Set(bases)];
}

/** The image that the final stage, or the named one, stands on; undefined for `scratch` and for a name with a variable. */
export function baseOfTarget(text: string, target: string | undefined): string | undefined {
  const stages = stagesOf(text);
  const named = (name: string): (typeof stages)[number] | undefined =>
    stages.find(({ alias }) => alias?.toLowerCase() === name.toLowerCase());
  let stage = target === undefined ? stages.at(-1) : (named(target) ?? stages[Number(target)]);
  for (let steps = 0; stage && steps < stages.length; steps++) {
    const below = named(stage.image);
    if (!below) break;
    stage = below;
  }
  return !stage || stage.image === 'scratch' || stage.image.includes('$') ? undefined : stage.image;
}

function stagesOf(text: string): readonly { readonly image: string; readonly alias: string | undefined }[] {
  const lines = text.replace(/[\\`]\r?\n/g, ' ').split(/\r?\n/);
  return lines.flatMap((line) => {
    const found = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$/i.exec(line);
    return found?.[1] === undefined ? [] : [{ image: found[1], alias: found[2] }];
  });
}
