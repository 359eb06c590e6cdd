terraform {
  backend "s3" {
    bucket = "tickets-state"
    key    = "live/tickets.tfstate"
    region = "us-west-2"
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "tickets_ami" {
  description = "Image to run"
  type        = string
}

variable "tickets_version" {
  description = "Version that is in the image"
  type        = string
}

resource "aws_launch_template" "tickets" {
  name_prefix   = "tickets-"
  image_id      = var.tickets_ami
  instance_type = "t3.large"

  # Nobody logs in.
  key_name = null

  network_interfaces {
    associate_public_ip_address = false
    security_groups             = [aws_security_group.tickets.id]
  }

  iam_instance_profile {
    name = aws_iam_instance_profile.tickets.name
  }

  user_data = base64encode(<<-SCRIPT
    #!/bin/bash
    # The image holds the program; this only starts it.
    /usr/local/bin/tickets --settings /etc/tickets/settings.yaml
  SCRIPT
  )

  tag_specifications {
    resource_type = "instance"
    tags = {
      Name    = "tickets"
      Version = var.tickets_version
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "tickets" {
  name                = "tickets-${var.tickets_version}"
  min_size            = 2
  max_size            = 8
  desired_capacity    = 4
  vpc_zone_identifier = var.private_subnets
  health_check_type   = "ELB"
  target_group_arns   = [aws_lb_target_group.tickets.arn]

  launch_template {
    id      = aws_launch_template.tickets.id
    version = "$Latest"
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 80
      instance_warmup        = 240
    }
  }

  tag {
    key                 = "Version"
    value               = var.tickets_version
    propagate_at_launch = true
  }

  lifecycle {
    create_before_destroy = true
  }
}
