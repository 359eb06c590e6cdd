# SYNTAX TEST "source.packer" "values of variables"
region   = "eu-central-1"
# <------ source.packer variable.other.property.packer
#           ^^^^^^^^^^^^ string.quoted.double.packer
packages = ["curl", "jq"]
#                    ^^ string.quoted.double.packer
tags = {
# <---- variable.other.property.packer - entity.name.type.block.packer
  Team = "shop"
# ^^^^ meta.object.packer variable.other.property.packer
}
motd = <<END
#      ^^ keyword.operator.heredoc.packer
echo 'text, not shell'
# <---- string.unquoted.heredoc.packer - meta.embedded
END
# <--- keyword.control.heredoc.packer
last = false
#      ^^^^^ constant.language.packer
