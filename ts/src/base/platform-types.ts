// Types of the platform that are missing in projects without the DOM library of TypeScript, such as
// most projects for Node. There, each type is `never`: nobody can have such a value.

/** A `Worker`. */
export type PlatformWorker = typeof globalThis extends { readonly Worker: { readonly prototype: infer W } } ? W : never;

/** A `WebAssembly.Module`. */
export type WasmModule = typeof globalThis extends {
  readonly WebAssembly: { readonly Module: { readonly prototype: infer M } };
}
  ? M
  : never;
