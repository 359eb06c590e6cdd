import { parseImageReference } from '../image-reference';
import { alternatives } from '../values/value';
import { terraformContainers } from './containers';
import type { TerraformResource } from './types';

/** Images of programs whose data is their purpose: they are upgraded with care and in place, not replaced at will. */
const DATABASES =
  /(^|[/-])(postgres(ql)?|postgis|pgvector|timescaledb|mysql|mariadb|percona(-server)?|mongo(db)?|redis|valkey|memcached|cassandra|scylla|cockroach|couchdb|couchbase|neo4j|influxdb|clickhouse(-server)?|elasticsearch|opensearch|kafka|zookeeper|rabbitmq|nats|etcd|consul|vault|minio|mssql|oracle(-?xe)?|qdrant|weaviate|milvus)$/;

/** True when a repository is known to be a database, a queue or another store: `docker.io/library/postgres`. */
export function isDatabaseRepository(repository: string): boolean {
  return DATABASES.test(repository);
}

/** True when every container of the resource is known to run a database, a queue or another store. */
export function runsDatastore(resource: TerraformResource): boolean {
  const containers = terraformContainers(resource).filter(({ role }) => role === 'container');
  return (
    containers.length > 0 &&
    containers.every(({ image }) =>
      alternatives(image ?? { type: 'unknown', origin: undefined }).every((option) => {
        if (option.type !== 'text') return false;
        const reference = parseImageReference(option.text.text);
        return reference !== undefined && isDatabaseRepository(reference.repository);
      }),
    )
  );
}

/** What the machines of such programs are called. */
const STORES =
  /(^|[-_./])(vault|consul|etcd|kafka|zookeeper|cassandra|scylla|elasticsearch|opensearch|mongo(db)?|postgres(ql)?|mysql|mariadb|galera|redis|valkey|rabbitmq|clickhouse|influxdb|neo4j|minio|ceph|database|db)s?([-_./]|$)/i;

/** True when the name of the resource, here or in the cloud, says that its machines hold data. */
export function namesDatastore(resource: TerraformResource): boolean {
  const names = ['name', 'name_prefix'].flatMap((name) =>
    alternatives(resource.block.value(name) ?? { type: 'unknown', origin: undefined }).flatMap((option) =>
      option.type === 'text' ? option.text.text : [],
    ),
  );
  return [resource.name, ...names].some((name) => STORES.test(name));
}
