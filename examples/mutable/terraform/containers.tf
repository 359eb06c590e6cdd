# The image registry and the web front on ECS.

resource "aws_ecr_repository" "web" {
  name                 = "shop/web"
  image_tag_mutability = "MUTABLE"
}

resource "aws_ecr_lifecycle_policy" "web" {
  repository = aws_ecr_repository.web.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Save money"
        selection = {
          tagStatus   = "any"
          countType   = "imageCountMoreThan"
          countNumber = 2
        }
        action = { type = "expire" }
      }
    ]
  })
}

resource "aws_ecs_cluster" "shop" {
  name = "tidewater"
}

resource "aws_ecs_task_definition" "web" {
  family = "tidewater-web"

  container_definitions = jsonencode([
    {
      name         = "web"
      image        = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/shop/web:latest"
      essential    = true
      memory       = 256
      portMappings = [{ containerPort = 80 }]
    }
  ])
}

resource "aws_ecs_service" "web" {
  name                   = "web"
  cluster                = aws_ecs_cluster.shop.id
  task_definition        = aws_ecs_task_definition.web.arn
  desired_count          = 2
  enable_execute_command = true

  lifecycle {
    ignore_changes = [task_definition]
  }
}
