// What a database is made of once it is open.

import type { ResolvedOptions } from '../base/options.js';
import type { EngineModule } from '../engine/load.js';
import type { Host } from './host.js';
import { openHost } from './open.js';

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
