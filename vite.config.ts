// Builds the library and says how vitest runs. The demo and the benchmark have configs of their
// own.

import { defineConfig } from 'vitest/config';
import { sharedChunk } from './ts/build/chunks.js';
import { edgevec, emitFiles } from './ts/build/plugins.js';

const { EDGEVEC_TEST_PART: part = 'any' } = process.env;

export default defineConfig(async () => ({
  plugins: [...edgevec(), emitFiles()],
  build: {
    target: 'es2022',
    sourcemap: true,
    // Readable output: the user's own bundler minifies, and a stack trace should say where it is.
    minify: false,
    lib: {
      entry: { index: 'ts/src/index.ts', slim: 'ts/src/slim.ts', sync: 'ts/src/sync.ts' },
      formats: ['es' as const],
    },
    rolldownOptions: {
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        codeSplitting: { groups: [sharedChunk('edgevec', ['ts/src/index.ts', 'ts/src/slim.ts'])] },
      },
    },
  },
  // Of each part of the tests, since they run at the same time.
  cacheDir: `node_modules/.vite/${part}`,
  // Looking for browsers is for tests only.
  ...(!('VITEST' in process.env) ? {} : { test: await (await import('./ts/test/support/projects.js')).testProjects() }),
}));
