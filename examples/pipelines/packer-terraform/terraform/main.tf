# Two groups of servers, blue and green. `terraform_data` stands for what would cost money: put your launch template, Auto
# Scaling group and target group where `servers` is, and your listener rule where `router` is.

terraform {
  required_version = "~> 1.10"

  # The state of a real environment lies in a backend that your team shares.
  backend "local" {}
}

variable "active_colour" {
  description = "Colour that has the traffic: blue or green"
  type        = string
}

variable "images" {
  description = "Image by colour. A colour without an image has no servers"
  type        = map(string)
}

variable "immutable_release" {
  description = "Release by colour: the release engine writes it, and reads it back from the output"
  type        = map(string)
}

resource "terraform_data" "servers" {
  for_each = var.images

  # Another image means other servers. Nothing is changed in place.
  triggers_replace = [each.value]
  input            = each.value
}

resource "terraform_data" "router" {
  input = terraform_data.servers[var.active_colour].output
}

output "active_colour" {
  value = var.active_colour
}

output "images" {
  value = { for colour, servers in terraform_data.servers : colour => servers.output }
}

output "immutable_release" {
  value = var.immutable_release
}
