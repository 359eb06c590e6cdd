# The workers that pack orders, replaced in the same way as the API servers.

resource "aws_launch_template" "worker" {
  name_prefix            = "tidewater-worker-"
  image_id               = var.worker_ami
  instance_type          = "t3.small"
  vpc_security_group_ids = [aws_security_group.servers.id]

  user_data = base64encode(<<-SCRIPT
    #!/bin/bash
    systemctl start tidewater-worker
  SCRIPT
  )

  iam_instance_profile {
    name = aws_iam_instance_profile.server.name
  }

  metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb" "worker" {
  name               = "tidewater-worker"
  internal           = true
  load_balancer_type = "network"
  subnets            = module.vpc.private_subnets
}

# The workers answer on one port that only says whether they are well.
resource "aws_lb_target_group" "worker" {
  name_prefix = "twwrk-"
  port        = 9000
  protocol    = "TCP"
  vpc_id      = module.vpc.vpc_id

  health_check {
    protocol = "HTTP"
    path     = "/healthz"
    matcher  = "200"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "servers_health" {
  description       = "Health checks of the internal load balancer"
  security_group_id = aws_security_group.servers.id
  cidr_ipv4         = module.vpc.vpc_cidr_block
  from_port         = 9000
  to_port           = 9000
  ip_protocol       = "tcp"
}

resource "aws_lb_listener" "worker" {
  load_balancer_arn = aws_lb.worker.arn
  port              = 9000
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.worker.arn
  }
}

resource "aws_autoscaling_group" "worker" {
  name_prefix               = "tidewater-worker-"
  min_size                  = 1
  max_size                  = 4
  vpc_zone_identifier       = module.vpc.private_subnets
  target_group_arns         = [aws_lb_target_group.worker.arn]
  health_check_type         = "ELB"
  health_check_grace_period = 120
  max_instance_lifetime     = 604800

  launch_template {
    id      = aws_launch_template.worker.id
    version = aws_launch_template.worker.latest_version
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
