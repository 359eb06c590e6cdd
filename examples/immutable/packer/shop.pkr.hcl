# The machine image of Tidewater's API servers: everything they need is in it before the first one starts.

packer {
  required_version = "~> 1.11"

  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "~> 1.3.3"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "base_ami" {
  description = "AMI to build on. A pull request moves it."
  type        = string
}

variable "release" {
  description = "Release of the API, such as 2.4.1"
  type        = string
}

source "amazon-ebs" "api" {
  ami_name      = "tidewater-api-${var.release}-{{timestamp}}"
  instance_type = "t3.small"
  region        = var.region
  source_ami    = var.base_ami
  encrypt_boot  = true
  imds_support  = "v2.0"

  ssh_username              = "ubuntu"
  ssh_clear_authorized_keys = true

  tags = {
    Release   = var.release
    SourceAMI = "{{ .SourceAMI }}"
  }
}

build {
  sources = ["source.amazon-ebs.api"]

  provisioner "file" {
    source      = "dist/tidewater-api-${var.release}.deb"
    destination = "/tmp/tidewater-api.deb"
  }

  provisioner "file" {
    source      = "files/cloudwatch-agent.json"
    destination = "/tmp/cloudwatch-agent.json"
  }

  # The package brings a systemd unit that writes to the journal; the agent of the base image ships it.
  provisioner "shell" {
    inline = [
      "sudo apt-get install -y /tmp/tidewater-api.deb",
      "sudo install -m 0644 /tmp/cloudwatch-agent.json /opt/aws/amazon-cloudwatch-agent/etc/",
      "sudo systemctl enable tidewater-api amazon-cloudwatch-agent",
      "sudo systemctl disable unattended-upgrades ssh",
    ]
  }

  # No image leaves the build untested.
  provisioner "shell" {
    script = "files/test-image.sh"
  }

  post-processor "manifest" {
    output     = "manifest.json"
    strip_path = true
  }
}
