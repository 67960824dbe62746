// A host whose events can be silenced.

import type { EdgeVecEvent } from '../base/types.js';
import type { Host } from '../host/host.js';

/** What an application hears of a host. */
export class Voice {
  #isMuted = false;
  /** The listener of the host. A property, since hosts refer to their listeners weakly. */
  readonly listener: (event: EdgeVecEvent) => void;

  constructor(onEvent: (event: EdgeVecEvent) => void) {
    this.listener = (event) => {
      if (!this.#isMuted) onEvent(event);
    };
  }

  /** The application hears no more events of the host. */
  mute(): void {
    this.#isMuted = true;
  }
}

export interface Voiced {
  readonly host: Host;
  /** Whoever holds the host must hold the voice too, or the events end. */
  readonly voice: Voice;
}
