// The peer dependency. The repository does not install the package, because its runtimes take half
// a gigabyte.

declare module '@huggingface/transformers' {
  export const pipeline: import('./library.js').TransformersLibrary['pipeline'];
  export const env: object;
}
