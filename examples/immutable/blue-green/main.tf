# Two groups of API servers; a reviewed change of `active` sends visitors to the other one, and back if need be.

terraform {
  required_version = "~> 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.82"
    }
  }

  backend "s3" {
    bucket       = "tidewater-terraform-state"
    key          = "production/blue-green.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "active" {
  description = "Colour that serves visitors: blue or green"
  type        = string
}

variable "images" {
  description = "AMI id by colour, from the manifests of the Packer builds"
  type        = map(string)
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "listener_arn" {
  type = string
}

resource "aws_lb_target_group" "colour" {
  for_each = toset(["blue", "green"])

  name_prefix = "tw${substr(each.key, 0, 3)}-"
  port        = 8080
  protocol    = "HTTP"
  vpc_id      = var.vpc_id

  health_check {
    path    = "/healthz"
    matcher = "200"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_template" "colour" {
  for_each = toset(["blue", "green"])

  name_prefix   = "tidewater-${each.key}-"
  image_id      = var.images[each.key]
  instance_type = "t3.small"

  metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "colour" {
  for_each = toset(["blue", "green"])

  name_prefix               = "tidewater-${each.key}-"
  min_size                  = 2
  max_size                  = 6
  vpc_zone_identifier       = var.subnet_ids
  target_group_arns         = [aws_lb_target_group.colour[each.key].arn]
  health_check_type         = "ELB"
  health_check_grace_period = 120
  max_instance_lifetime     = 604800

  launch_template {
    id      = aws_launch_template.colour[each.key].id
    version = aws_launch_template.colour[each.key].latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 90
      auto_rollback          = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "shop" {
  listener_arn = var.listener_arn
  priority     = 100

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.colour[var.active].arn
  }

  condition {
    path_pattern {
      values = ["/*"]
    }
  }
}
