// Modules the build makes: see ts/build/plugins.ts.

/** A build of the engine: gzip in base64. */
declare module 'virtual:edgevec/wasm/*' {
  const text: string;
  export default text;
}

/** The core of the worker's script, as text. */
declare module 'virtual:edgevec/worker' {
  const source: string;
  export default source;
}

/** A part of the worker's script, as text. The part follows the core. */
declare module 'virtual:edgevec/worker/*-part' {
  const source: string;
  export default source;
}

/** In Cloudflare Workers: the engines, compiled by the platform. The package has the files. */
declare module '*/edgevec.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*/edgevec-text.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
