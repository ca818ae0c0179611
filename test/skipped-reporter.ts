/** Ends a run of tests with what was skipped and why, and makes that a failure where nothing may be missing. */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import './needs.ts';

export interface Skipped {
  readonly because: string;
  /** Whether what is missing is no part of a checkout. */
  readonly isElsewhere: boolean;
}

export class SkippedReporter implements Reporter {
  private readonly requiresAll: boolean;
  private readonly say: (line: string) => void;
  private isFiltered = false;

  constructor(requiresAll: boolean, say: (line: string) => void) {
    this.requiresAll = requiresAll;
    this.say = say;
  }

  onInit(vitest: Vitest): void {
    this.isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Of a run that was asked for some tests by name, all others are skipped.
    if (this.isFiltered) return;
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')].map(reasonOf));
    for (const line of summaryOf(skipped, this.requiresAll)) this.say(line);
    if (this.requiresAll && skipped.some(({ isElsewhere }) => !isElsewhere)) process.exitCode = 1;
  }
}

/** What the test says, or what is around it. */
function reasonOf(test: TestCase): Skipped {
  for (let task: TestCase | TestSuite | TestModule = test; task.type !== 'module'; task = task.parent) {
    const { skippedBecause, isElsewhere = false } = task.meta();
    if (skippedBecause !== undefined) return { because: `needs ${skippedBecause}`, isElsewhere };
  }
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return { because: note ?? `says no reason: ${test.fullName}`, isElsewhere: false };
}

/** One line a reason. */
export function summaryOf(skipped: readonly Skipped[], requiresAll: boolean): string[] {
  if (skipped.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { because, isElsewhere } of skipped) {
    const line = `${because}${requiresAll && !isElsewhere ? ', which is required here' : ''}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return ['', ' Skipped:', ...[...counts].map(([line, count]) => `  ${String(count).padStart(4)}  ${line}`)];
}
