// Packages of the operating system that tests need. Installed only by root on a Debian-like system: elsewhere the test
// that needs one says what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the tests need besides Node: a browser, a registry, container tools, Packer. */
export const TEST_PACKAGES = ['chromium', 'docker-registry', 'podman', 'buildah', 'runc', 'busybox-static', 'packer'];

/**
 * Installs Debian packages that are not installed yet.
 *
 * @param {string[]} names
 * @returns {boolean} whether all of them are installed now
 */
export function ensurePackages(names) {
  if (!existsSync('/usr/bin/apt-get')) return false;
  const missing = () => names.filter((name) => !isInstalled(name));
  if (missing().length === 0) return true;
  if (process.getuid?.() !== 0) return false;
  console.log(`Installing ${missing().join(', ')} (apt-get) …`);
  // The lists of a fresh machine are empty or old, so an install that fails is tried again after an update.
  if (install(missing())) return true;
  return apt(['update', '--quiet']) && install(missing());
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat=${db:Status-Status}', name], {
    encoding: 'utf8',
  });
  return stdout === 'installed';
}

function install(names) {
  // Another test may be installing something.
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  return apt([...wait, 'install', '--yes', '--quiet', '--no-install-recommends', ...names]);
}

function apt(args) {
  const { status } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
