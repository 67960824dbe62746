/** Made by plugins/dictionary.ts. */
declare module 'virtual:dictionary' {
  /** Names the senses and their order. */
  export const edition: string;
  /** Compressed files with senses, best known first. `path` begins at the page's own folder. */
  export const files: readonly { readonly path: string; readonly senses: number; readonly bytes: number }[];
}
