import type { History } from '#domain/forecast/curriculum.ts';
import type { Subject } from '#domain/forecast/subject.ts';
import { type EventTime, toRfc3339 } from '#domain/time.ts';
import { ArterialError } from '#runtime/errors.ts';

/** A history with what a model's file and its card say of it. */
export interface Source {
  readonly subject: Subject;
  /** The value that counts as 100, and its unit. */
  readonly span: number;
  readonly unit: string;
  readonly history: History;
  /** Ends of the first and the last tick. */
  readonly from: EventTime;
  readonly to: EventTime;
}

const daySeconds = 86_400;
/** Of less nothing worth it is learned: a profile needs a few days, and a fifth is held out. */
const leastDays = 5;

/** The source as it is, if there is enough of it. */
export function enough(source: Source): Source {
  const { history, from, to } = source;
  const days = (history.ticks.length * history.pace.tickSeconds) / daySeconds;
  if (history.sensors.length > 0 && days >= leastDays) return source;
  throw new ArterialError(
    'config.invalid',
    `${history.sensors.length} sensors and ${days.toFixed(1)} days of data` +
      `${history.ticks.length > 0 ? `, ${toRfc3339(from)} to ${toRfc3339(to)}` : ''}; ` +
      `at least ${leastDays} days would be right`,
  );
}

/** Share of the values that are missing, 0..1. */
export function missingShare({ values }: History): number {
  let missing = 0;
  for (const value of values) if (Number.isNaN(value)) missing++;
  return values.length === 0 ? 0 : missing / values.length;
}
