/** Installs the other systems, once, in a folder of their own. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnable } from '../../../scripts/run.mjs';
import type { SystemName } from '../job';
import { BROWSER_SYSTEMS } from './catalogue';

/**
 * @returns the systems that can run. A peer that cannot be installed is left out, with a line in
 * the log
 */
export function withPeers(systems: readonly SystemName[], root: string, log: (line: string) => void): SystemName[] {
  const packages = systems.flatMap((system) => BROWSER_SYSTEMS[system].packages);
  const missing = installPeers(root, packages, log);
  return systems.filter((system) => {
    const isMissing = BROWSER_SYSTEMS[system].packages.some((name) => missing.includes(name));
    if (isMissing) log(`${system}: NOT RUN, it could not be installed.`);
    return !isMissing;
  });
}

/**
 * Installs packages of ts/bench/peers.
 *
 * @returns the packages that could not be installed. The log has the reason
 */
export function installPeers(root: string, packages: readonly string[], log: (line: string) => void): string[] {
  const folder = join(root, 'ts/bench/peers');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const missing = (): string[] =>
    packages.filter((name) => {
      const installed = installedVersion(name, root);
      return installed === null || !manifest.dependencies[name].endsWith(installed);
    });
  if (missing().length > 0) {
    log('Installing the systems to compare with (once) …');
    try {
      const { file, args, shell } = spawnable('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
      execFileSync(file, args, { cwd: folder, stdio: 'pipe', shell });
    } catch (error) {
      log(`npm ci in ts/bench/peers failed: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`);
    }
  }
  return missing();
}

/** The version of a peer package. Null if the package is not installed. */
export function installedVersion(name: string, root: string): string | null {
  const file = join(root, 'ts/bench/peers/node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}
