/** Builds the page as an app's bundler would: minified, each system in chunks of its own. */
import { resolve } from 'node:path';
import { build } from 'vite';
import { edgevec } from '../../build/plugins';
import type { SystemName } from '../job';

/** The adapter files, as the registry imports them. */
const ADAPTERS: Readonly<Record<SystemName, string>> = {
  edgevec: './edgevec-engine',
  'edgevec (api)': './edgevec-api',
  'hnswlib-wasm': '../peers/hnswlib-wasm',
  'edgevec-0.9': '../peers/edgevec-0.9',
};

/** @param systems only these are bundled: the others need not be installed or built */
export async function bundle(systems: readonly SystemName[], root: string, outDir: string): Promise<void> {
  const left = new Set(
    Object.entries(ADAPTERS)
      .filter(([name]) => !systems.includes(name as SystemName))
      .map(([, file]) => file),
  );
  const external = (id: string): boolean => left.has(id);
  await build({
    configFile: false,
    root: resolve(root, 'ts/bench/page'),
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
      rolldownOptions: { external },
    },
    worker: { format: 'es', plugins: edgevec, rolldownOptions: { external } },
  });
}
