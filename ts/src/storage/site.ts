// Where databases are kept on this platform: IndexedDB where there is one, else files.

import { EdgeVecError } from '../errors.js';
import { type Node, node } from './files/node.js';
import { hasIndexedDb, IndexedDbSite } from './indexeddb.js';
import type { StorageSite } from './storage.js';

/** Where files go by default, below the working directory. */
const DIRECTORY = '.edgevec';

/** @param directory where a folder for each database goes; only where there are files @throws `STORAGE_UNAVAILABLE` */
export async function localSite(directory: string | undefined): Promise<StorageSite> {
  const found = files(directory);
  if (found !== undefined) {
    const { FilesSite } = await import('./files/site.js');
    return new FilesSite(found, directory ?? DIRECTORY);
  }
  if (hasIndexedDb()) return new IndexedDbSite();
  throw new EdgeVecError('STORAGE_UNAVAILABLE', 'There is neither IndexedDB nor a file system here', {
    remedy: "To keep the database in memory, pass whenUnavailable: 'memory', or no name.",
  });
}

/** Whether databases are kept in files: where there is no IndexedDB, or a directory is given and means something. */
export function isInFiles(directory: string | undefined): boolean {
  return files(directory) !== undefined;
}

function files(directory: string | undefined): Node | undefined {
  return directory === undefined && hasIndexedDb() ? undefined : node();
}
