// Engines with options that only the engine knows.

import type { EngineOptions } from '../../src/base/options.js';
import type { Instance } from '../../src/engine/engine.js';

/**
 * An instance whose engines are made with options of the engine only. The engine's header keeps
 * these options.
 */
export function makingWith(instance: Instance, made: { readonly exactThreshold?: number }): Instance {
  const { bindings } = instance;
  const { Engine } = bindings;
  class Made extends Engine {
    constructor(options: EngineOptions) {
      super({ ...options, ...made });
    }
  }
  return { ...instance, bindings: Object.assign(Object.create(bindings), { Engine: Made }) };
}
