import type { CityClock } from '#runtime/clock.ts';
import type { MeasureStore } from '#runtime/measures.ts';

/** Time of the machine. Milliseconds. */
const every = 60 * 60_000;
const dayMilliseconds = 24 * 60 * 60_000;

/** Removes what is older than so many days of city time, and the like, now and once an hour; 0 days keep all. */
export function startHousekeeping(
  store: MeasureStore,
  clock: CityClock,
  retentionDays: number,
  say: (line: string) => void,
): { stop(): Promise<void> } {
  let working: Promise<void> | undefined;
  const work = (): void => {
    const keepFrom = retentionDays > 0 ? clock.now() - retentionDays * dayMilliseconds : undefined;
    working ??= store
      .maintain(keepFrom)
      .catch((error: unknown) => say(`housekeeping failed, and is tried again in an hour: ${error}`))
      .finally(() => {
        working = undefined;
      });
  };
  work();
  const timer = setInterval(work, every);
  return {
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
