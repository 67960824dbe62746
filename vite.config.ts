// Builds the library. What else vite does here (tests, the demo) is configured beside what it is for.

import { defineConfig } from 'vite';
import { edgevec, emitFiles } from './ts/build/plugins.js';

export default defineConfig({
  plugins: [...edgevec(), emitFiles()],
  build: {
    target: 'es2022',
    sourcemap: true,
    // Readable output: the user's own bundler minifies, and a stack trace should say where it is.
    minify: false,
    lib: { entry: { index: 'ts/src/index.ts', slim: 'ts/src/slim.ts' }, formats: ['es'] },
    rollupOptions: { output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' } },
  },
});
