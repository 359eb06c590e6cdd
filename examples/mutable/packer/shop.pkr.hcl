# The machine image of Tidewater's API servers, built with Packer.

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.2.8"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

source "amazon-ebs" "api" {
  ami_name              = "tidewater-api"
  force_deregister      = true
  force_delete_snapshot = true
  instance_type         = "t3.small"
  region                = var.region
  ssh_username          = "ubuntu"

  source_ami_filter {
    filters = {
      name                = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"
      virtualization-type = "hvm"
    }
    owners      = ["099720109477"]
    most_recent = true
  }
}

build {
  sources = ["source.amazon-ebs.api"]

  provisioner "shell" {
    inline = [
      "sudo apt-get update",
      "sudo apt-get install -y nodejs npm openssh-server",
      "sudo systemctl enable ssh",
      "curl -fsSL https://get.tidewater.example/agent/install.sh | sudo bash",
    ]
  }

  provisioner "file" {
    source      = "files/ops_team.pub"
    destination = "/home/ubuntu/.ssh/authorized_keys"
  }

  provisioner "file" {
    source      = "files/.env"
    destination = "/tmp/api.env"
  }

  provisioner "shell" {
    inline = [
      "sudo git clone https://github.com/tidewater-shop/api.git /opt/api",
      "cd /opt/api && sudo npm install",
      "sudo mv /tmp/api.env /opt/api/.env",
    ]
  }
}
