import react from '@vitejs/plugin-react';
import optimize_locales from '@react-aria/optimize-locales-plugin';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { defineConfig } from 'vitest/config';

// `npm run dev` answers /api itself, from the API's examples.
function mock() {
  return {
    name: 'rampart-mock',
    async configureServer(server: {
      middlewares: { use: (handle: (req: IncomingMessage, res: ServerResponse, next: () => void) => void) => void };
    }) {
      const url = new URL('./mock/server.mjs', import.meta.url).href;
      const { make_handler } = (await import(url)) as {
        make_handler: (options: object) => (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
      };
      const handle = make_handler({ domains: 100_000, demo: true });
      server.middlewares.use((req, res, next) => void handle(req, res).then((done) => done || next()));
    },
  };
}

export default defineConfig({
  plugins: [react(), optimize_locales.vite({ locales: ['en-US'] }), mock()],
  build: {
    target: 'es2022',
    // A font or picture inside a stylesheet would be a data: address, which the policy does not allow.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'],
  },
});
