/**
 * Other versions of Node. ts/test/integration/node-versions.test.ts lets each version read data of
 * another version.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stop, task } from './run.mjs';

export const NODE_VERSIONS = [22, 24];

/**
 * Outside the repository, since `npm ci` empties node_modules.
 *
 * @param {number} version
 */
const folderOf = (version) => join(tmpdir(), `edgevec-node-${version}`);

/**
 * The path of this version, if already fetched.
 *
 * @param {number} version
 * @returns {string | undefined}
 */
export function findNode(version) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(folderOf(version), 'node_modules', 'node', 'bin', name);
  if (!existsSync(path)) return undefined;
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return stdout?.startsWith(`v${version}.`) ? path : undefined;
}

/**
 * Fetches a version, if the version is not there. An interrupted fetch leaves no half version
 * behind.
 *
 * @param {number} version
 * @returns {Promise<string>} the path of the program
 */
export async function fetchNode(version) {
  const found = findNode(version);
  if (found !== undefined) return found;
  const folder = folderOf(version);
  const fetched = mkdtempSync(`${folder}-`);
  try {
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', fetched, `node@${version}`];
    const { ok } = await task(`Fetching Node ${version}`, 'npm', args, { showFailure: true });
    if (!ok) throw new Stop(`Node ${version} could not be fetched: check the network and run this again.`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fetched, folder);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
  return /** @type {string} */ (findNode(version));
}

/** Fetches the versions that the tests use. */
export async function fetchNodes() {
  for (const version of NODE_VERSIONS) await fetchNode(version);
}
