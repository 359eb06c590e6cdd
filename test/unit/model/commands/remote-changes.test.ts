import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import { parseShell } from '../../../../server/src/lang/shell/parse';
import { remoteChange } from '../../../../server/src/model/commands/remote-changes';

const change = (text: string): string | undefined => {
  const [command] = parseShell(MappedText.verbatim(text, 0)).commands;
  return command && remoteChange(command);
};

describe('remoteChange', () => {
  it.each([
    ['ssh host uptime', 'ssh'],
    ['scp app.conf deploy@host:/etc/', 'scp'],
    ['rsync -a site/ host:/var/www', 'rsync'],
    ['ansible-playbook -i inventory site.yml', 'ansible-playbook'],
    ['kubectl -n web apply -f .', 'kubectl'],
    ['kubectl rollout restart deployment/web', 'kubectl'],
    ['helm upgrade --install web ./chart', 'helm'],
  ])('%s', (text, tool) => {
    expect(change(text)).toBe(tool);
  });

  it.each([
    'ssh-keygen -t ed25519',
    'ssh -V',
    'rsync -a a/ b/',
    'rsync -a rsync://mirror.example.com/x .',
    'ansible-playbook -c local site.yml',
    'ansible-playbook -i localhost, site.yml',
    'ansible-galaxy install -r requirements.yml',
    'kubectl get pods',
    'kubectl apply --dry-run=client -f .',
    'kubectl rollout status deployment/web',
    'helm repo add acme https://charts.example.com',
    'echo ssh host',
  ])('%s stays on this machine or reads only', (text) => {
    expect(change(text)).toBeUndefined();
  });
});
