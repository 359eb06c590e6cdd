import { describe, expect, it } from 'vitest';
import {
  attachmentsOf,
  existence,
  isClusterManaged,
  launchSources,
} from '../../../../server/src/model/terraform/autoscaling';
import { isDatabaseRepository, namesDatastore, runsDatastore } from '../../../../server/src/model/terraform/datastores';
import { isImageArgument, runsImage } from '../../../../server/src/model/terraform/image-arguments';
import { createsBeforeDestroy, ignoredChanges } from '../../../../server/src/model/terraform/lifecycle';
import { namingOf } from '../../../../server/src/model/terraform/naming';
import { presenceOf } from '../../../../server/src/model/terraform/presence';
import type { TerraformResource } from '../../../../server/src/model/terraform/types';
import { moduleOf } from './support';

const GROUP = 'aws_autoscaling_group';

function resource(text: string, type = GROUP, name = 'app', file = 'main.tf'): TerraformResource {
  const found = moduleOf({ [file]: text }).resource(type, name);
  if (!found) throw new Error(`no ${type}.${name}`);
  return found;
}

describe('attachmentsOf', () => {
  it.each([
    ['', 'no'],
    ['target_group_arns = []', 'no'],
    ['target_group_arns = null', 'no'],
    ['target_group_arns = ["arn"]', 'yes'],
    ['target_group_arns = [aws_lb_target_group.x.arn]', 'yes'],
    ['target_group_arns = var.empty', 'maybe'],
    ['target_group_arns = var.unknown', 'maybe'],
    ['target_group_arns = var.on ? [aws_lb_target_group.x.arn] : []', 'maybe'],
    ['load_balancers = ["classic"]', 'yes'],
    ['traffic_source {\n identifier = "x"\n}', 'yes'],
    ['lifecycle {\n ignore_changes = [target_group_arns]\n}', 'maybe'],
    ['lifecycle {\n ignore_changes = all\n}', 'maybe'],
  ])('%s', (body, presence) => {
    const text = `variable "empty" {\n default = []\n}\nresource "${GROUP}" "app" {\n${body}\n}\n`;
    expect(attachmentsOf(resource(text)).presence).toBe(presence);
  });

  it.each([
    [`autoscaling_group_name = ${GROUP}.app.name`, 'yes'],
    [`autoscaling_group_name = ${GROUP}.app.name\ncount = 0`, 'no'],
    [`autoscaling_group_name = ${GROUP}.app.name\ncount = var.unknown`, 'maybe'],
    [`autoscaling_group_name = ${GROUP}.other.name`, 'no'],
    [`for_each = toset([${GROUP}.app.name])\nautoscaling_group_name = each.value`, 'yes'],
    ['autoscaling_group_name = "web"', 'yes'],
    ['autoscaling_group_name = "api"', 'no'],
    ['autoscaling_group_name = module.other.name', 'no'],
    ['autoscaling_group_name = var.unknown', 'maybe'],
  ])('attached from outside: %s', (body, presence) => {
    const text =
      `resource "${GROUP}" "app" {\nname = "web"\n}\nresource "${GROUP}" "other" {\n}\n` +
      `resource "aws_autoscaling_attachment" "a" {\n${body}\n}\n`;
    expect(attachmentsOf(resource(text)).presence).toBe(presence);
  });

  it('knows a group that only VPC Lattice sends traffic to', () => {
    const text = (type: string): string => `resource "${GROUP}" "app" {\ntraffic_source {\ntype = "${type}"\n}\n}\n`;
    expect(attachmentsOf(resource(text('vpc-lattice'))).lattice).toBe(true);
    expect(attachmentsOf(resource(text('elbv2'))).lattice).toBe(false);
  });
});

describe('existence', () => {
  it.each([
    ['', 'yes'],
    ['count = 2', 'yes'],
    ['count = 0', 'no'],
    ['count = var.unknown ? 1 : 0', 'maybe'],
    ['for_each = toset(["a"])', 'yes'],
    ['for_each = var.unknown', 'maybe'],
  ])('%s', (body, expected) => {
    expect(existence(resource(`resource "${GROUP}" "app" {\n${body}\n}\n`))).toBe(expected);
  });
});

describe('launchSources', () => {
  it('finds templates through locals, mixed policies and overrides', () => {
    const text = `
locals {
  id = aws_launch_template.a.id
}
resource "aws_launch_template" "a" {}
resource "aws_launch_template" "b" {}
resource "aws_launch_template" "unused" {}
resource "${GROUP}" "app" {
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = local.id
      }
      override {
        launch_template_specification {
          launch_template_name = aws_launch_template.b.name
        }
      }
    }
  }
}
`;
    expect(launchSources(resource(text)).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('isClusterManaged', () => {
  it.each([
    ['tag {\nkey = "kubernetes.io/cluster/${var.name}"\n}', true],
    ['tag {\nkey = "AmazonECSManaged"\n}', true],
    ['tag {\nkey = "Name"\n}', false],
    ['tags = [{ key = "k8s.io/cluster-autoscaler/enabled", value = "true" }]', true],
    ['launch_template {\nid = aws_launch_template.nodes.id\n}', true],
    ['launch_template {\nid = aws_launch_template.plain.id\n}', false],
  ])('%s', (body, expected) => {
    const text = `
data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}
resource "aws_launch_template" "nodes" {
  image_id = data.aws_ssm_parameter.image.value
}
resource "aws_launch_template" "plain" {
  user_data = "systemctl start app"
}
resource "${GROUP}" "app" {
${body}
}
`;
    expect(isClusterManaged(resource(text))).toBe(expected);
  });
});

describe('namingOf', () => {
  it.each([
    ['', 'generated'],
    ['name = null', 'generated'],
    ['name_prefix = "app-"', 'generated'],
    ['name = "app"', 'fixed'],
    ['name = "${var.environment}-app-${terraform.workspace}"', 'fixed'],
    ['name = local.fixed', 'fixed'],
    ['name = local.release', 'changing'],
    ['name = "app-${var.ami_id}"', 'changing'],
    ['name_prefix = "app-${var.app_version}-"', 'changing'],
    ['name = "app-${aws_launch_configuration.x.name}"', 'changing'],
    ['name = "app-${aws_launch_template.x.latest_version}"', 'changing'],
    ['name = "app-${aws_launch_template.x.name}"', 'unknown'],
    ['name = "app-${random_id.kept.hex}"', 'changing'],
    ['name = "app-${random_id.once.hex}"', 'fixed'],
    ['name = "app-${timestamp()}"', 'changing'],
    ['name = var.whatever', 'unknown'],
    ['name = each.key', 'unknown'],
    ['name = module.label.id', 'fixed'],
  ])('%s', (body, expected) => {
    const text = `
locals {
  fixed   = "shop-\${var.environment}"
  release = "shop-\${var.build}"
}
resource "aws_launch_configuration" "x" {}
resource "aws_launch_template" "x" {}
resource "random_id" "kept" {
  keepers = { ami = var.ami_id }
}
resource "random_id" "once" {}
resource "${GROUP}" "app" {
${body}
}
`;
    expect(namingOf(resource(text))).toBe(expected);
  });
});

describe('presenceOf', () => {
  it.each([
    ['', 'no'],
    ['instance_refresh {\n}', 'yes'],
    ['dynamic "instance_refresh" {\nfor_each = []\ncontent {}\n}', 'no'],
    ['dynamic "instance_refresh" {\nfor_each = var.empty\ncontent {}\n}', 'maybe'],
    ['dynamic "tag" {\nfor_each = var.empty\ncontent {}\n}', 'no'],
  ])('%s', (body, expected) => {
    const text = `variable "empty" {\ndefault = []\n}\nresource "${GROUP}" "app" {\n${body}\n}\n`;
    expect(presenceOf(resource(text).block, 'instance_refresh')).toBe(expected);
  });
});

describe('lifecycle', () => {
  it('reads the entries of ignore_changes in all their forms', () => {
    const text = `resource "${GROUP}" "app" {\nlifecycle {\nignore_changes = [tag, "a.0.b", x["k"].y]\n}\n}\n`;
    expect(ignoredChanges(resource(text)).map(({ steps }) => steps.join(' '))).toEqual(['tag', 'a 0 b', 'x k y']);
    const all = `resource "${GROUP}" "app" {\nlifecycle {\nignore_changes = all\n}\n}\n`;
    expect(ignoredChanges(resource(all)).map(({ path, only }) => [path, only])).toEqual([['all', true]]);
  });

  it('carries create_before_destroy over to dependencies, and ends on cycles', () => {
    const text = (flag: boolean): string => `
resource "a" "x" {
  y = b.y.id
}
resource "b" "y" {
  x = a.x.id
  lifecycle {
    create_before_destroy = ${flag}
  }
}
resource "c" "z" {
  x = a.x.id
}
`;
    expect(createsBeforeDestroy(resource(text(true), 'a', 'x'))).toBe(true);
    expect(createsBeforeDestroy(resource(text(false), 'a', 'x'))).toBe(false);
    expect(createsBeforeDestroy(resource(text(true), 'c', 'z'))).toBe(false);
  });
});

describe('image arguments', () => {
  it.each([
    ['aws_instance', 'ami', true],
    ['aws_instance', 'tags', false],
    ['aws_autoscaling_group', 'launch_template.0.version', true],
    ['aws_autoscaling_group', 'mixed_instances_policy.0.instances_distribution', false],
    ['google_cloud_run_service', 'template.0.spec.0.containers.0.image', true],
    ['google_cloud_run_service', 'template.0.metadata.0.annotations', false],
    ['kubernetes_cron_job_v1', 'spec.0.job_template.0.spec.0.template.0.spec.0.container.0.image', true],
    ['kubernetes_deployment', 'spec.0.replicas', false],
    ['aws_db_instance', 'ami', false],
  ])('%s %s', (type, path, expected) => {
    expect(isImageArgument(type, path.split('.'))).toBe(expected);
  });

  it('tells what runs images from what does not', () => {
    expect(['aws_instance', 'aws_lambda_function', 'docker_service'].every(runsImage)).toBe(true);
    expect(['aws_db_instance', 'aws_route_table', 'aws_efs_file_system', 'aws_instances'].some(runsImage)).toBe(false);
  });
});

describe('datastores', () => {
  it.each([
    ['docker.io/library/postgres', true],
    ['docker.io/bitnami/kafka', true],
    ['ghcr.io/acme/postgres-exporter', false],
    ['docker.io/library/nginx', false],
  ])('%s', (repository, expected) => {
    expect(isDatabaseRepository(repository)).toBe(expected);
  });

  it('wants every container to be one', () => {
    const text = (other: string): string => `
resource "kubernetes_stateful_set" "x" {
  spec {
    template {
      spec {
        container {
          image = "postgres:16.4"
        }
        container {
          image = ${other}
        }
      }
    }
  }
}
`;
    const runs = (other: string): boolean => runsDatastore(resource(text(other), 'kubernetes_stateful_set', 'x'));
    expect(runs('"redis:7.4.1"')).toBe(true);
    expect(runs('"acme/api:1.2.3"')).toBe(false);
    expect(runs('var.image')).toBe(false);
  });

  it.each([
    ['name = "shop-vault"', true],
    ['name_prefix = "kafka-${var.zone}-"', true],
    ['name = "vaulted-api"', false],
    ['name = var.name', false],
  ])('%s', (body, expected) => {
    expect(namesDatastore(resource(`resource "${GROUP}" "app" {\n${body}\n}\n`))).toBe(expected);
  });
});
