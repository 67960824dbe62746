// The builds of the engine, best first, each with a tiny module that validates only if the build
// would run.

import { EdgeVecError } from '../base/errors.js';

/** A build of the engine. */
export type Variant = 'relaxed-simd' | 'simd128';

interface Candidate {
  readonly variant: Variant;
  readonly probe: readonly number[];
}

const CANDIDATES: readonly Candidate[] = [
  {
    variant: 'relaxed-simd',
    // (module (func (result v128) i32.const 0 i8x16.splat dup dup
    // i32x4.relaxed_dot_i8x16_i7x16_add_s), the splats written out
    probe: [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15,
      65, 0, 253, 15, 253, 147, 2, 11,
    ],
  },
  {
    variant: 'simd128',
    // (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt))
    probe: [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
    ],
  },
];

/**
 * The best build for this JavaScript engine.
 *
 * @throws `UNSUPPORTED` if the platform lacks a feature of every build
 */
export function bestVariant(): Variant {
  if (typeof WebAssembly !== 'object') throw missing('WebAssembly', 'Lockdown modes switch it off.');
  if (typeof structuredClone !== 'function') throw missing('structuredClone');
  for (const { variant, probe } of CANDIDATES) if (WebAssembly.validate(new Uint8Array(probe))) return variant;
  throw missing('WebAssembly SIMD');
}

/** The build of a module: the compiler has noted the needed features in the module. */
export function variantOf(module: WebAssembly.Module): Variant {
  const [features] = WebAssembly.Module.customSections(module, 'target_features');
  const text = features === undefined ? '' : new TextDecoder().decode(features);
  return text.includes('relaxed-simd') ? 'relaxed-simd' : 'simd128';
}

/** EdgeVec cannot run without it. */
export function missing(what: string, remedy?: string): EdgeVecError {
  return new EdgeVecError('UNSUPPORTED', `${what} is not available here`, {
    expected: 'Chrome 98, Firefox 113, Safari 16.4, Node 20.19 or later',
    ...(remedy === undefined ? {} : { remedy }),
  });
}
