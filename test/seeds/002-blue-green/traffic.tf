variable "live_colour" {
  description = "Colour that gets the visitors"
  type        = string
  default     = "green"
}

resource "aws_lb_listener_rule" "tickets" {
  listener_arn = aws_lb_listener.tls.arn
  priority     = 50

  action {
    type             = "forward"
    target_group_arn = var.live_colour == "blue" ? aws_lb_target_group.blue.arn : aws_lb_target_group.green.arn
  }

  condition {
    path_pattern {
      values = ["/*"]
    }
  }
}

resource "aws_lb_target_group" "blue" {
  name     = "tickets-blue"
  port     = 9000
  protocol = "HTTP"
  vpc_id   = var.network

  health_check {
    enabled             = true
    path                = "/alive"
    interval            = 20
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_target_group" "green" {
  name     = "tickets-green"
  port     = 9000
  protocol = "HTTP"
  vpc_id   = var.network

  health_check {
    enabled             = true
    path                = "/alive"
    interval            = 20
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}
