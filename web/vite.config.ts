import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { getPublicPath } from '../src/http/index.ts';
import { loadConfig } from '../src/main/config/read-config.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Two pages that share no code at run time: a customer's phone loads nothing of the console. `mode` is the page. */
export default defineConfig(({ mode, command }) => {
  // In development, the pages use a server with the same configuration. Built pages work with any server, which writes
  // its path into them.
  const config = command === 'serve' ? loadConfig() : null;
  const publicPath = config === null ? '' : getPublicPath(config.publicUrl);
  const server = `http://127.0.0.1:${config?.port}`;
  const paths = ['/api', '/sandbox', '/health'].map((path) => publicPath + path);
  return {
    root: folder(`./${mode}/`),
    base: `${publicPath}/${mode}/`,
    plugins: [react()],
    experimental: {
      // Scripts and styles find each other under any path.
      renderBuiltUrl: (_file, { hostType }) =>
        hostType === 'html' ? undefined : { relative: true },
    },
    build: {
      outDir: folder(`./dist/${mode}/`),
      emptyOutDir: true,
      // Assets inlined as data: URLs would need a wider content security policy than files.
      assetsInlineLimit: 0,
      target: 'es2023',
      reportCompressedSize: false,
      // The licences of what the files contain, beside them.
      license: { fileName: 'licences.json' },
    },
    server: { proxy: Object.fromEntries(paths.map((path) => [path, server])) },
  };
});
