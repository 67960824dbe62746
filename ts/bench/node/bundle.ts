/** Builds the page like an app's bundler: minified, and with separate chunks for each system. */
import { resolve } from 'node:path';
import { build } from 'vite';
import { edgevec } from '../../build/plugins';
import type { SystemName } from '../job';
import { BROWSER_SYSTEMS } from './catalogue';

/** @param systems only these systems are bundled, so the others need not be installed or built */
export async function bundle(systems: readonly SystemName[], root: string, outDir: string): Promise<void> {
  const bundled = new Set(systems.map((name) => BROWSER_SYSTEMS[name].adapter));
  const left = new Set(Object.values(BROWSER_SYSTEMS).map(({ adapter }) => adapter));
  await bundlePage(resolve(root, 'ts/bench/page'), outDir, (id) => left.has(id) && !bundled.has(id));
}

/**
 * @param folder the folder of the page's index.html
 * @param isLeftOut whether a module is not installed, and so is left out
 */
export async function bundlePage(folder: string, outDir: string, isLeftOut: (id: string) => boolean): Promise<void> {
  const rolldownOptions = { external: isLeftOut };
  await build({
    configFile: false,
    root: folder,
    logLevel: 'error',
    plugins: edgevec(),
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 100_000,
      rolldownOptions,
    },
    worker: { format: 'es', plugins: edgevec, rolldownOptions },
  });
}

/**
 * For a page with many systems: leaves out the packages of the systems that are not installed.
 *
 * @param systems the installed systems
 */
export function leavesOut(systems: readonly SystemName[]): (id: string) => boolean {
  const packages = Object.entries(BROWSER_SYSTEMS)
    .filter(([name]) => !systems.includes(name as SystemName))
    .flatMap(([, system]) => system.packages);
  return (id) => packages.some((name) => id.includes(name));
}
