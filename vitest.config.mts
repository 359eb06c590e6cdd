import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Mocha runs these inside a real VS Code.
    exclude: ['test/vscode/**', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Guards against hangs, not measures of speed: CI machines are slow and shared.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests must not depend on the machine.
    env: { TZ: 'UTC', NO_COLOR: '1', FORCE_COLOR: '', IMMUTABLE_CONFIG: '' },
  },
});
