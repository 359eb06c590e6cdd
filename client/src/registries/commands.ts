import { l10n, window } from 'vscode';
import { registryHost, type CredentialStore } from './credential-store';

/** Asks for a registry, a user name and a password, and keeps them in secret storage. */
export async function storeCredentials(store: CredentialStore): Promise<void> {
  const title = l10n.t('Store Registry Credentials');
  const typed = await window.showInputBox({
    title,
    prompt: l10n.t('Host of the registry'),
    placeHolder: 'registry.example.com',
    ignoreFocusOut: true,
    validateInput: (value) =>
      registryHost(value) === undefined ? l10n.t('Type a host name, with a port if it has one.') : undefined,
  });
  const registry = typed === undefined ? undefined : registryHost(typed);
  if (registry === undefined) return;
  const username = await window.showInputBox({ title, prompt: l10n.t('User name'), ignoreFocusOut: true });
  if (!username) return;
  const password = await window.showInputBox({
    title,
    prompt: l10n.t('Password or access token'),
    password: true,
    ignoreFocusOut: true,
  });
  if (!password) return;
  await store.set(registry, { username, password });
  void window.showInformationMessage(l10n.t('The credentials for {0} are in the secret storage.', registry));
}

/** Asks which credentials to delete. */
export async function deleteCredentials(store: CredentialStore): Promise<void> {
  const registries = await store.registries();
  if (registries.length === 0) {
    void window.showInformationMessage(l10n.t('No registry credentials are stored.'));
    return;
  }
  const registry = await window.showQuickPick([...registries], { title: l10n.t('Delete Registry Credentials') });
  if (registry === undefined) return;
  await store.delete(registry);
  void window.showInformationMessage(l10n.t('The credentials for {0} are deleted.', registry));
}
