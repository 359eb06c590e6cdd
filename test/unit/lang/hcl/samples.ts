/** Texts of the kind people write, in the formatting that `terraform fmt` gives. */
export const AUTOSCALING = `# The fleet behind the load balancer.
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

locals {
  name = "web-\${var.environment}"
  tags = merge(var.tags, {
    Name  = local.name
    Owner = "platform"
  })
  subnets = [for s in data.aws_subnet.private : s.id if s.available]
}

resource "aws_launch_template" "web" {
  name_prefix   = "\${local.name}-"
  image_id      = data.aws_ami.web.id
  instance_type = var.instance_type

  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo "ENV=\${var.environment}" > /etc/web.env
    systemctl start web
  EOT
  )

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 20
      encrypted   = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "web" {
  name                = local.name
  min_size            = 2
  max_size            = var.environment == "prod" ? 12 : 3
  vpc_zone_identifier = local.subnets

  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 90
    }
  }

  tag {
    key                 = "Name"
    value               = local.name
    propagate_at_launch = true
  }
}

output "name" {
  value = aws_autoscaling_group.web.name
}
`;

export const PACKER = `packer {
  required_plugins {
    amazon = {
      version = ">= 1.2.8"
      source  = "github.com/hashicorp/amazon"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

data "amazon-ami" "base" {
  filters = {
    name                = "debian-12-amd64-*"
    root-device-type    = "ebs"
    virtualization-type = "hvm"
  }
  owners      = ["136693071363"]
  most_recent = true
}

source "amazon-ebs" "web" {
  region        = var.region
  source_ami    = data.amazon-ami.base.id
  instance_type = "t3.small"
  ssh_username  = "admin"
  ami_name      = "web-\${formatdate("YYYYMMDD", timestamp())}"
  tags = {
    Name    = "web"
    BaseAMI = "{{ .SourceAMI }}"
  }
}

build {
  sources = ["source.amazon-ebs.web"]

  provisioner "shell" {
    execute_command = "sudo sh -c '{{ .Vars }} {{ .Path }}'"
    inline = [
      "apt-get update",
      "apt-get install -y nginx=1.22.1-9",
    ]
  }

  provisioner "file" {
    source      = "files/nginx.conf"
    destination = "/tmp/nginx.conf"
  }

  post-processor "manifest" {
    output     = "manifest.json"
    strip_path = true
  }
}
`;

export const MODULES = `module "network" {
  source  = "./modules/network"
  cidr    = "10.0.0.0/16"
  azs     = slice(data.aws_availability_zones.all.names, 0, 3)
  private = { for i, az in local.azs : az => cidrsubnet(var.cidr, 4, i) }
}

module "cluster" {
  source     = "./modules/cluster"
  name       = upper("cluster")
  subnet_ids = module.network.private[*].id
  enabled    = !var.paused && length(module.network.private) > 0

  node_groups = {
    system = {
      min = 1
      max = 3
    }
    batch = {
      min    = 0
      max    = 10
      labels = ["batch", "spot"]
    }
  }
}

resource "aws_iam_role" "node" {
  name        = "node"
  description = "Role of the nodes"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = ["sts:AssumeRole"]
      },
    ]
  })
}

resource "local_file" "motd" {
  filename = "\${path.module}/motd"
  mode     = "0644"
  content  = <<EOT
Welcome to \${module.cluster.name}
%{ for group in keys(var.groups) ~}
- \${group}
%{ endfor ~}
EOT
  owner    = "root"
}
`;

export const SAMPLES = [AUTOSCALING, PACKER, MODULES];
