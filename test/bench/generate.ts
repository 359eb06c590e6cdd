/** Files of a wanted number of lines, made from varied, realistic pieces. The same input gives the same text. */

const DIGEST = 'b64ced2e7cd0a4816699fe308ce6e8a08ccba463c757c00c14cd372e3d2c763e';

function repeat(lines: number, piece: (index: number) => string): string {
  const parts: string[] = [];
  let count = 0;
  for (let index = 0; count < lines; index++) {
    const text = piece(index);
    parts.push(text);
    count += text.split('\n').length - 1;
  }
  return parts.join('');
}

export function terraform(lines: number): string {
  return repeat(
    lines,
    (i) => `variable "ami_${i}" {
  type    = string
  default = "ami-0${i}abc"
}

locals {
  name_${i} = "shop-\${var.ami_${i}}"
}

resource "aws_launch_template" "app_${i}" {
  name_prefix   = local.name_${i}
  image_id      = var.ami_${i}
  instance_type = "t3.medium"
  ${i % 3 === 0 ? 'key_name      = "ops"' : 'key_name      = null'}

  user_data = base64encode(<<-EOF
    #!/bin/bash
    echo "starting \${var.ami_${i}}"
    ${i % 4 === 0 ? 'apt-get install -y nginx' : 'systemctl start shop'}
  EOF
  )
}

resource "aws_autoscaling_group" "app_${i}" {
  name              = "shop-${i}"
  min_size          = 2
  max_size          = 10
  health_check_type = "ELB"
  target_group_arns = [aws_lb_target_group.app_${i}.arn]

  launch_template {
    id      = aws_launch_template.app_${i}.id
    version = ${i % 2 === 0 ? '"$Latest"' : `aws_launch_template.app_${i}.latest_version`}
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 90
      auto_rollback          = true
    }
  }
}

resource "aws_lb_target_group" "app_${i}" {
  port     = 8080
  protocol = "HTTP"
  health_check {
    path = "/health"
  }
}

`,
  );
}

export function dockerfile(lines: number): string {
  return repeat(
    lines,
    (i) => `FROM node:${i % 5 === 0 ? 'latest' : `22.11.0-alpine3.20@sha256:${DIGEST}`} AS stage${i}
ARG VERSION=1.${i}.0
ENV PORT=8080 \\
    NODE_ENV=production
WORKDIR /app
# dependencies first
COPY package*.json ./
RUN npm ci --omit=dev && \\
    apk add --no-cache curl=8.9.1-r1 && \\
    # comment inside
    rm -rf /tmp/*
COPY --chown=node:node . .
RUN <<EOF
set -eu
npm run build
EOF
EXPOSE 8080
USER node
HEALTHCHECK --interval=30s CMD wget -qO- http://localhost:8080/health || exit 1
CMD ["node", "dist/main.js"]
`,
  );
}

/** One workload of 60 lines. */
export function kubernetesDocument(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${i}
  namespace: shop
  labels:
    app: app-${i}
spec:
  replicas: 3
  revisionHistoryLimit: ${i % 7 === 0 ? 0 : 10}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      app: app-${i}
  template:
    metadata:
      labels:
        app: app-${i}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app-${i}:1.${i}.0@sha256:${DIGEST}
          args: ["--port", "8080"]
          env:
            - name: LOG_LEVEL
              value: info
            - name: PASSWORD
              valueFrom:
                secretKeyRef:
                  name: app
                  key: password
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          livenessProbe:
            httpGet:
              path: /health
              port: http
          securityContext:
            readOnlyRootFilesystem: ${i % 3 !== 0}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            - name: logs
              mountPath: /var/log/app
      volumes:
        - name: tmp
          emptyDir: {}
        - name: logs
          emptyDir: {}
---
`;
}

export function kubernetes(lines: number): string {
  return repeat(lines, kubernetesDocument);
}

/** One ConfigMap as long as the file: the case that document-wise caching cannot help. */
export function kubernetesSingle(lines: number): string {
  const head = `apiVersion: v1
kind: ConfigMap
metadata:
  name: dashboards-1
immutable: true
data:
`;
  return head + repeat(lines - 6, (i) => `  key-${i}: "value ${i}"\n`);
}

export function compose(lines: number): string {
  return `services:\n${repeat(
    lines,
    (i) => `  svc${i}:
    image: ghcr.io/acme/svc${i}:${i % 4 === 0 ? 'latest' : '1.2.3'}
    ports:
      - "80${i}:8080"
    environment:
      LOG_LEVEL: info
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
    read_only: true
    restart: unless-stopped
`,
  )}`;
}

export function workflow(lines: number): string {
  return `name: deploy\non: push\njobs:\n${repeat(
    lines,
    (i) => `  job${i}:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@${i % 3 === 0 ? 'v4' : '11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2'}
      - name: plan
        run: |
          terraform init -lockfile=readonly
          terraform plan -out=tfplan
      - name: apply
        run: terraform apply tfplan
`,
  )}`;
}

export function packer(lines: number): string {
  return repeat(
    lines,
    (i) => `source "amazon-ebs" "app${i}" {
  ami_name      = "shop-${i}-{{timestamp}}"
  instance_type = "t3.micro"
  region        = "eu-west-1"
  source_ami    = "ami-0abc${i}"
  ssh_username  = "ubuntu"
  ssh_clear_authorized_keys = true
}

build {
  sources = ["source.amazon-ebs.app${i}"]

  provisioner "shell" {
    inline = [
      "sudo apt-get update",
      "sudo apt-get install -y nginx",
      "sudo systemctl enable nginx",
    ]
  }

  post-processor "manifest" {
    output = "manifest.json"
  }
}

`,
  );
}

export interface Sample {
  readonly language: string;
  readonly path: string;
  readonly make: (lines: number) => string;
}

export const SAMPLES: readonly Sample[] = [
  { language: 'Terraform', path: 'infra/main.tf', make: terraform },
  { language: 'Packer', path: 'images/shop.pkr.hcl', make: packer },
  { language: 'Dockerfile', path: 'Dockerfile', make: dockerfile },
  { language: 'Kubernetes', path: 'deploy/app.yaml', make: kubernetes },
  { language: 'Kubernetes, one document', path: 'deploy/dashboards.yaml', make: kubernetesSingle },
  { language: 'compose', path: 'compose.yaml', make: compose },
  { language: 'workflow', path: '.github/workflows/deploy.yml', make: workflow },
];

/** A module of a few files that others call: what `index` calls is the next one. */
function moduleFile(index: number, part: number): { name: string; text: string } {
  switch (part) {
    case 0:
      return {
        name: 'main.tf',
        text: `module "next" {
  source = "../module${index + 1}"
  name   = var.name
}

${terraform(45 + (index % 40))}`,
      };
    case 1:
      return {
        name: 'variables.tf',
        text: repeat(
          20 + (index % 30),
          (i) => `variable "${i === 0 ? 'name' : `input_${i}`}" {
  description = "Input ${i} of the module"
  type        = string
  default     = "value-${i}"
}

`,
        ),
      };
    case 2:
      return {
        name: 'outputs.tf',
        text: repeat(12, (i) => `output "app_${i}" {\n  value = aws_launch_template.app_${i}.id\n}\n\n`),
      };
    default:
      return {
        name: 'versions.tf',
        text: `terraform {
  required_version = "~> 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}
`,
      };
  }
}

function service(i: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: app-${i}
  namespace: shop
spec:
  selector:
    app: app-${i}
  ports:
    - port: 80
      targetPort: http
`;
}

function helmTemplate(i: number): string {
  return kubernetesDocument(i)
    .replace(/image: .*/, 'image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"')
    .replace('replicas: 3', 'replicas: {{ .Values.replicas }}')
    .replace('---\n', '');
}

function helmValues(i: number): string {
  return `replicas: 2
image:
  repository: ghcr.io/acme/app-${i}
  tag: ${i % 3 === 0 ? 'latest' : `1.${i}.0`}
resources:
  limits:
    memory: 256Mi
${repeat(20, (line) => `setting${line}: value ${line}\n`)}`;
}

function shell(i: number): string {
  return `#!/usr/bin/env bash
set -euo pipefail
${repeat(
  25,
  (line) => `version="\${1:-${line}.0}"
if ! command -v docker > /dev/null; then
  echo "docker is missing" >&2
  exit 1
fi
docker build -t "acme/app-${i}:\${version}" .
`,
)}`;
}

/**
 * A mixed tree of small files, as a large infrastructure repository has them. Of 20 files 8 are Terraform (two modules,
 * each of which calls another), 6 Kubernetes (4 workloads, 2 Services), 2 of a Helm chart, and one each of Dockerfile,
 * workflow, compose or Packer in turn, and shell. Most have 10 to 80 lines; one workload file in 25 has thirty workloads.
 */
export function mixedTree(count: number): { path: string; text: string }[] {
  const files: { path: string; text: string }[] = [];
  for (let i = 0; i < count; i++) {
    const unit = Math.floor(i / 20);
    const area = `area${Math.floor(unit / 10)}`;
    const part = i % 20;
    const add = (path: string, text: string): void => void files.push({ path: `${area}/${path}`, text });
    if (part < 8) {
      const module = unit * 2 + (part >> 2);
      const { name, text } = moduleFile(module, part & 3);
      add(`module${module}/${name}`, text);
    } else if (part < 12) {
      const long = (unit * 4 + part) % 25 === 0;
      add(`deploy/unit${unit}/app${i}.yaml`, long ? kubernetes(30 * 55) : kubernetesDocument(i));
    } else if (part < 14) add(`deploy/unit${unit}/service${i}.yaml`, service(i - 4));
    else if (part === 14) add(`charts/app${unit}/templates/deployment.yaml`, helmTemplate(i));
    else if (part === 15) add(`charts/app${unit}/values.yaml`, helmValues(unit));
    else if (part === 16) add(`apps/app${unit}/Dockerfile`, dockerfile(20));
    else if (part === 17) add(`apps/app${unit}/.github/workflows/ci.yml`, workflow(40));
    else if (part === 19) add(`apps/app${unit}/build.sh`, shell(unit));
    else if (unit % 2 === 0) add(`apps/app${unit}/compose.yaml`, compose(40));
    else add(`images/app${unit}/app.pkr.hcl`, packer(50));
  }
  return files;
}
