import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Two pages that share no code at run time: a customer's phone loads nothing of the console. `mode` is the page. */
export default defineConfig(({ mode }) => ({
  root: folder(`./${mode}/`),
  base: `/${mode}/`,
  plugins: [react()],
  build: {
    outDir: folder(`./dist/${mode}/`),
    emptyOutDir: true,
    // Inlined as data: they would need a wider content policy than files of our own.
    assetsInlineLimit: 0,
    target: 'es2023',
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:3000',
      '/sandbox': 'http://127.0.0.1:3000',
      '/health': 'http://127.0.0.1:3000',
    },
  },
}));
