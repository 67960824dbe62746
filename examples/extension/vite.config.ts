// Several builds into one folder: the pages of the extension are modules, but content scripts are
// single files without imports, and here the service worker is too.

import { defineConfig } from 'vite';

const single = (name: string, entry: string) => ({
  publicDir: false as const,
  build: {
    emptyOutDir: false,
    lib: { entry, formats: ['iife' as const], name, fileName: () => `${name}.js` },
  },
});

export default defineConfig(({ mode }) => {
  if (mode === 'background') return single('background', 'src/background/background.ts');
  if (mode === 'content') return single('content', 'src/content/content.ts');
  if (mode === 'reader') return single('reader', 'src/content/reader.ts');
  return {
    base: './',
    build: {
      target: 'chrome116',
      modulePreload: false,
      rolldownOptions: { input: ['panel.html', 'library.html'] },
    },
  };
});
