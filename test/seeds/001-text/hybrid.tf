resource "aws_launch_template" "portal" {
  name_prefix = "portal-"
  image_id    = var.base_image

  user_data = base64encode(<<-SCRIPT
    #!/bin/bash
    aws s3 cp s3://portal-releases/portal-2.3.tar.gz /opt/portal.tar.gz
    tar -xzf /opt/portal.tar.gz -C /opt
    systemctl start portal
  SCRIPT
  )
}
