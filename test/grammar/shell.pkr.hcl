# SYNTAX TEST "source.packer" "embedded shell"
build {
  provisioner "shell" {
# ^^^^^^^^^^^ entity.name.type.block.packer
#              ^^^^^ string.quoted.double.packer
    environment_vars = ["A=${var.a}"]
#                        ^^ string.quoted.double.packer - meta.embedded
    execute_command  = "sudo {{ .Path }}"
#                       ^^^^ string.quoted.double.packer - meta.embedded
    inline = [
#   ^^^^^^ variable.other.property.packer
      "if [ -f /etc/x ]; then echo 'yes'; fi", # a comment
#      ^^ meta.embedded.line.shell.packer keyword.control.shell
#                                  ^^^^^ meta.embedded.line.shell.packer string.quoted.single.shell
#                                            ^ punctuation.separator.comma.packer - meta.embedded
#                                              ^^^^^^^^^^^ comment.line.number-sign.packer - meta.embedded
      "echo \"hello $USER ${var.name}\" | tee '${path.root}/a b'",
#           ^^^^^^^^ meta.embedded.line.shell.packer string.quoted.double.shell
#                    ^^^^ string.quoted.double.shell variable.other.normal.shell
#                           ^^^ meta.embedded.line.shell.packer meta.template.expression.packer variable.language.packer
#                                                ^^^^ string.quoted.single.shell meta.template.expression.packer variable.language.packer
#                                                            ^^ string.quoted.single.shell - meta.template.expression.packer
      "echo 'left open ${var.m["k"]}",
#            ^^^^^^^^^ string.quoted.single.shell
#                               ^ meta.template.expression.packer string.quoted.double.packer
#                                    ^ punctuation.separator.comma.packer - meta.embedded
      "echo $${HOME} {{ .Vars }} %%{x} 50%",
#           ^^ meta.embedded.line.shell.packer constant.character.escape.packer
#                    ^^^^^^^^^^^ constant.other.placeholder.packer
#                                ^^ constant.character.escape.packer
      "apt-get update && set -e", "A=1 make", "set -eu",
#      ^^^^^^^ meta.embedded.line.shell.packer entity.name.command.shell
#             ^^^^^^^ meta.embedded.line.shell.packer - entity.name.command.shell
#                                  ^^^ meta.embedded.line.shell.packer - entity.name.command.shell
#                                              ^^^ meta.embedded.line.shell.packer support.function.builtin.shell
      "# a comment of the shell",
#      ^^^^^^^^^^^^^^^^^^^^^^^^ meta.embedded.line.shell.packer comment.line.number-sign.shell - comment.line.number-sign.packer
#                              ^^ - comment
      "",
      "apt-get install -y ${join(" ", [for p in var.packages : "'${p}'"])}",
#                           ^^^^ meta.template.expression.packer entity.name.function.packer
#                                      ^^^ meta.template.expression.packer keyword.control.packer
#                                                           ^^^ meta.template.expression.packer - string.quoted.double.packer
#                                   ^ - string
      local.command,
#     ^^^^^ variable.language.packer
      <<-EOT
        echo "open
#       ^^^^ meta.embedded.block.shell.packer
#            ^^^^^ meta.embedded.block.shell.packer string.quoted.double.shell
      EOT
#     ^^^ keyword.control.heredoc.packer - meta.embedded
    ]
#   ^ punctuation.section.brackets.end.packer - meta.embedded
    script = "setup.sh"
#             ^^^^^^^^ string.quoted.double.packer - meta.embedded
  }

  provisioner "shell-local" {
    inline = ["echo 'one'", "done"]
#                   ^^^^^ meta.embedded.line.shell.packer string.quoted.single.shell
#                            ^^^^ meta.embedded.line.shell.packer keyword.control.shell
    override = {
      web = { inline = ["echo 'two'"] }
#                        ^^^^ string.quoted.double.packer - meta.embedded
    }
  }

  provisioner "powershell" {
    inline = ["if ($x) { 'y' }"]
#              ^^ string.quoted.double.packer - meta.embedded
  }

  provisioner "file" {
    content = <<-SETUP_SH
#                ^^^^^^^^ keyword.control.heredoc.packer
      #!/bin/sh
#     ^^^^^^^^^ meta.embedded.block.shell.packer comment.line.number-sign.shell
      cat > /etc/motd <<MOTD
      it's ${var.name}
#            ^^^ meta.template.expression.packer variable.language.packer
      MOTD
#     ^^^^ meta.embedded.block.shell.packer
      echo 'after'
#          ^^^^^^^ string.quoted.single.shell
    SETUP_SH
#   ^^^^^^^^ keyword.control.heredoc.packer - meta.embedded
    destination = "/tmp/x"
#   ^^^^^^^^^^^ variable.other.property.packer - meta.embedded
  }
  provisioner "shell" {
    inline = ["half typed
#              ^^^^ string.quoted.double.packer - meta.embedded
    only = ["x"]
#            ^ string.quoted.double.packer
  }
}
