// Chooses where databases are kept on this platform: in IndexedDB if the platform has IndexedDB,
// else in files.

import { chunk } from '../base/chunk.js';
import { EdgeVecError } from '../base/errors.js';
import { type BuiltInModules, builtInModules } from './files/platform.js';
import { hasIndexedDb } from './indexeddb/platform.js';
import type { StorageSite } from './storage.js';

/** The default folder of databases, below the working directory. */
const DIRECTORY = '.edgevec';

/**
 * @param directory the folder that holds a folder for each database, if databases are kept in files
 * @throws `STORAGE_UNAVAILABLE`
 */
export async function localSite(directory: string | undefined): Promise<StorageSite> {
  const found = files(directory);
  if (found !== undefined) {
    // Before the first `await`: the working directory may change meanwhile.
    const root = absolute(found, directory);
    const { FilesSite } = await chunk('the storage in files', () => import('./files/site.js'));
    return FilesSite.at(root);
  }
  if (hasIndexedDb()) {
    const { IndexedDbSite } = await chunk('the storage in IndexedDB', () => import('./indexeddb/site.js'));
    return new IndexedDbSite();
  }
  throw new EdgeVecError('STORAGE_UNAVAILABLE', 'This platform has neither IndexedDB nor a file system', {
    remedy: "To keep the database in memory, pass whenUnavailable: 'memory', or leave out the name.",
  });
}

/**
 * The absolute path of `directory`, by the working directory at the call. The path stays right if
 * the working directory changes. Undefined if databases are not kept in files. Also undefined if no
 * directory was given and nobody can tell the working directory.
 *
 * @throws `STORAGE_UNAVAILABLE` if `directory` is a relative path and nobody can tell the working
 * directory
 */
export function fixedDirectory(directory: string | undefined): string | undefined {
  const found = files(directory);
  if (found === undefined) return undefined;
  try {
    return absolute(found, directory);
  } catch (error) {
    // A database in memory needs no directory. A database with a name gets the error from
    // `localSite`.
    if (directory === undefined) return undefined;
    throw error;
  }
}

/**
 * Whether databases are kept in files: the platform has files, and either no IndexedDB, or a
 * directory is given.
 */
export function isInFiles(directory: string | undefined): boolean {
  return files(directory) !== undefined;
}

function files(directory: string | undefined): BuiltInModules | undefined {
  return directory === undefined && hasIndexedDb() ? undefined : builtInModules();
}

function absolute({ path }: BuiltInModules, directory = DIRECTORY): string {
  try {
    return path.resolve(directory);
  } catch (cause) {
    throw new EdgeVecError('STORAGE_UNAVAILABLE', `The working directory cannot be determined: ${String(cause)}`, {
      remedy: 'Pass an absolute path as the directory.',
      cause,
    });
  }
}
