// The address of the worker's source map, for the worker that starts from text. A blob has no
// folder, so a relative address in the text would lead nowhere.

/** The package's own files, as a server or a CDN has the files: `…/edgevec@1.0.0/dist/chunks/…`. */
const OWN_FILE = /https?:\/\/[^\s()]*\/edgevec(?:@[^/\s()]*)?\/dist\//;

/** The copies that Vite's development server makes of dependencies, beside the package. */
const VITE_COPY = /(https?:\/\/[^\s()]*\/node_modules\/)\.vite\/[^\s()]+/;

/**
 * The address of `worker.js.map`, if the stack of an error names a place beside the map. Undefined
 * in an app whose bundler has merged EdgeVec into its own files.
 */
export function sourceMapUrl(stack: string): string | undefined {
  const [own] = OWN_FILE.exec(stack) ?? [];
  if (own !== undefined) return `${own}worker.js.map`;
  const [, modules] = VITE_COPY.exec(stack) ?? [];
  return modules === undefined ? undefined : `${modules}edgevec/dist/worker.js.map`;
}

/**
 * The comment at the end of the worker's text, or nothing. Only the browser's developer tools read
 * the comment, and only open tools load the map. The stack tells the address, because bundlers
 * replace `import.meta.url` by paths of the machine that builds.
 */
export function sourceMapComment(): string {
  const url = sourceMapUrl(new Error().stack ?? '');
  return url === undefined ? '' : `\n//# sourceMappingURL=${url}\n`;
}
