// The net below `close()`: a database nobody can reach any more ends its worker, which would otherwise live as long as the page.

import type { Host } from './host/host.js';

let registry: FinalizationRegistry<Host> | undefined;

/** Closes `host` some time after `owner` was collected. The host must not refer to its owner. */
export function closeWithOwner(owner: object, host: Host): void {
  registry ??= new FinalizationRegistry((forgotten) => forgotten.close());
  registry.register(owner, host);
}
