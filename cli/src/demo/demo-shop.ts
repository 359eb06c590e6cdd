/** The files of the shop that the demo deploys: a page, a health check that names its release, and a pipeline. */

/** Answers with the release that it runs in, so that a health check can tell the new version from the old one. */
const HEALTH = `#!/bin/busybox sh
if [ -e /www/broken ]; then printf 'Status: 500 Broken\\r\\n'; else printf 'Status: 200 OK\\r\\n'; fi
printf 'X-Release: %s\\r\\n\\r\\n' "$RELEASE"
`;

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY www /www
USER 1000:1000
EXPOSE 8080
HEALTHCHECK CMD ["/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/cgi-bin/health"]
ENTRYPOINT ["/bin/busybox", "sh", "-c", "exec /bin/busybox httpd -f -p 127.0.0.1:$PORT -h /www"]
`;

export interface ShopPorts {
  readonly registry: string;
  readonly blue: number;
  readonly green: number;
}

/** Texts by path. `mode` 755 for what is run. */
export function shopFiles(
  ports: ShopPorts,
  runtime: string,
): Readonly<Record<string, { text: string; mode?: number }>> {
  return {
    'immutable.yaml': { text: pipeline(ports, runtime) },
    'shop/Dockerfile': { text: DOCKERFILE },
    'shop/www/cgi-bin/health': { text: HEALTH, mode: 0o755 },
    '.gitignore': { text: 'run/\n' },
  };
}

/** The page of one version; a broken one brings a file that makes its health check fail. */
export function shopPage(version: string): string {
  return `<!doctype html><p>This is ${version} of the shop.\n`;
}

function pipeline({ registry, blue, green }: ShopPorts, runtime: string): string {
  return `version: 1
app: shop
images:
  web:
    container:
      dockerfile: shop/Dockerfile
      context: shop
      builder: podman
      repository: ${registry}/shop/web
      tag: "rel-\${release.id}"
      insecureRegistry: true # on this machine only
environments:
  demo:
    target:
      containers:
        engine: podman
        runtime: ${runtime}
        run:
          - name: web
            image: web
            args: [--network, host, --stop-signal, SIGKILL]
            slots:
              blue: { publish: ["127.0.0.1:${blue}:8080"] }
              green: { publish: ["127.0.0.1:${green}:8080"] }
            env: { PORT: "\${slot.port}", RELEASE: "\${release.id}" }
    health:
      - http:
          url: "http://127.0.0.1:\${slot.port}/cgi-bin/health"
          identity: { header: X-Release, equals: "\${release.id}" }
          every: 500ms
          timeout: 8s
    route:
      file: { path: run/upstream.conf, content: "server 127.0.0.1:\${slot.port};\\n" }
    rollback: { auto: on-health-failure }
`;
}
