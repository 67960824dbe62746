// A host whose events can be silenced.

import type { Host } from '../host/host.js';

export interface Voiced {
  readonly host: Host;
  /** The application hears no more events of the host. */
  readonly mute: () => void;
}
