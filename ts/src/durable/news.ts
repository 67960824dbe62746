// How tabs tell each other that there is something new. What is told may be lost or come late: who writes looks for itself.

export interface News {
  /** Tells all others. */
  tell(): void;
  /** Called when another tells. */
  listen(heard: () => void): void;
  close(): void;
}

/** Among tabs and workers of one origin; undefined where they cannot talk. */
export function broadcast(name: string): News | undefined {
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
