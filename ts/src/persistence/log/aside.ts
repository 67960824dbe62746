// Keeps the entries that were cut off the end of a log. A damaged entry ends the log, and the
// entries behind the damage may be whole. The cut entries stay as they were until a later
// checkpoint replaces the checkpoint before them. After that, nobody can tell what the cut entries
// would change.

import { type Aside, decodeAside, encodeAside } from '../../format/aside.js';
import { partsIfReadable } from '../../format/entry.js';
import { kindOf } from '../../storage/names.js';
import type { Put, StorageBackend } from '../../storage/storage.js';

/** The kind in the names of these chunks. */
export const ASIDE = 'aside';

/** The chunks with all cut entries. `nameOf` gives the name of the next chunk. */
export function putsOf(aside: Aside, nameOf: (kind: string) => string): Put[] {
  return encodeAside(aside).map((bytes) => ['chunks', nameOf(ASIDE), bytes]);
}

/**
 * The sets of cut entries, in the order of their making. With `checkpoint`, only the sets that
 * follow this checkpoint.
 */
export async function readAside(
  storage: Pick<StorageBackend, 'read' | 'chunks'>,
  checkpoint?: string,
): Promise<Named[]> {
  const found: Named[] = [];
  const names = (await storage.chunks()).filter((name) => kindOf(name) === ASIDE);
  for (const name of names.sort(byTime)) {
    const bytes = await storage.read('chunks', name);
    const aside = bytes && decodeAside(bytes);
    if (aside !== undefined && (checkpoint === undefined || aside.checkpoint === checkpoint)) {
      found.push({ ...aside, name });
    }
  }
  return found;
}

export interface Named extends Aside {
  readonly name: string;
}

/**
 * The chunks to keep for the cut entries behind this checkpoint: the chunks of the entries, and the
 * chunks of their parts.
 */
export async function chunksOfAside(storage: StorageBackend, checkpoint: string): Promise<string[]> {
  const kept: string[] = [];
  for (const { name, entries } of await readAside(storage, checkpoint)) {
    kept.push(name);
    for (const [seq, bytes] of entries) kept.push(...partsIfReadable(bytes, seq));
  }
  return kept;
}

/** Orders names by their time, which is the first field in base 36, and then by their number. */
function byTime(a: string, b: string): number {
  const [timeA, , numberA] = a.split('-');
  const [timeB, , numberB] = b.split('-');
  const time = Number.parseInt(timeA as string, 36) - Number.parseInt(timeB as string, 36);
  return time === 0 ? Number(numberA) - Number(numberB) : time;
}
