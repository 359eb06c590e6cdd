# What the pipeline passes in: the images that it built and tested.

variable "api_ami" {
  description = "AMI id from the manifest of the Packer build"
  type        = string
}

variable "worker_ami" {
  description = "AMI id from the manifest of the legacy Packer build"
  type        = string
}

variable "release" {
  description = "Release of the shop, such as 2.4.1"
  type        = string
}
