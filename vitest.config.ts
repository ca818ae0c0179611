import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.arterial/test-report.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['node_modules/**', '**/*.int.test.ts', 'test/e2e/**', '.arterial/**'],
        },
      },
      {
        test: {
          name: 'int',
          include: ['**/*.int.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: ['node_modules/**', '.arterial/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
