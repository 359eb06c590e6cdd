resource "aws_db_instance" "orders" {
  identifier     = "orders"
  engine         = "postgres"
  instance_class = "db.t4g.medium"

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [engine_version]
  }
}

resource "aws_efs_file_system" "uploads" {
  creation_token = "uploads"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_route_table" "private" {
  vpc_id = var.vpc_id

  lifecycle {
    ignore_changes = [route]
  }
}

resource "aws_network_acl" "private" {
  vpc_id = var.vpc_id

  lifecycle {
    ignore_changes = [ingress, egress]
  }
}
