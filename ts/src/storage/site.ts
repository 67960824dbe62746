// Where databases are kept on this platform: IndexedDB where there is one, else files.

import { EdgeVecError } from '../base/errors.js';
import { type NodePlatform, node } from './files/node.js';
import { hasIndexedDb } from './indexeddb/platform.js';
import { IndexedDbSite } from './indexeddb/site.js';
import type { StorageSite } from './storage.js';

/** Where files go by default, below the working directory. */
const DIRECTORY = '.edgevec';

/**
 * @param directory the folder that holds a folder for each database, if databases are kept in files
 * @throws `STORAGE_UNAVAILABLE`
 */
export async function localSite(directory: string | undefined): Promise<StorageSite> {
  const found = files(directory);
  if (found !== undefined) {
    // Before anything is waited for: the working directory may be another by then.
    const root = absolute(found, directory);
    const { FilesSite } = await import('./files/site.js');
    return new FilesSite(found, root);
  }
  if (hasIndexedDb()) return new IndexedDbSite();
  throw new EdgeVecError('STORAGE_UNAVAILABLE', 'There is neither IndexedDB nor a file system here', {
    remedy: "To keep the database in memory, pass whenUnavailable: 'memory', or no name.",
  });
}

/**
 * The same directory for good: an absolute path, by what the working directory is now. Undefined if
 * databases are not kept in files, or if nobody can tell the working directory and none was given.
 *
 * @throws `STORAGE_UNAVAILABLE` if nobody can tell the working directory that the path begins at
 */
export function fixedDirectory(directory: string | undefined): string | undefined {
  const found = files(directory);
  if (found === undefined) return undefined;
  try {
    return absolute(found, directory);
  } catch (error) {
    // A database in memory needs no directory. One with a name is told when it asks for its site.
    if (directory === undefined) return undefined;
    throw error;
  }
}

/** Whether databases are kept in files: where there is no IndexedDB, or a directory is given and means something. */
export function isInFiles(directory: string | undefined): boolean {
  return files(directory) !== undefined;
}

function files(directory: string | undefined): NodePlatform | undefined {
  return directory === undefined && hasIndexedDb() ? undefined : node();
}

function absolute({ resolve }: NodePlatform, directory = DIRECTORY): string {
  try {
    return resolve(directory);
  } catch (cause) {
    throw new EdgeVecError('STORAGE_UNAVAILABLE', 'The working directory is not known', {
      expected: 'one that the directory for databases can begin at',
      got: String(cause),
      remedy: 'Pass a directory that is an absolute path.',
      cause,
    });
  }
}
