# A golden image in a file, so that it can be baked anywhere. A real one is an `amazon-ebs` or a `qemu` source; what follows
# stays the same.

source "file" "shop" {
  content = file("files/shop.conf")
  target  = "packer/output/shop.img"
}

build {
  sources = ["source.file.shop"]

  post-processor "manifest" {
    output = "packer/output/manifest.json"
  }
}
