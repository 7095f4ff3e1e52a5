import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.ASSEMBLY_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  // Relative addresses and routes behind `#`: the page works below any path prefix without being told of it.
  base: './',
  build: {
    outDir: '../OrleansAssembly.Server/wwwroot',
    emptyOutDir: true,
    target: 'es2022',
  },
  server: {
    proxy: {
      '/api': server,
      '/hubs': { target: server, ws: true },
    },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.spec.ts'],
  },
  // Specs of reactive code name a browser-like environment; there they get Svelte's reactive build, not the server's.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
});
