import { describe, expect, it } from 'vitest';
import { containerSession } from '../../../../server/src/model/commands/container-sessions';
import { liveChange } from '../../../../server/src/model/commands/live-changes';
import { allowsKey } from '../../../../server/src/model/commands/login-keys';
import { isServerScript } from '../../../../server/src/model/commands/pipeline-context';
import { remoteEffect } from '../../../../server/src/model/commands/remote-programs';
import { remoteSession } from '../../../../server/src/model/commands/remote-sessions';
import { holdsSshPort, isTransferPort, servesSsh, sshServer } from '../../../../server/src/model/commands/ssh-server';
import { commandOf, scriptOf } from './support';

const on = <Found>(
  text: string,
  find: (command: ReturnType<typeof commandOf>, script: ReturnType<typeof scriptOf>) => Found,
): Found => {
  const script = scriptOf(text);
  return find(commandOf(script), script);
};

describe('remoteSession', () => {
  it.each([
    ['ssh -i key -p 22 web uptime', 'remoteCommand'],
    ['ssh web < script.sh', 'remoteCommand'],
    ['ssh -NL 1:db:1 web', 'tunnel'],
    ['rsync -e "ssh -p 22" a web:/b', 'copy'],
    ['az vmss run-command invoke -n web', 'cloud'],
    ['docker --host=ssh://web ps', 'dockerHost'],
  ])('%s', (text, type) => {
    expect(on(text, remoteSession)?.type).toBe(type);
  });

  it.each([
    'ssh web',
    'ssh -T git@github.com x',
    'scp web:/a .',
    'rsync -a a/ b/',
    'scp a localhost:/b',
    'ssh -V',
    'sshpass -V',
  ])('%s changes no server', (text) => {
    expect(on(text, remoteSession)).toBeUndefined();
  });
});

describe('remoteEffect', () => {
  it.each([
    ['sudo systemctl restart app', 'changes'],
    ['cd /opt/app && git pull', 'changes'],
    ['A=1 sudo -u app docker compose up -d', 'changes'],
    ['docker pause web', 'changes'],
    ['uptime; df -h', 'reads'],
    ['sudo journalctl -u app --since today | grep error', 'reads'],
    ['systemctl status app', 'reads'],
    ['docker image ls | grep app', 'reads'],
    ['ls > /dev/null 2>&1', 'reads'],
    ['echo on > /etc/flag', 'unknown'],
    ['echo on >> /etc/flag', 'unknown'],
    ['./deploy.sh', 'unknown'],
    ['bash -s', 'unknown'],
    ['\uE000', 'unknown'],
    ['uptime; \uE000', 'unknown'],
    ['', 'unknown'],
  ])('%s → %s', (line, effect) => {
    expect(remoteEffect(line)).toBe(effect);
  });
});

describe('liveChange', () => {
  it.each([
    ['kubectl -n x set image deploy/a a=b', 'object'],
    ['kubectl rollout restart deploy/a', 'restart'],
    ['docker cp a web:/b', 'container'],
    ['docker service update --image app web', 'service'],
    ['helm upgrade a ./a --reuse-values', 'release'],
  ])('%s', (text, type) => {
    expect(on(text, liveChange)?.type).toBe(type);
  });

  it.each([
    'kubectl label --list pod a',
    'kubectl replace -f a.yaml',
    'kubectl run t --rm -it --image=b -- sh',
    'docker cp web:/b .',
    'docker service update --image app:1.2.3 web',
    'aws ecs update-service --force-new-deployment --task-definition a:2',
  ])('%s edits nothing that runs', (text) => {
    expect(on(text, liveChange)).toBeUndefined();
  });
});

describe('containerSession', () => {
  it('tells an engine elsewhere from the runner', () => {
    expect(on('docker exec web x', containerSession)).toMatchObject({ engine: true, remote: false });
    expect(on('docker --context prod exec web x', containerSession)).toMatchObject({ engine: true, remote: true });
    expect(on('docker --context default exec web x', containerSession)).toMatchObject({ remote: false });
  });
  it.each(['kubectl exec web -- pg_isready', 'kubectl cp web:/a a', 'kubectl get pods', 'docker ps'])('%s', (text) => {
    expect(on(text, containerSession)).toBeUndefined();
  });
});

describe('allowsKey', () => {
  it.each(['echo k >> ~/.ssh/authorized_keys', 'cp k /root/.ssh/authorized_keys', 'ssh-import-id gh:a'])(
    '%s',
    (text) => {
      expect(on(text, allowsKey)).toBeDefined();
    },
  );
  it.each([
    'echo -n > ~/.ssh/authorized_keys',
    'grep -v ops a > ~/.ssh/authorized_keys',
    'cp ~/.ssh/authorized_keys a',
    'echo k >> ~/.ssh/known_hosts',
  ])('%s', (text) => {
    expect(on(text, allowsKey)).toBeUndefined();
  });
});

describe('sshServer', () => {
  it.each([
    ['apt-get install -y a openssh-server=1:9', 'install', 'openssh-server=1:9'],
    ['/usr/sbin/sshd -D', 'run', '/usr/sbin/sshd'],
    ['systemctl enable --now ssh.service', 'enable', 'ssh.service'],
    ['ssh-keygen -A', 'prepare', 'ssh-keygen'],
  ])('%s', (text, type, word) => {
    expect(on(text, sshServer)).toMatchObject({ type, word: { text: word } });
  });
  it.each(['apt-get install openssh-client', 'apt-get purge openssh-server', 'sshd -t', 'systemctl restart sshd'])(
    '%s',
    (text) => {
      expect(on(text, sshServer)).toBeUndefined();
    },
  );
  it('knows images whose purpose is SSH', () => {
    expect(servesSsh(undefined, 'atmoz/sftp:1')).toBe(true);
    expect(servesSsh('linuxserver/openssh', 'sshd')).toBe(true);
    expect(servesSsh('web', 'registry.example.com/dashboard')).toBe(false);
  });
});

describe('holdsSshPort', () => {
  it.each([
    ['22', true],
    ['22/tcp', true],
    ['20-25', true],
    ['21-22/tcp', true],
    ['22/udp', false],
    ['2222', false],
    ['1-65535', false],
    ['', false],
    ['\uE000', false],
  ])('%s → %s', (text, expected) => {
    expect(holdsSshPort(text)).toBe(expected);
  });
});

describe('names that tell the purpose of a port or an image', () => {
  it.each([
    ['lscr.io/linuxserver/openssh-server:9.9', true],
    ['atmoz/sftp:alpine', true],
    ['components/openssh/Dockerfile', true],
    ['gitea/gitea:1.22', true],
    ['registry.example.com/digital:1.0', false],
    ['openshift/origin', false],
  ])('%s → %s', (name, expected) => {
    expect(servesSsh(name)).toBe(expected);
  });

  it('a port', () => {
    expect(['sftp', 'git-ssh', 'ssh', undefined].map((name) => isTransferPort(name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('isServerScript', () => {
  it.each([
    ['scripts/deploy.sh', true],
    ['ops/release/upload.sh', true],
    ['tools/update-web', true],
    ['scripts/release/mac-remote-build', false],
    ['.github/scripts/package-upload.sh', false],
    ['tools/node.sh', false],
    ['logexporter/log-dump.sh', false],
  ])('%s → %s', (path, expected) => {
    expect(isServerScript(path)).toBe(expected);
  });
});
