resource "aws_security_group" "billing" {
  name_prefix = "billing-"

  ingress {
    description = "Repairs by hand"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
