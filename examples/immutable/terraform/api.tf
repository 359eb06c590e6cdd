# The API servers. A new image is a new template version; the refresh replaces one server after another.

resource "aws_launch_template" "api" {
  name_prefix            = "tidewater-api-"
  image_id               = var.api_ami
  instance_type          = "t3.small"
  vpc_security_group_ids = [aws_security_group.servers.id]
  user_data              = base64encode(file("${path.module}/../cloud-init/api.yaml"))

  iam_instance_profile {
    name = aws_iam_instance_profile.server.name
  }

  metadata_options {
    http_tokens = "required"
  }

  tag_specifications {
    resource_type = "instance"
    tags = {
      Release = var.release
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "api" {
  name_prefix               = "tidewater-api-"
  min_size                  = 2
  max_size                  = 6
  vpc_zone_identifier       = module.vpc.private_subnets
  target_group_arns         = [aws_lb_target_group.api.arn]
  health_check_type         = "ELB"
  health_check_grace_period = 120
  max_instance_lifetime     = 604800

  launch_template {
    id      = aws_launch_template.api.id
    version = aws_launch_template.api.latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 90
      instance_warmup        = 120
      auto_rollback          = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "server" {
  name_prefix = "tidewater-server-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "ec2.amazonaws.com" }
      }
    ]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.server.name
  policy_arn = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
}

resource "aws_iam_instance_profile" "server" {
  name_prefix = "tidewater-server-"
  role        = aws_iam_role.server.name
}
