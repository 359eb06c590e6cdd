# Network of the shop: VPC, load balancer and what may reach it.

module "vpc" {
  source = "terraform-aws-modules/vpc/aws"

  name           = "tidewater"
  cidr           = "10.20.0.0/16"
  azs            = ["eu-west-1a", "eu-west-1b"]
  public_subnets = ["10.20.1.0/24", "10.20.2.0/24"]
}

module "alarms" {
  source = "git::https://github.com/tidewater-shop/terraform-alarms.git?ref=main"

  team = "shop"
}

resource "aws_security_group" "servers" {
  name   = "tidewater-servers"
  vpc_id = module.vpc.vpc_id

  ingress {
    description = "HTTP"
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["10.20.0.0/16"]
  }

  ingress {
    description = "Shell for the team"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "shop" {
  name               = "tidewater"
  load_balancer_type = "application"
  subnets            = module.vpc.public_subnets
}

resource "aws_lb_target_group" "api" {
  name     = "tidewater-api"
  port     = 8080
  protocol = "HTTP"
  vpc_id   = module.vpc.vpc_id
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}
