import type { InventoryReference } from '../../../../server/src/lsp/protocol';

/** The places that pull an image of a repository, whatever its tag: those that make it are left out. */
export function usesOf(references: readonly InventoryReference[], repository: string): readonly InventoryReference[] {
  const wanted = normalised(repository);
  return references.filter(({ text, role }) => role !== 'built' && normalised(nameOf(text)) === wanted);
}

/** `docker.io/library/nginx` is `nginx`. */
function normalised(name: string): string {
  return name.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, '');
}

/** A reference without its tag and digest; the colon of a port stays. */
function nameOf(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}
