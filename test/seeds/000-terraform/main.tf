variable "ami_id" {
  description = "What the bake gave"
  type        = string
}

resource "aws_launch_template" "billing" {
  name_prefix            = "billing-"
  image_id               = var.ami_id
  instance_type          = "t3.large"
  vpc_security_group_ids = [aws_security_group.billing.id]

  user_data = base64encode(<<-SCRIPT
    #!/bin/bash
    # Everything is in the image already.
    echo "Bringing billing up"
    systemctl start billing
  SCRIPT
  )

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "billing" {
  name                = "billing-${var.ami_id}"
  min_size            = 2
  desired_capacity    = 4
  max_size            = 8
  vpc_zone_identifier = var.subnets

  health_check_type         = "ELB"
  health_check_grace_period = 240

  launch_template {
    id      = aws_launch_template.billing.id
    version = "$Latest"
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 80
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
