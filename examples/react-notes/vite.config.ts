import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const { HOST = 'localhost', PORT = '4173' } = process.env;

export default defineConfig({
  plugins: [react()],
  // The model's package is a link to a folder beside this folder.
  server: { fs: { allow: ['..'] } },
  optimizeDeps: { exclude: ['edgevec-static-model'] },
  preview: { host: HOST, port: Number(PORT), strictPort: true },
});
