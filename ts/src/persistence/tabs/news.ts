// How tabs tell each other that there is something new.

import type { News, Storage } from '../../storage/storage.js';

export type { News };

/** Among tabs and workers of one origin; undefined where they cannot talk. */
function broadcast(name: string): News | undefined {
  if (typeof BroadcastChannel !== 'function') return undefined;
  const channel = new BroadcastChannel(`edgevec:${name}`);
  return {
    tell: () => channel.postMessage(0),
    listen: (heard) => {
      channel.onmessage = heard;
    },
    close: () => channel.close(),
  };
}

/** Who else may have a storage open. */
export function others({ kind, news }: Storage, name: string): News | undefined {
  return kind === 'indexeddb' ? broadcast(name) : news;
}
