/** The four pipelines of the design, one for each kind of target (release-engine.md §3.3). */
export const EXAMPLES: Readonly<Record<'autoscaling' | 'kubernetes' | 'containers' | 'blueGreen', string>> = {
  autoscaling: `version: 1
app: shop
images:
  vm:
    packer:
      template: packer/app.pkr.hcl
      only: [app.amazon-ebs.app]
      vars: { app_version: "\${release.version}" }
      varFiles: [packer/common.pkrvars.hcl]
      artifact: { kind: ami, region: eu-west-1 }
      timeout: 45m
    inputs: [packer/**, dist/**, files/**]
    keep: 5
environments:
  staging:
    target:
      terraform:
        dir: terraform
        workspace: staging
        varFiles: [env/staging.tfvars]
        set: { ami_id: "\${image.vm.id}", app_version: "\${release.version}" }
        read: { image: { output: ami_id } }
        guard:
          allow: ["aws_launch_template.app", "aws_autoscaling_group.app"]
          neverDestroy: ["aws_db_instance.*", "aws_s3_bucket.*"]
        refresh: { asg: "\${output.asg_name}", minHealthy: 75, timeout: 30m }
    health:
      - http: { url: "https://staging.shop.example/health", status: 200, identity: { json: "$.commit", equals: "\${release.commit}" }, every: 5s, consecutive: 3, timeout: 10m }
  production:
    protected: true
    promoteFrom: { environment: staging, minSoak: 1h }
    branches: [main]
    target:
      terraform:
        dir: terraform
        workspace: production
        set: { ami_id: "\${image.vm.id}", app_version: "\${release.version}" }
        read: { image: { output: ami_id } }
        guard: { allow: ["aws_launch_template.app", "aws_autoscaling_group.app"] }
    pin: { awsAccount: "123456789012" }
    health:
      - http: { url: "https://shop.example/health", identity: { json: "$.commit", equals: "\${release.commit}" }, consecutive: 5, timeout: 15m }
    rollback: { mode: image, auto: false }
gates: { lint: error, cleanGit: protected, tests: [{ argv: [go, test, ./...], timeout: 10m }] }
`,
  kubernetes: `version: 1
app: web
images:
  web:
    container:
      dockerfile: Dockerfile
      context: .
      builder: auto
      platforms: [linux/amd64]
      repository: registry.example/shop/web
      tag: "rel-\${release.id}"
      labels: auto
    test: [{ run: { argv: ["/app/server", "--self-test"] }, timeout: 1m }]
environments:
  production:
    protected: true
    target:
      kubernetes:
        context: prod-eu
        namespace: shop
        manifests: [k8s/]
        images: { "registry.example/shop/web": "\${image.web.ref}" }
        hashConfig: true
        prune: false
    pin: { clusterUid: first-use }
    health:
      - rollout: { timeout: 8m }
      - http: { via: port-forward, service: web, path: /health, identity: { header: X-Image-Digest, equals: "\${image.web.digest}" } }
    route: { kubernetesService: { service: web, selectorKey: color, values: [blue, green] } }
    soak: 10m
    retire: { after: soak, mode: confirm }
    rollback: { mode: full, keep: 5 }
`,
  containers: `version: 1
app: web
images:
  web: { container: { dockerfile: Dockerfile, builder: podman, repository: "127.0.0.1:5000/web", tag: "rel-\${release.id}", insecureRegistry: true } }
environments:
  local:
    target:
      containers:
        engine: podman
        runtime: runc
        run:
          - name: web
            image: web
            args: ["--ulimit", "nofile=1024:1024", "--read-only", "--init"]
            slots: { blue: { publish: ["127.0.0.1:8081:8080"] }, green: { publish: ["127.0.0.1:8082:8080"] } }
            env: { LOG_LEVEL: info, DATABASE_URL: { fromEnv: DATABASE_URL } }
    health:
      - http: { url: "http://127.0.0.1:\${slot.port}/", status: 200, identity: { header: X-Release, equals: "\${release.id}" }, timeout: 30s }
      - command: { argv: [curl, -fsS, "http://127.0.0.1:\${slot.port}/ready"], timeout: 10s }
    route: { file: { path: run/upstream.conf, content: "server 127.0.0.1:\${slot.port};\\n", reload: { argv: [nginx, -s, reload] } } }
    retire: { mode: auto, after: 30s }
    rollback: { auto: on-health-failure }
`,
  blueGreen: `version: 1
app: edge
images: { vm: { packer: { template: packer/, artifact: { kind: files } } } }
environments:
  production:
    protected: true
    target:
      terraform:
        dir: terraform
        blueGreen:
          active: { variable: active_environment, output: active_environment, values: [blue, green] }
          image: { variable: images, output: images }
          idle: keep
        guard:
          deploy: { allow: ['*["\${slot.idle}"]'] }
          route: { allow: ["aws_lb_listener_rule.app"] }
          retire: { allow: ['*["\${slot.idle}"]'] }
    health: [{ http: { url: "https://\${slot.idle}.edge.example/health", identity: { json: "$.image", equals: "\${image.vm.id}" } } }]
    route: { terraform: {} }
    soak: 15m
`,
};
