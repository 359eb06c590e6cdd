import { HOLE } from '../core/mapped-text';
import { parseImageReference } from './image-reference';
import { isDatabaseRepository } from './terraform/datastores';

/** Programs that run beside an application in its pod. They say themselves when they are ready, or nobody waits for them. */
const SIDECARS =
  /^(istio-?proxy|proxyv2|linkerd-?proxy|envoy-sidecar|cloud-?sql-?(auth-)?proxy|alloydb-auth-proxy|vault-agent|daprd|consul-dataplane|otel(-.*)?|(.*-)?otel-(agent|collector)|opentelemetry-.*|aws-otel-collector|adot-collector|datadog(-agent)?|dd-agent|newrelic-.*|xray(-daemon)?|aws-xray-daemon|cloudwatch-agent|(prometheus-)?config-reloader|configmap-reload|k8s-sidecar|git-sync|logrotate|kube-rbac-proxy|(.*-)?(exporter|metrics))$/;

/** Programs that ship logs. `logrotate` is none: it cuts files and deletes them. */
const SHIPPERS =
  /(^|[-_/.])(fluent-?bit|fluentd|aws-for-fluent-bit|promtail|vector|filebeat|logstash|alloy|grafana-agent|otel|otelcol|opentelemetry|datadog|dd-agent|splunk|cloudwatch-agent|log[-_]?router|log[-_]?(shipper|agent|collector|forwarder)|telegraf|rsyslog|syslog-ng)([-_/.]|$)/;

/** The repository without its registry and folders: `proxyv2` for `docker.io/istio/proxyv2:1.22.0`. */
function repositoryName(image: string | undefined): string | undefined {
  const repository = image === undefined ? undefined : repositoryOf(image);
  return repository?.slice(repository.lastIndexOf('/') + 1);
}

/** The repository that an image reference names, in its long form; undefined when it is not known. */
export function repositoryOf(image: string): string | undefined {
  const repository = parseImageReference(image)?.repository;
  return repository === undefined || repository.includes(HOLE) ? undefined : repository;
}

/** True for a container that is known to serve the application beside it, by its name or its image. */
export function isKnownSidecar(name: string | undefined, image: string | undefined): boolean {
  return (
    [name, repositoryName(image)].some((each) => each !== undefined && SIDECARS.test(each)) || isLogShipper(name, image)
  );
}

/** True for a container that is known to ship logs. */
export function isLogShipper(name: string | undefined, image: string | undefined): boolean {
  return [name, repositoryName(image)].some((each) => each !== undefined && SHIPPERS.test(each));
}

/** True when the image is known to be a database, a queue or another store. */
export function isDatastoreImage(image: string | undefined): boolean {
  const repository = image === undefined ? undefined : repositoryOf(image);
  return repository !== undefined && isDatabaseRepository(repository);
}
