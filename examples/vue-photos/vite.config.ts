import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue()],
  preview: { host: process.env.HOST ?? 'localhost', port: Number(process.env.PORT ?? 4173), strictPort: true },
});
