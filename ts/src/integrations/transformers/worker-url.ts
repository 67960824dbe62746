// The address of the worker's script.

/**
 * The address of a file beside the built entry. The build (ts/build/integrations.ts) writes
 * `new URL('./FILE', import.meta.url)` in place of each call: bundlers look for exactly these
 * words. Here, the build of the library itself would look for the file.
 */
export const fileBeside = (file: string): URL => new URL(file, import.meta.url);
