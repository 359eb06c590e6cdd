import { parseImageReference } from '../image-reference';

/** Images that come with a `HEALTHCHECK` of their own, by their repository. */
const CHECKED =
  /^(docker\.io\/(mysql\/mysql-server|gitlab\/gitlab-(ce|ee)|pihole\/pihole|vaultwarden\/server|louislam\/uptime-kuma|containrrr\/watchtower|axllent\/mailpit|jellyfin\/jellyfin|netdata\/netdata|authelia\/authelia|itzg\/minecraft-server|plexinc\/pms-docker|qmcgaw\/gluetun|filebrowser\/filebrowser|syncthing\/syncthing|google\/cadvisor)|gcr\.io\/cadvisor\/cadvisor|container-registry\.oracle\.com\/mysql\/.*|ghcr\.io\/immich-app\/.*)$/;

/** True when the image is known to bring its own `HEALTHCHECK`. */
export function bringsHealthcheck(image: string): boolean {
  return CHECKED.test(parseImageReference(image)?.repository ?? '');
}

/**
 * The command by which the maker of a well-known image has it checked, as a compose `test` list. It uses programs that the
 * image ships and needs no password. Undefined for other images.
 */
export function knownCheck(image: string): string | undefined {
  const reference = parseImageReference(image);
  if (!reference) return undefined;
  const major = Number(/^v?(\d+)/.exec(reference.tag ?? '')?.[1] ?? Number.NaN);
  switch (reference.repository) {
    case 'docker.io/library/postgres':
    case 'docker.io/postgis/postgis':
    case 'docker.io/pgvector/pgvector':
    case 'docker.io/timescale/timescaledb':
      return '["CMD-SHELL", "pg_isready -U $${POSTGRES_USER:-postgres}"]';
    case 'docker.io/library/redis':
      return '["CMD", "redis-cli", "ping"]';
    case 'docker.io/valkey/valkey':
      return '["CMD", "valkey-cli", "ping"]';
    case 'docker.io/library/mysql':
      return '["CMD", "mysqladmin", "ping", "-h", "127.0.0.1"]';
    case 'docker.io/library/mariadb':
      // Older images have no such program under that name.
      return major >= 11 ? '["CMD", "mariadb-admin", "ping", "-h", "127.0.0.1"]' : undefined;
    case 'docker.io/library/rabbitmq':
      return '["CMD", "rabbitmq-diagnostics", "-q", "ping"]';
    case 'docker.io/library/mongo':
      // mongosh came with the images of MongoDB 5.
      return major >= 5 ? `["CMD", "mongosh", "--quiet", "--eval", "db.adminCommand('ping')"]` : undefined;
    default:
      return undefined;
  }
}
