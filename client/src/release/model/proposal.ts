import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A pipeline that nobody has written yet. */
export interface Proposal {
  /** Absolute: where it would be saved. */
  readonly path: string;
  readonly text: string;
}

/** A pipeline to start from, for what lies at the root of a folder. Reads names only, and runs nothing. */
export function proposePipeline(folder: string): Promise<Proposal> {
  const file = ['Dockerfile', 'Containerfile'].find((name) => existsSync(join(folder, name)));
  const app = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return Promise.resolve({ path: join(folder, 'immutable.yaml'), text: textOf(app === '' ? 'app' : app, file) });
}

function textOf(app: string, dockerfile: string | undefined): string {
  return `version: 1
app: ${app}
images:
  web:
    container:
      dockerfile: ${dockerfile ?? 'Dockerfile'}
      builder: auto
      repository: registry.example/${app}/web # where the image is pushed to
      tag: 'rel-\${release.id}' # one tag for each release, never moved
environments:
  local:
    target:
      containers:
        engine: auto
        run:
          - name: web
            image: web
            slots:
              blue: { publish: ['127.0.0.1:8081:8080'] }
              green: { publish: ['127.0.0.1:8082:8080'] }
    health:
      - http: { url: 'http://127.0.0.1:\${slot.port}/health' }
    rollback: { auto: on-health-failure }
`;
}
