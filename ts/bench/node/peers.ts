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
  const folder = join(root, 'ts/bench/peers');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const missing = (system: SystemName): boolean =>
    BROWSER_SYSTEMS[system].packages.some((name) => {
      const installed = installedVersion(name, root);
      return installed === null || !manifest.dependencies[name].endsWith(installed);
    });
  if (systems.some(missing)) {
    log('Installing the systems to compare with (once) …');
    try {
      const { file, args, shell } = spawnable('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
      execFileSync(file, args, { cwd: folder, stdio: 'pipe', shell });
    } catch (error) {
      log(`npm ci in ts/bench/peers failed: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`);
    }
  }
  return systems.filter((system) => {
    if (missing(system)) log(`${system}: NOT RUN, it could not be installed.`);
    return !missing(system);
  });
}

/** The version of a peer package. Null if the package is not installed. */
export function installedVersion(name: string, root: string): string | null {
  const file = join(root, 'ts/bench/peers/node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}
