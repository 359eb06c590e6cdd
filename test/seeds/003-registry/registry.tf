resource "aws_ecr_repository" "tickets" {
  name = "tickets"
}

resource "aws_lambda_function" "mailer" {
  function_name = "mailer"
  role          = var.role
  package_type  = "Image"
  image_uri     = "111122223333.dkr.ecr.us-west-2.amazonaws.com/mailer:latest"
}
