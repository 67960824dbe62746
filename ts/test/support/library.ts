/** Builds the library as `npm run build` does, from the engine that is built already. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bin, root } from '../../../scripts/run.mjs';

/** @param folder where the files go, in place of dist/ */
export async function buildLibrary(folder: string): Promise<void> {
  // The configuration looks for browsers if it runs for vitest, and not for a build.
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const args = [bin('vite/bin/vite.js'), 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
  await promisify(execFile)(process.execPath, args, { cwd: root, env });
}
