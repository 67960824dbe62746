import { defineConfig } from 'vite';

const { HOST = 'localhost', PORT = '4173' } = process.env;

export default defineConfig({
  // A missing file is an error 404. By default, Vite answers with the page, and a missing file of a
  // model would be read as HTML.
  appType: 'mpa',
  // The package of the small model is a link to a folder beside this folder.
  server: { fs: { allow: ['..'] } },
  optimizeDeps: { exclude: ['edgevec-static-model'] },
  preview: {
    host: HOST,
    port: Number(PORT),
    strictPort: true,
    // transformers.js keeps models in a cache of its own. In private windows, Chromium's cache of
    // requests fails on files of this size.
    headers: { 'Cache-Control': 'no-store' },
  },
});
