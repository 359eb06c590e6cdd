# SYNTAX TEST "source.packer" "blocks, attributes, comments"

packer {
# <------ source.packer meta.block.packer entity.name.type.block.packer
  required_version = ">= 1.11.0"
# ^^^^^^^^^^^^^^^^ variable.other.property.packer
#                  ^ keyword.operator.assignment.packer
#                     ^^^^^^^^^ string.quoted.double.packer - keyword.operator.comparison.packer
  required_plugins {
# ^^^^^^^^^^^^^^^^ meta.block.packer meta.block.packer entity.name.type.block.packer
    amazon = { version = "1.3.4", source = "github.com/hashicorp/amazon" }
#   ^^^^^^ variable.other.property.packer - entity.name.type.block.packer
#              ^^^^^^^ meta.object.packer variable.other.property.packer
#                                 ^^^^^^ meta.object.packer variable.other.property.packer
#                                           ^^^^^^^^^^ meta.object.packer string.quoted.double.packer
  }
}

# A line comment with a "quote and a { brace
# ^^^^^^ comment.line.number-sign.packer
#                                    ^ comment.line.number-sign.packer - punctuation.section.block.begin.packer
source "amazon-ebs" "web" {
# <------ entity.name.type.block.packer
#       ^^^^^^^^^^ string.quoted.double.packer
#                    ^^^ string.quoted.double.packer
#                         ^ punctuation.section.block.begin.packer
  ami_name      = "web-{{ timestamp }}-${local.version}" // why
#                      ^^^^^^^^^^^^^^^ string.quoted.double.packer constant.other.placeholder.packer
#                                      ^^ meta.template.expression.packer punctuation.definition.template-expression.begin.packer
#                                        ^^^^^ meta.template.expression.packer variable.language.packer
#                                              ^^^^^^^ meta.template.expression.packer variable.other.member.packer
  instance_type = var.size /* the
#                 ^^^ variable.language.packer
#                     ^^^^ variable.other.member.packer
#                          ^^ comment.block.packer punctuation.definition.comment.begin.packer
    usual */ + 2
#   ^^^^^ comment.block.packer
#            ^ keyword.operator.arithmetic.packer - comment.block.packer
#              ^ constant.numeric.packer
  ssh_username  = "ubuntu"
  launch_block_device_mappings {
    device_name = "/dev/sda1"
#                  ^^^^^^^^^ string.quoted.double.packer - comment
    encrypted   = true
#                 ^^^^ constant.language.packer
    kms_key_id  = null
#                 ^^^^ constant.language.packer
    iops        = 3.5e+3
#                 ^^^^^^ constant.numeric.packer
  }
}
# <- meta.block.packer punctuation.section.block.end.packer

build {
  sources = ["source.amazon-ebs.web"]
#             ^^^^^^^^^^^^^^^^^^^^^ string.quoted.double.packer - variable.language.packer
  dynamic provisioner {
# ^^^^^^^ entity.name.type.block.packer
#         ^^^^^^^^^^^ entity.name.label.packer
    for_each = local.files
#   ^^^^^^^^ variable.other.property.packer
  }
  post-processor "manifest" {}
# ^^^^^^^^^^^^^^ entity.name.type.block.packer
#                            ^ punctuation.section.block.end.packer
}
after = 1
# <----- source.packer variable.other.property.packer - meta.block.packer
