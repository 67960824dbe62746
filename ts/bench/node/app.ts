/** Builds a page of ts/bench/page for the benchmarks that need no data. */
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { edgevec } from '../../build/plugins';

/** @returns the folder to serve. The page is `<name>.html` in the folder */
export async function buildApp(root: string, name: string): Promise<string> {
  const app = join(root, '.bench', name);
  await build({
    configFile: false,
    root: resolve(root, 'ts/bench/page'),
    logLevel: 'error',
    plugins: edgevec(),
    build: {
      outDir: app,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 100_000,
      rolldownOptions: { input: resolve(root, `ts/bench/page/${name}.html`) },
    },
    worker: { format: 'es', plugins: edgevec },
  });
  return app;
}
