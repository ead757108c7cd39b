import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'server/**/*.test.ts', 'client/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/vscode/**', 'test/apps/**'],
    // The first test of a file loads TypeScript and two WebAssembly parsers, on a busy machine slowly.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
