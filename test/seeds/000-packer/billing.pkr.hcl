packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.0.0"
    }
  }
}

variable "release" {
  type = string
}

source "amazon-ebs" "billing" {
  ami_name      = "billing-${var.release}-{{timestamp}}"
  region        = "eu-central-1"
  instance_type = "t3.small"
  ssh_username  = "admin"

  source_ami_filter {
    most_recent = true
    owners      = ["136693071363"]
    filters = {
      name                = "debian-12-amd64-*"
      virtualization-type = "hvm"
      root-device-type    = "ebs"
    }
  }

  tags = {
    Name    = "billing"
    Release = var.release
  }
}

build {
  sources = ["source.amazon-ebs.billing"]

  provisioner "shell" {
    inline = [
      "sudo apt-get update",
      "sudo apt-get install -y docker.io",
      "sudo systemctl enable docker",
    ]
  }

  provisioner "shell" {
    inline = [
      "sudo docker pull hub.billing.example/billing:${var.release}",
      "sudo docker tag hub.billing.example/billing:${var.release} billing:latest",
    ]
  }

  provisioner "file" {
    source      = "units/billing.service"
    destination = "/tmp/billing.service"
  }

  provisioner "shell" {
    inline = [
      "sudo mv /tmp/billing.service /etc/systemd/system/",
      "sudo systemctl enable billing",
    ]
  }
}
