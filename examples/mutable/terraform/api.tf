# The API servers: an Auto Scaling group behind the load balancer.

data "aws_ami" "api" {
  owners      = ["self"]
  most_recent = true

  filter {
    name   = "name"
    values = ["tidewater-api*"]
  }
}

resource "aws_key_pair" "ops" {
  key_name   = "ops"
  public_key = file("${path.module}/ops_team.pub")
}

resource "aws_launch_template" "api" {
  name                   = "tidewater-api"
  image_id               = data.aws_ami.api.id
  instance_type          = "t3.small"
  key_name               = aws_key_pair.ops.key_name
  vpc_security_group_ids = [aws_security_group.servers.id]
  user_data              = base64encode(file("${path.module}/../cloud-init/api.yaml"))
}

resource "aws_autoscaling_group" "api" {
  name                = "tidewater-api"
  min_size            = 2
  max_size            = 6
  vpc_zone_identifier = module.vpc.public_subnets
  target_group_arns   = [aws_lb_target_group.api.arn]

  launch_template {
    id      = aws_launch_template.api.id
    version = "$Latest"
  }

  instance_refresh {
    strategy = "Rolling"
  }
}
