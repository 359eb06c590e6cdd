resource "aws_launch_configuration" "portal" {
  image_id      = "ami-0fed321" # baked this morning
  instance_type = "t3.micro"
}

resource "aws_autoscaling_group" "portal" {
  launch_configuration = aws_launch_configuration.portal.name
  min_size             = 2
  max_size             = 12

  # The machines will follow one by one, or so people think.
}
