import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const backend = { environment: 'node', testTimeout: 20_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...backend,
          name: 'unit',
          include: ['{packages,services,cli,bench,scripts,deploy}/**/*.test.ts', 'test/chaos/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.int.test.ts'],
        },
      },
      {
        test: {
          ...backend,
          name: 'integration',
          include: ['{packages,services,cli,deploy}/**/*.int.test.ts', 'test/e2e/**/*.test.ts'],
        },
      },
      { plugins: [vue()], test: { name: 'web', environment: 'happy-dom', include: ['web/**/*.test.ts'] } },
      {
        test: {
          ...backend,
          name: 'browser',
          testTimeout: 90_000,
          // What a page comes to is waited for: how long that takes says nothing on a machine with other work.
          expect: { poll: { timeout: 15_000 } },
          include: ['test/browser/**/*.test.ts'],
        },
      },
      {
        test: {
          ...backend,
          name: 'compose',
          testTimeout: 600_000,
          hookTimeout: 900_000,
          include: ['test/compose/**/*.test.ts'],
        },
      },
    ],
  },
});
