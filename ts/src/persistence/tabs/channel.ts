// Tabs tell each other about changes.

import type { ChangeChannel, StorageBackend } from '../../storage/storage.js';

/**
 * A channel between tabs and workers of one origin. Undefined if the platform has no such channel.
 */
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

/** A channel to the other holders of a storage. Undefined if the storage has no channel. */
export function openChannel({ kind, channel }: StorageBackend, name: string): ChangeChannel | undefined {
  return kind === 'indexeddb' ? broadcast(name) : channel;
}
