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

/** Every platform with the engine's builds has these functions. */
const NEEDED = ['structuredClone', 'TextEncoder', 'TextDecoder'] as const;

const SIMD = 'WebAssembly SIMD';
const NO_WEBASSEMBLY =
  'Lockdown modes switch WebAssembly off. React Native has no WebAssembly: run EdgeVec in a web view there.';

/** Only Node has `setImmediate`. */
declare const setImmediate: unknown;

/**
 * The best build for this JavaScript engine.
 *
 * @throws `UNSUPPORTED` if the platform lacks a feature of every build
 */
export function bestVariant(): Variant {
  if (typeof WebAssembly !== 'object') throw missing('WebAssembly', NO_WEBASSEMBLY);
  for (const name of NEEDED) if (typeof globalThis[name] !== 'function') throw missing(name);
  if (typeof MessageChannel !== 'function' && typeof setImmediate !== 'function') throw missing('MessageChannel');
  for (const { variant, probe } of CANDIDATES) if (WebAssembly.validate(new Uint8Array(probe))) return variant;
  throw missing(SIMD);
}

/** The build of a module: the compiler has noted the needed features in the module. */
export function variantOf(module: WebAssembly.Module): Variant {
  const [features] = WebAssembly.Module.customSections(module, 'target_features');
  const text = features === undefined ? '' : new TextDecoder().decode(features);
  return text.includes('relaxed-simd') ? 'relaxed-simd' : 'simd128';
}

/** EdgeVec cannot run without the feature. */
export function missing(feature: string, remedy?: string): EdgeVecError {
  const told = isHidden(feature) ? HIDDEN : remedy;
  return new EdgeVecError('UNSUPPORTED', `${feature} is not available here`, {
    expected: 'Chrome 98, Firefox 113, Safari 16.4, Node 20.19 or later',
    ...(told === undefined ? {} : { remedy: told }),
  });
}

/** Every Node that EdgeVec supports has all features but the SIMD of unusual processors. */
const HIDDEN =
  'This Node has the feature, and the test environment hides the feature. Run tests that use EdgeVec in the environment ' +
  '"node": in Jest, begin the file with /** @jest-environment node */.';
const SUPPORTED_NODE = 20;

/**
 * Whether a test environment hides the feature. Jest's environment jsdom leaves `process`, and
 * takes away many features of Node.
 */
function isHidden(feature: string): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: unknown } } };
  const major = Number.parseInt(String(process?.versions?.node), 10);
  return major >= SUPPORTED_NODE && feature !== SIMD;
}
