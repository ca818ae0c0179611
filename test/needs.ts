/** How a test says what it needs and is skipped without, so that the end of the run can list it. */
import type { TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What is missing, for whoever reads the end of the run. */
    skippedBecause?: string;
    /** Whether what is missing is no part of a checkout, so that nobody can be asked to have it. */
    isElsewhere?: boolean;
  }
}

/** Options of a test that is skipped when something is missing; `missing` is empty or undefined when nothing is. */
export const needs = (missing: string | undefined): TestOptions =>
  missing ? { skip: true, meta: { skippedBecause: missing } } : {};

/** The same for what no checkout has, such as data beside it or the rights of root. */
export const needsElsewhere = (missing: string | undefined): TestOptions =>
  missing ? { skip: true, meta: { skippedBecause: missing, isElsewhere: true } } : {};
