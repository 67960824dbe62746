// A snapshot of a stored database: the chunks of its checkpoint, each read when the caller asks.

import { numbered } from '../../format/export-file.js';
import { refsIn } from '../../format/manifest.js';
import type { Pinned } from '../checkpoint/pinned.js';
import type { Snapshot } from './snapshot.js';

export function storedSnapshot(pinned: Pinned): Snapshot {
  const refs = refsIn(pinned.manifest).values();
  return {
    manifest: numbered(pinned.manifest),
    async nextChunk() {
      const { value: ref } = refs.next();
      return ref && pinned.read(ref);
    },
    end: pinned.release,
  };
}
