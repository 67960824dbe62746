// How tabs tell each other that there is something new.

import type { ChangeChannel, Storage } from '../../storage/storage.js';

/** Among tabs and workers of one origin; undefined if they cannot talk. */
function broadcast(name: string): ChangeChannel | undefined {
  if (typeof BroadcastChannel !== 'function') return undefined;
  const channel = new BroadcastChannel(`edgevec:${name}`);
  return {
    notify: () => channel.postMessage(0),
    onChange: (listener) => {
      channel.onmessage = listener;
    },
    close: () => channel.close(),
  };
}

/** A channel to the others who have a storage open; undefined if there is none. */
export function openChannel({ kind, channel }: Storage, name: string): ChangeChannel | undefined {
  return kind === 'indexeddb' ? broadcast(name) : channel;
}
