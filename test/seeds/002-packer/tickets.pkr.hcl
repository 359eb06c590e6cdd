packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.2.0"
    }
  }
}

variable "tickets_version" {
  description = "Version that goes into the image"
  type        = string
}

variable "base_image" {
  type    = string
  default = "ami-0a1b2c3d4e5f60718" # Debian 12
}

source "amazon-ebs" "tickets" {
  source_ami    = var.base_image
  ami_name      = "tickets-${var.tickets_version}-{{timestamp}}"
  instance_type = "t3.large"
  region        = "us-west-2"
  ssh_username  = "admin"
  encrypt_boot  = true

  tags = {
    Name    = "tickets"
    Version = var.tickets_version
    BuiltAt = "{{timestamp}}"
  }
}

build {
  sources = ["source.amazon-ebs.tickets"]

  provisioner "shell" {
    inline = [
      "sudo apt-get update",
      "sudo apt-get upgrade -y",
      "sudo apt-get install -y haproxy docker.io",
      "sudo systemctl enable haproxy docker"
    ]
  }

  provisioner "file" {
    source      = "build/tickets"
    destination = "/tmp/tickets"
  }

  provisioner "shell" {
    inline = [
      "sudo install -m 0755 /tmp/tickets /usr/local/bin/tickets",
      "sudo useradd --system --shell /usr/sbin/nologin tickets"
    ]
  }

  provisioner "file" {
    source      = "units/tickets.service"
    destination = "/tmp/tickets.service"
  }

  provisioner "shell" {
    inline = [
      "sudo mv /tmp/tickets.service /etc/systemd/system/tickets.service",
      "sudo systemctl daemon-reload",
      "sudo systemctl enable tickets"
    ]
  }

  provisioner "shell" {
    inline = [
      "sudo apt-get clean",
      "sudo rm -rf /var/lib/apt/lists/*",
      "sudo rm -rf /tmp/*"
    ]
  }
}
