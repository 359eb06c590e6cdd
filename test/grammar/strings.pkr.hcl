# SYNTAX TEST "source.packer" "strings, templates, heredocs"
locals {
  escaped = "tab\t quote\" \u00e9 $${not} %%{not} \q"
#               ^^ constant.character.escape.packer
#                       ^^ constant.character.escape.packer
#                          ^^^^^^ constant.character.escape.packer
#                                 ^^ constant.character.escape.packer
#                                   ^^^^^ string.quoted.double.packer - meta.template.expression.packer
#                                         ^^ constant.character.escape.packer
#                                                 ^^ invalid.illegal.escape.packer
  nested  = "a-${var.m["k-${var.i}"]}-b"
#                ^^^ meta.template.expression.packer variable.language.packer
#                       ^^ meta.template.expression.packer string.quoted.double.packer
#                         ^^^^^^^^ meta.template.expression.packer meta.template.expression.packer
#                                    ^^ string.quoted.double.packer - meta.template.expression.packer
  object  = "${jsonencode({ a = 1 })}!"
#                           ^^ meta.template.expression.packer meta.object.packer
#                                    ^ string.quoted.double.packer - meta.template.expression.packer
  choice  = "%{~ if var.a == "x" ~}yes%{ else }no%{ endif }"
#            ^^^ punctuation.definition.template-expression.begin.packer
#                ^^ keyword.control.packer
#                             ^ string.quoted.double.packer meta.template.expression.packer string.quoted.double.packer
#                                ^^ punctuation.definition.template-expression.end.packer
#                                  ^^^ string.quoted.double.packer - meta.template.expression.packer
#                                        ^^^^ keyword.control.packer
#                                                   ^^^^^ keyword.control.packer
  open    = "half typed
#            ^^^^ string.quoted.double.packer
  next    = 1
# ^^^^ variable.other.property.packer - string.quoted.double.packer
  data    = <<-EOF
#           ^^^ keyword.operator.heredoc.packer
#              ^^^ keyword.control.heredoc.packer
    # not a comment ${var.name} {{ .Path }}
#   ^^^^^ string.unquoted.heredoc.packer - comment
#                     ^^^ meta.template.expression.packer variable.language.packer
#                               ^^^^^^^^^^^ constant.other.placeholder.packer
    %{ for n in var.names ~}
#      ^^^ keyword.control.packer
#            ^^ keyword.control.packer
    "${n}" EOF
#         ^^^^ string.unquoted.heredoc.packer - keyword.control.heredoc.packer
    %{ endfor ~}
  EOF
# ^^^ keyword.control.heredoc.packer - string.unquoted.heredoc.packer
  after   = true
# ^^^^^ variable.other.property.packer - string.unquoted.heredoc.packer
}
