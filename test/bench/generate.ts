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

/** A mixed tree of small files, as a large infrastructure repository has them. */
export function mixedTree(count: number): { path: string; text: string }[] {
  const files: { path: string; text: string }[] = [];
  for (let i = 0; i < count; i++) {
    const directory = `area${Math.floor(i / 200)}/unit${Math.floor(i / 8)}`;
    switch (i % 8) {
      case 0:
      case 1:
      case 2:
        files.push({ path: `${directory}/file${i}.tf`, text: terraform(20 + (i % 60)).replaceAll('_0"', `_${i}"`) });
        break;
      case 3:
      case 4:
      case 5:
        files.push({ path: `${directory}/app${i}.yaml`, text: kubernetesDocument(i) });
        break;
      case 6:
        files.push({ path: `${directory}/Dockerfile.app${i}`, text: dockerfile(20) });
        break;
      default:
        files.push({ path: `${directory}/image${i}.pkr.hcl`, text: packer(25) });
    }
  }
  return files;
}
