import type { ParsedUrl } from './platform';
import { isInternalHost, isLoopback, type RegistryReference } from './registry-reference';

/** Token services that lie on another domain than their registry, by the registry's name. */
const KNOWN_REALMS: ReadonlyMap<string, string> = new Map([['docker.io', 'auth.docker.io']]);

/** Domains below which anybody may have a name: two hosts below one of them need not have the same owner. */
const SHARED_DOMAINS: ReadonlySet<string> = new Set(
  (
    'amazonaws.com amazonaws.com.cn on.aws azurecr.io azurecr.cn azurewebsites.net azurecontainerapps.io cloudapp.net ' +
    'cloudfront.net pkg.dev run.app appspot.com github.io githubpreview.dev gitlab.io pages.dev workers.dev trycloudflare.com ' +
    'herokuapp.com vercel.app netlify.app fly.dev onrender.com railway.app digitaloceanspaces.com ondigitalocean.app ' +
    'ngrok.io ngrok.app ngrok-free.app duckdns.org nip.io sslip.io scw.cloud jfrog.io'
  ).split(' '),
);

/** `none`: never asked. `anonymous`: asked without credentials. `full`: gets the registry's credentials. */
export type RealmTrust = 'none' | 'anonymous' | 'full';

/**
 * How far the token service that a registry names is trusted (docs/decisions/006-digests.md). Credentials go only to the
 * registry's own host, to a host of the same owner's domain, or to a known pair; and never over plain HTTP from a registry
 * that is asked over HTTPS.
 */
export function trustInRealm(realm: ParsedUrl, reference: RegistryReference): RealmTrust {
  const { host, scheme, registry } = reference;
  if (realm.username !== '' || realm.password !== '') return 'none';
  const isSame = realm.host === host;
  if (realm.protocol === 'http:') {
    if (scheme !== 'http') return 'none';
    return isSame ? 'full' : isLoopback(host) && isLoopback(realm.host) ? 'anonymous' : 'none';
  }
  if (realm.protocol !== 'https:') return 'none';
  if (isSame || KNOWN_REALMS.get(registry) === realm.host) return 'full';
  // A registry of the internet has no business on the user's own network.
  if (isInternalHost(realm.host)) return isInternalHost(host) ? 'anonymous' : 'none';
  return haveSameOwner(hostnameOf(host), realm.hostname) ? 'full' : 'anonymous';
}

/** Same registrable domain, as far as that can be told without the public suffix list; in doubt, no. */
function haveSameOwner(a: string, b: string): boolean {
  const domain = ownersDomain(a);
  return domain !== undefined && domain === ownersDomain(b);
}

/** `example.com` of `registry.eu.example.com`; undefined for addresses and for what may be shared. */
function ownersDomain(host: string): string | undefined {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const top = labels.at(-1) ?? '';
  if (labels.length < 2 || /^\d*$/.test(top) || labels.includes('')) return undefined;
  if (labels.some((_, index) => SHARED_DOMAINS.has(labels.slice(index).join('.')))) return undefined;
  // `co.uk`, `com.au`, `gov.br`: the second level of a country is often open to all.
  const isCountry = top.length === 2 && (labels.at(-2) ?? '').length <= 3;
  const count = isCountry ? 3 : 2;
  return labels.length < count ? undefined : labels.slice(-count).join('.');
}

function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}
