// What a database is made of once it is open.

import type { EngineModule } from './engine/load.js';
import type { Host } from './host/host.js';
import { openHost } from './host/open.js';
import type { ResolvedOptions } from './options.js';

export interface Connection {
  readonly host: Host;
  readonly options: ResolvedOptions;
  /** The engine build in use. */
  readonly variant: string;
}

/** Opens a host for an engine. */
export async function connect(
  engine: EngineModule,
  options: ResolvedOptions,
  source?: AsyncIterable<Uint8Array>,
): Promise<Connection> {
  return { host: await openHost(engine, options, source), options, variant: engine.variant };
}
