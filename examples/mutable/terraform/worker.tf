# The workers that pack orders, and the machine the office logs in to.

resource "aws_launch_configuration" "worker" {
  name            = "tidewater-worker"
  image_id        = data.aws_ami.api.id
  instance_type   = "t3.small"
  security_groups = [aws_security_group.servers.id]

  user_data = <<-SCRIPT
    #!/bin/bash
    apt-get update
    apt-get install -y python3-pip
    pip3 install celery redis
    aws s3 cp s3://tidewater-releases/worker.tar.gz /opt/worker.tar.gz
    tar -xzf /opt/worker.tar.gz -C /opt
    nohup celery --app worker worker >> /var/log/worker.log 2>&1 &
  SCRIPT
}

resource "aws_autoscaling_group" "worker" {
  name                 = "tidewater-worker"
  min_size             = 1
  max_size             = 4
  vpc_zone_identifier  = module.vpc.public_subnets
  launch_configuration = aws_launch_configuration.worker.name
  health_check_type    = "ELB"
}

resource "aws_instance" "office" {
  ami                    = data.aws_ami.api.id
  instance_type          = "t3.small"
  subnet_id              = module.vpc.public_subnets[0]
  vpc_security_group_ids = [aws_security_group.servers.id]
  key_name               = aws_key_pair.ops.key_name

  user_data = <<-SCRIPT
    #!/bin/bash
    systemctl start tidewater-office
  SCRIPT

  lifecycle {
    ignore_changes = [ami]
  }
}

resource "null_resource" "office_setup" {
  triggers = {
    instance = aws_instance.office.id
  }

  connection {
    type        = "ssh"
    host        = aws_instance.office.public_ip
    user        = "ubuntu"
    private_key = file("~/.ssh/ops")
  }

  provisioner "file" {
    source      = "office.conf"
    destination = "/tmp/office.conf"
  }

  provisioner "remote-exec" {
    inline = [
      "sudo mv /tmp/office.conf /etc/tidewater/office.conf",
      "sudo systemctl restart tidewater-office",
    ]
  }
}
