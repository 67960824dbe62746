// Modules of examples that this repository does not install. Their types stay open.

declare module '*?url' {
  const url: string;
  export default url;
}
declare module '@huggingface/transformers';
declare module 'electron';
declare module 'fake-indexeddb/auto';
declare module 'hyparquet-compressors';
