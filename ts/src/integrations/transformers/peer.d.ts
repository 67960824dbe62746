// The peer dependency, as far as this entry calls the package. The repository installs the package
// for the demo alone, without the runtimes for Node: `overrides` in package.json replaces them by a
// small package, because they take 300 MB.

declare module '@huggingface/transformers' {
  export const pipeline: import('./library.js').TransformersLibrary['pipeline'];
  export const env: object;
}
