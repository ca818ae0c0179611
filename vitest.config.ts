import { defineConfig } from 'vitest/config';
import { requiresAll } from './test/services/choice.ts';
import { SkippedReporter } from './test/skipped-reporter.ts';

const skipped = new SkippedReporter(requiresAll(process.env), (line) => console.log(line));

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.arterial/test-report.json' }], skipped],
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
          globalSetup: ['test/services/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
