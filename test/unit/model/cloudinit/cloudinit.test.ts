import { describe, expect, it } from 'vitest';
import { HOLE, MappedText, MappedTextBuilder } from '../../../../server/src/core/mapped-text';
import { get, placeOf } from '../../../../server/src/lang/data/tree';
import { analyseCloudInit } from '../../../../server/src/model/cloudinit';
import type { CloudInit } from '../../../../server/src/model/cloudinit';
import { cpuTime } from '../../../support/cpu-time';

const analyse = (text: string): CloudInit => analyseCloudInit(MappedText.verbatim(text, 0));
const scripts = (found: CloudInit): [string, string][] => found.scripts.map(({ origin, text }) => [origin, text.text]);

const CONFIG = `#cloud-config
package_update: true
packages:
  - nginx
  - [docker-ce, 5.0]
bootcmd:
  - echo boot
runcmd:
  - apt-get install -y jq && echo "done"
  - [sh, -c, "curl x | sh"]
  - null
  - |
    systemctl enable app
    systemctl start app
write_files:
  - path: /opt/run.sh
    content: |
      #!/bin/bash
      exec app
  - path: /etc/app.conf
    content: a=b
  - path: /opt/encoded.sh
    encoding: b64
    content: IyEvYmluL3NoCmVjaG8gaGkK
  - path: /opt/run.py
    content: "#!/usr/bin/env python3\\nprint()"
`;

describe('analyseCloudInit', () => {
  it('reads a cloud-config', () => {
    const found = analyse(CONFIG);
    expect(found.kind).toBe('cloud-config');
    expect(found.packages.map((name) => name.value)).toEqual(['nginx', 'docker-ce']);
    expect(scripts(found)).toEqual([
      ['bootcmd', 'echo boot'],
      ['runcmd', 'apt-get install -y jq && echo "done"'],
      ['runcmd', "sh -c 'curl x | sh'"],
      ['runcmd', 'systemctl enable app\nsystemctl start app\n'],
      ['write_files', '#!/bin/bash\nexec app\n'],
      ['write_files', '#!/bin/sh\necho hi\n'],
    ]);
    expect(found.files.map(({ path, encoding }) => [path?.value, encoding])).toEqual([
      ['/opt/run.sh', undefined],
      ['/etc/app.conf', undefined],
      ['/opt/encoded.sh', 'b64'],
      ['/opt/run.py', undefined],
    ]);
    expect(found.entries.map(({ key }) => key)).toEqual([
      'package_update',
      'packages',
      'bootcmd',
      'runcmd',
      'write_files',
    ]);
    const start = found.scripts[3]?.text.text.indexOf('start') ?? 0;
    const place = found.scripts[3]?.text.sourceOf({ start, end: start + 5 });
    expect(place?.start).toBe(CONFIG.indexOf('start app'));
  });

  it.each([
    ['#!/bin/bash\necho x\n', 'script', 1],
    ['\n  #!/bin/sh -e\necho x\n', 'script', 1],
    ['#!/usr/bin/env bash\n', 'script', 1],
    ['#!/usr/bin/python3\nprint()\n', 'script', 0],
    ['#cloud-boothook\n#!/bin/sh\necho x\n', 'script', 1],
    ['#include\nhttps://example.com/x\n', 'include', 0],
    ['#cloud-config\r\nruncmd: [a]\r\n', 'cloud-config', 1],
    ['## template: jinja\n#cloud-config\nruncmd: ["echo {{ v1.name }}"]\n', 'cloud-config', 1],
    ['# cloud-config\nruncmd: [a]\n', 'other', 0],
    ['#cloud-config-archive\n- x\n', 'other', 0],
    ['<powershell>\n', 'other', 0],
    [`${HOLE}\nruncmd: [a]\n`, 'other', 0],
    ['', 'other', 0],
  ])('%j is %s with %d scripts', (text, kind, count) => {
    const found = analyse(text);
    expect([found.kind, found.scripts.length]).toEqual([kind, count]);
  });

  it('drops the line that says boothook', () => {
    expect(scripts(analyse('#cloud-boothook\n#!/bin/sh\necho x\n'))).toEqual([['script', '#!/bin/sh\necho x\n']]);
  });

  const mime = `MIME-Version: 1.0
Content-Type: multipart/mixed;
  boundary="==MARK=="

--==MARK==
Content-Type: text/cloud-config; charset="us-ascii"

#cloud-config
runcmd: [one]
--==MARK==
Content-Type: text/x-shellscript
Content-Disposition: attachment; filename="a.sh"

#!/bin/bash
two
--==MARK==
Content-Type: text/x-shellscript
Content-Transfer-Encoding: base64

IyEvYmluL3NoCnRocmVl
--==MARK==
Content-Type: text/plain

#cloud-config
packages: [four]
--==MARK==--
after
`;

  it.each([
    ['\n', 0],
    ['\r\n', 3],
  ])('reads the parts of a mime message with %j', (lineBreak, offset) => {
    const text = mime.replaceAll('\n', lineBreak);
    const found = analyseCloudInit(MappedText.verbatim(text, offset));
    expect(found.kind).toBe('mime');
    expect(scripts(found)).toEqual([
      ['runcmd', 'one'],
      ['script', `#!/bin/bash${lineBreak}two${lineBreak}`],
      ['script', '#!/bin/sh\nthree'],
    ]);
    expect(found.configs).toHaveLength(2);
    expect(found.packages.map((name) => name.value)).toEqual(['four']);
    const range = found.packages[0]?.range ?? { start: 0, end: 0 };
    expect(text.slice(range.start, range.end)).toBe('four');
    const config = found.configs[1];
    expect(config && placeOf(config, range)).toMatchObject({ start: range.start + offset, end: range.end + offset });
    expect(found.scripts[0]?.text.sourceOf()).toMatchObject({ start: text.indexOf('one]') + offset });
  });

  it('reads every prefix of a mime message', () => {
    for (let end = 0; end <= mime.length; end++) analyse(mime.slice(0, end));
    const start = cpuTime();
    analyse(`MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n${'--x\n\n#cloud-config\n'.repeat(500)}`);
    analyse(`Content-Type: multipart/mixed; boundary=x\n\n${'\n \n'.repeat(100_000)}`);
    expect(cpuTime() - start).toBeLessThan(5000);
  });

  it('maps through a heredoc with holes', () => {
    const text = new MappedTextBuilder()
      .verbatim('#cloud-config\n', 10)
      .verbatim('runcmd:\n', 28)
      .verbatim('  - echo ', 40)
      .opaque(HOLE, { start: 49, end: 57 })
      .verbatim(' end\n', 57)
      .build();
    const found = analyseCloudInit(text);
    expect(scripts(found)).toEqual([['runcmd', `echo ${HOLE} end`]]);
    expect(found.scripts[0]?.text.sourceOf()).toEqual({ start: 44, end: 61 });
    const config = found.config;
    const node = get(config?.documents[0]?.root, 'runcmd');
    expect(config && node && placeOf(config, node.range)).toEqual({ start: 42, end: 61 });
  });
});
