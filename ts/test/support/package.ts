// Makes folders inside the built package. In such a folder, the import name `edgevec` means the
// package.

import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Tells the files of the built package from the folders of tests, which come and go. */
export const isBuilt = (path: string): boolean => !/[\\/]dist[\\/]test-/.test(path);

/** A new folder in the built package. */
export function insidePackage(name: string): string {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'index.js'))) throw new Error('There is no built package: run "npm run build" first.');
  return mkdtempSync(join(dist, `test-${name}-`));
}
