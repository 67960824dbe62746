/** Made by plugins/dictionary.ts. */
declare module 'virtual:dictionary' {
  /** By model: a name for the senses, their order, and the texts that the model gets. */
  export const editions: { readonly small: string; readonly better: string };
  /** Compressed files with senses, best known first. `path` begins at the page's own folder. */
  export const files: readonly { readonly path: string; readonly senses: number; readonly bytes: number }[];
}

/** Made by plugins/better.ts. */
declare module 'virtual:better' {
  /** The address of the host of the model, with a slash at the end. */
  export const host: string;
  /** Bytes of the runtime of the model, which the page loads together with the model. */
  export const runtimeBytes: number;
  /** Loads the code of the model. Null if the build of the page had no transformers.js. */
  export const importBetter: (() => Promise<typeof import('./better')>) | null;
}
