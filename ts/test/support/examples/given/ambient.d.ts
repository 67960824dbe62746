// Modules of examples that this repository does not install. Their types stay open.

declare module '*?url' {
  const url: string;
  export default url;
}
declare module '@huggingface/transformers';
declare module '@tensorflow-models/mobilenet';
declare module '@tensorflow-models/universal-sentence-encoder';
declare module '@tensorflow/tfjs';
declare module 'electron';
declare module 'fake-indexeddb/auto';
declare module 'hyparquet-compressors';
declare module 'vite-plugin-pwa';

/** The global of browser extensions. */
// biome-ignore lint/suspicious/noExplicitAny: the package with the types is not installed
declare const chrome: any;
