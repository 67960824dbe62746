// What was cut off the end of a log. A damaged entry ends the log, and those behind it may be whole:
// they are kept beside it, as they were, until the next checkpoint takes the place of the one they
// followed. Then nobody can tell any more what they would change.

import { type Aside, decodeAside, encodeAside } from '../../format/aside.js';
import { partsIfReadable } from '../../format/entry.js';
import { kindOf } from '../../storage/names.js';
import type { Put, Storage } from '../../storage/storage.js';

/** What chunks of this kind are named. */
export const ASIDE = 'aside';

/** Chunks with all entries; `nameOf` gives the name of the next. */
export function putsOf(aside: Aside, nameOf: (kind: string) => string): Put[] {
  return encodeAside(aside).map((bytes) => ['chunks', nameOf(ASIDE), bytes]);
}

/** What is set aside and was not taken over by a later checkpoint, in the order in which it was. */
export async function readAside(storage: Pick<Storage, 'read' | 'chunks'>, checkpoint?: string): Promise<Named[]> {
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

/** The chunks that are kept for what was cut off the log behind this checkpoint: those with the entries, and those with their parts. */
export async function chunksOfAside(storage: Storage, checkpoint: string): Promise<string[]> {
  const kept: string[] = [];
  for (const { name, entries } of await readAside(storage, checkpoint)) {
    kept.push(name);
    for (const [seq, bytes] of entries) kept.push(...partsIfReadable(bytes, seq));
  }
  return kept;
}

/** Names begin with the time they were made at, to the base of 36, and go on with the number of the name. */
function byTime(a: string, b: string): number {
  const [timeA, , numberA] = a.split('-');
  const [timeB, , numberB] = b.split('-');
  const time = Number.parseInt(timeA as string, 36) - Number.parseInt(timeB as string, 36);
  return time === 0 ? Number(numberA) - Number(numberB) : time;
}
