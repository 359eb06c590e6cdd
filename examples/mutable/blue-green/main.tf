# Two groups of API servers; the listener sends visitors to one of them.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "active" {
  description = "Colour that serves visitors: blue or green"
  type        = string
  default     = "blue"
}

variable "images" {
  description = "AMI id by colour"
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

  name     = "tidewater-${each.key}"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = var.vpc_id

  health_check {
    enabled = false
  }
}

resource "aws_launch_template" "colour" {
  for_each = toset(["blue", "green"])

  name          = "tidewater-${each.key}"
  image_id      = var.images[each.key]
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "colour" {
  for_each = toset(["blue", "green"])

  name                = "tidewater-${each.key}"
  min_size            = 2
  max_size            = 6
  vpc_zone_identifier = var.subnet_ids
  target_group_arns   = [aws_lb_target_group.colour[each.key].arn]
  health_check_type   = "EC2"

  launch_template {
    id      = aws_launch_template.colour[each.key].id
    version = "$Default"
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
