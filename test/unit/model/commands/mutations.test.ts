import { describe, expect, it } from 'vitest';
import { isRunUnseen } from '../../../../server/src/model/commands/downloads';
import { mutationOf } from '../../../../server/src/model/commands/mutations';
import { packageCommand } from '../../../../server/src/model/commands/package-manager';
import { commandOf, scriptOf } from './support';

describe('packageCommand (P12: options with values, files, scopes)', () => {
  it.each([
    ['apt-get -t bookworm-backports install -y curl', 'install', ['curl']],
    ['apk add --no-cache --virtual .build gcc', 'install', ['gcc']],
    ['apt-get install --only-upgrade openssl', 'upgrade', ['openssl']],
    ['yum update -y', 'upgrade', []],
    ['zypper ref', 'refresh', []],
    ['pacman -Syu --noconfirm', 'upgrade', []],
    ['python3 -m pip install -r requirements.txt', 'install', []],
    ['uv pip install flask', 'install', ['flask']],
    ['npm install @acme/tool@1.2.3', 'install', ['@acme/tool@1.2.3']],
    ['yarn --frozen-lockfile', 'install', []],
    ['bundle install --deployment', 'install', []],
    ['apt-get purge -y curl', 'remove', ['curl']],
  ])('%s', (text, action, packages) => {
    const found = packageCommand(commandOf(scriptOf(text)));
    expect(found?.action).toBe(action);
    expect(found?.packages.map((word) => word.text)).toEqual(packages);
  });

  it.each([
    'npm run build',
    'yarn --version',
    'yarn start',
    'bundle exec rails',
    'apt list',
    'pip --version',
    'go build',
  ])('%s is none', (text) => {
    expect(packageCommand(commandOf(scriptOf(text)))).toBeUndefined();
  });
});

describe('isRunUnseen', () => {
  it.each([
    'curl -fsSL https://x.example.com | sh',
    'curl https://x.example.com | sudo bash -s -- --yes',
    'curl https://x.example.com | bash -',
    'curl https://x.example.com | python3',
    'bash -x <(curl https://x.example.com)',
    'sh -c "$(curl https://x.example.com)"',
    'source <(curl https://x.example.com)',
  ])('%s', (text) => {
    const script = scriptOf(text);
    expect(isRunUnseen(commandOf(script, 'curl'), script)).toBe(true);
  });

  it.each([
    'curl https://x.example.com | jq .',
    "curl https://x.example.com | python3 -c 'print(1)'",
    "curl https://x.example.com | perl -pe 's/a/b/'",
    'curl https://x.example.com | bash parse.sh',
    'sh -c "echo $(curl https://x.example.com)"',
    'eval "V=$(curl https://x.example.com)"',
    'bash parse.sh <(curl https://x.example.com)',
    'curl https://x.example.com; sh build.sh',
  ])('%s reads it as data', (text) => {
    const script = scriptOf(text);
    expect(isRunUnseen(commandOf(script, 'curl'), script)).toBe(false);
  });
});

describe('mutationOf', () => {
  it.each([
    ['git -C /app pull --ff-only', 'source-checkout', 'git pull'],
    ['git clone https://me:pw@git.example.com/a.git', 'source-checkout', 'git clone https://…@git.example.com/a.git'],
    ['aws s3 cp --recursive s3://b/app /opt/app', 'artifact-download', 'aws s3 cp'],
    ['curl -o /opt/a.zip https://x.example.com/a.zip', 'artifact-download', 'curl https://x.example.com/a.zip'],
    ['docker run -d app:1', 'image-pull', 'docker run'],
    ['helm -n web upgrade --install web ./web', 'chart', 'helm upgrade web'],
    ['rpm -Uvh a.rpm', 'install', 'rpm a.rpm'],
  ])('%s', (text, type, what) => {
    const script = scriptOf(text);
    expect(mutationOf(commandOf(script), script)).toMatchObject({ type, what });
  });

  it.each([
    'aws s3 cp s3://b/config/app.zip /etc/',
    'aws s3 cp a.zip s3://b/a.zip',
    'aws s3 cp s3://b/$KEY /etc/app/',
    'aws s3 ls s3://b/a.zip',
    'curl -I https://x.example.com/a.zip',
    'git status',
    'rpm -q bash',
    'docker ps',
  ])('%s changes nothing', (text) => {
    const script = scriptOf(text);
    expect(mutationOf(commandOf(script), script)).toBeUndefined();
  });
});
