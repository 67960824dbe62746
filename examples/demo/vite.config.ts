import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { better } from './plugins/better.js';
import { dictionary } from './plugins/dictionary.js';
import { offline, SERVICE_WORKER } from './plugins/offline.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Inside the repository, the page runs on the library just built, and on the model beside the page.
// Elsewhere, the page runs on the installed packages.
const inRepository = existsSync(at('../../ts/src/index.ts'));
const alias = [
  { find: /^edgevec$/, replacement: at('../../dist/index.js') },
  { find: /^edgevec\/transformers$/, replacement: at('../../dist/transformers.js') },
  { find: /^edgevec-static-model$/, replacement: at('../static-model/src/index.js') },
  { find: /^edgevec-static-model\/(?=static-en-256\.bin)/, replacement: at('../static-model/src/') },
];

// Cross-origin isolation gives a page a finer clock (5 µs instead of 100 µs in Chromium). The
// latencies on the page are then finer too.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  root: at('.'),
  base: './',
  // A missing file is an error 404, as on a static host.
  appType: 'mpa',
  plugins: [dictionary(), better(), offline()],
  resolve: { alias: inRepository ? alias : [] },
  server: { headers: isolation, fs: { allow: [at('../..')] } },
  preview: { headers: isolation },
  optimizeDeps: { exclude: ['edgevec-static-model'] },
  build: {
    target: 'es2022',
    // transformers.js is a single large file.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      // Making the dictionary takes seconds, and is expected.
      checks: { bundlerTimings: false },
      input: { dictionary: at('index.html'), lab: at('lab/index.html'), sw: at('src/offline/sw.ts') },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? SERVICE_WORKER : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
});
