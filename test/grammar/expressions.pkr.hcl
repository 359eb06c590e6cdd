# SYNTAX TEST "source.packer" "expressions"
locals {
  name    = upper(join("-", [var.app, "x"]...))
#           ^^^^^ meta.function-call.packer entity.name.function.packer
#                 ^^^^ meta.function-call.packer meta.function-call.packer entity.name.function.packer
#                                         ^^^ keyword.operator.expansion.packer
  ids     = var.instances[*].id
#                        ^^^ keyword.operator.splat.packer
#                           ^^^ - keyword.operator.splat.packer
  first   = var.instances.*.id[0]
#                        ^^ keyword.operator.splat.packer
#                              ^ constant.numeric.packer
  big     = var.count >= 3 && !var.small ? "a" : "b"
#                     ^^ keyword.operator.comparison.packer
#                          ^^ keyword.operator.logical.packer
#                             ^ keyword.operator.logical.packer
#                                        ^ keyword.operator.ternary.packer
#                                              ^ keyword.operator.ternary.packer
  upper   = [for name in var.names : upper(name) if name != ""]
#            ^^^ keyword.control.packer
#                     ^^ keyword.control.packer
#                                                ^^ keyword.control.packer
#                                                           ^^ string.quoted.double.packer
  by_name = { for k, v in var.map : k => v... if v > 0 }
#             ^^^ meta.object.packer keyword.control.packer
#                                     ^^ meta.object.packer storage.type.function.arrow.packer
#                                         ^^^ keyword.operator.expansion.packer
  tags = {
    in      = "an attribute, not a keyword"
#   ^^ variable.other.property.packer - keyword.control.packer
    Name    : "web"
#   ^^^^ variable.other.property.packer
    (var.k) = 1
#    ^^^ variable.language.packer
    chosen  = var.a ? local.x : local.y
#                             ^ keyword.operator.ternary.packer
  }
  modulus = 7 % 4 - -1
#             ^ keyword.operator.arithmetic.packer
#               ^ constant.numeric.packer
  spaced-name = 1
# ^^^^^^^^^^^ variable.other.property.packer
  var     = 1
# ^^^ variable.other.property.packer - variable.language.packer
  cleaned = regex_replace(timestamp(), "[- TZ:]", "")
#                                       ^^^^^^^ string.quoted.double.packer - punctuation
}
variable "size" {
  type = map(object({ name = string, count = optional(number, 1) }))
#        ^^^ support.type.packer
#            ^^^^^^ support.type.packer
#                            ^^^^^^ support.type.packer
#                                            ^^^^^^^^ support.type.packer
#                                                     ^^^^^^ support.type.packer
#                                    ^^^^^ variable.other.property.packer
  default = core::string("x")
#           ^^^^^^^^^^^^ entity.name.function.packer
}
