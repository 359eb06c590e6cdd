/**
 * The arguments of a resource that say which image it runs and what it does at boot, as paths of names without indexes:
 * `boot_disk.initialize_params.image`. A path that only leads there counts as well (`boot_disk`).
 * Source: the documentation of the providers.
 */
const ARGUMENTS: readonly (readonly [types: RegExp, path: RegExp])[] = [
  [/^aws_(instance|spot_instance_request)$/, /^(ami|user_data(_base64)?|launch_template(\..*)?)$/],
  [/^aws_launch_(template|configuration)$/, /^(image_id|user_data(_base64)?)$/],
  [
    /^aws_autoscaling_group$/,
    /^(launch_configuration|launch_template(\..*)?|mixed_instances_policy(\.launch_template(\.launch_template_specification(\..*)?)?)?)$/,
  ],
  [/^aws_ecs_(service|task_set)$/, /^task_definition$/],
  [/^aws_ecs_task_definition$/, /^container_definitions$/],
  [/^aws_lambda_function$/, /^image_uri$/],
  [/^aws_batch_job_definition$/, /^container_properties$/],
  [/^aws_batch_compute_environment$/, /^compute_resources(\.launch_template(\..*)?)?$/],
  [/^aws_apprunner_service$/, /^source_configuration(\.image_repository(\.image_identifier)?)?$/],
  [/^aws_eks_node_group$/, /^launch_template(\..*)?$/],
  [/^google_compute_instance$/, /^(boot_disk(\.initialize_params(\.image)?)?|metadata_startup_script)$/],
  [/^google_compute_(region_)?instance_template$/, /^(disk(\.source_image)?|metadata_startup_script)$/],
  [/^google_compute_(region_)?instance_group_manager$/, /^version(\.instance_template)?$/],
  [/^google_cloud_run_(v2_)?(service|job)$/, /^template(\.(template|spec))?(\.containers(\.image)?)?$/],
  [
    /^azurerm_((linux|windows|orchestrated)_)?virtual_machine(_scale_set)?$/,
    /^(source_image_id|source_image_reference(\..*)?|storage_image_reference(\..*)?|custom_data|user_data|os_profile\.custom_data)$/,
  ],
  [/^azurerm_container_group$/, /^container(\.image)?$/],
  [/^azurerm_container_app(_job)?$/, /^template(\.container(\.image)?)?$/],
  [
    /^azurerm_(linux|windows)_(web|function)_app(_slot)?$/,
    /^site_config\.application_stack\.docker(_image_name|_image_tag|\.image_name|\.image_tag)?$/,
  ],
  [
    /^kubernetes_(pod|deployment|stateful_set|daemonset|daemon_set|job|cron_job|replication_controller)(_v\d+)?$/,
    /^spec(\.(job_template|template|spec))*(\.(init_)?container(\.image)?)?$/,
  ],
  [
    /^(digitalocean_droplet|hcloud_server|linode_instance|scaleway_instance_server|ibm_is_instance)$/,
    /^(image|user_data)$/,
  ],
  [/^openstack_compute_instance_v2$/, /^(image_id|image_name|user_data)$/],
  [/^exoscale_compute_instance$/, /^(template_id|user_data)$/],
  [/^oci_core_instance$/, /^source_details(\.source_id)?$/],
  [/^alicloud_(instance|ess_scaling_configuration)$/, /^(image_id|user_data)$/],
  [/^docker_container$/, /^image$/],
  [/^docker_service$/, /^task_spec(\.container_spec(\.image)?)?$/],
];

/** True for resources that run an image: instances, their templates and groups, containers, functions. */
export function runsImage(type: string): boolean {
  return ARGUMENTS.some(([types]) => types.test(type));
}

/** True when the argument at a path says which image the resource runs, or what it does at boot. */
export function isImageArgument(type: string, steps: readonly string[]): boolean {
  const path = steps.filter((step) => !/^(\d+|\*)$/.test(step)).join('.');
  return ARGUMENTS.some(([types, paths]) => types.test(type) && paths.test(path));
}
