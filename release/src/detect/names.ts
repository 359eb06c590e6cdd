const LONGEST = 39;

/** YAML reads these as something else than a text. */
const READ_OTHERWISE = /^(?:true|false|yes|no|on|off|null|y|n)$/;

/** Turns any text into a name that `immutable.yaml` takes: small letters, digits and `-`, a letter first. */
export function nameFrom(text: string, otherwise: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  if (name === '') return otherwise;
  return READ_OTHERWISE.test(name) ? `${name}-app` : name;
}

/** Gives names, each once. */
export class Names {
  private readonly taken = new Set<string>();

  take(text: string, otherwise: string): string {
    const wanted = nameFrom(text, otherwise);
    let name = wanted;
    for (let count = 2; this.taken.has(name); count++) {
      const end = `-${count}`;
      name = `${wanted.slice(0, LONGEST - end.length)}${end}`;
    }
    this.taken.add(name);
    return name;
  }
}
