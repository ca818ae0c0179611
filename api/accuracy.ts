/** How well forecasts kept their word, from the sums that the forecasters have written hour by hour. */
import { accuracyWindow } from '#domain/forecast/accuracy.ts';
import type { Subject } from '#domain/forecast/subject.ts';
import { utcOffset } from '#domain/local-time.ts';
import type { EventTime } from '#domain/time.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import type { AccuracyGroupJson } from './accuracy-shapes.ts';
import type { Range } from './range.ts';

export const groupings = ['horizon', 'sensor', 'hour'] as const;
export type Grouping = (typeof groupings)[number];

/** Fewer judged targets say nothing. */
export const enoughJudged = 20;
const hoursADay = 24;

const summed = [
  'judged',
  'held',
  'absolute_error',
  'persistence_judged',
  'persistence_error',
  'absolute_error_beside_persistence',
  'profile_judged',
  'profile_error',
  'absolute_error_beside_profile',
  'width',
  'interval_score',
] as const;
type Sums = Readonly<Record<(typeof summed)[number], number>>;

const columnsBy = { horizon: 'horizon_minutes', sensor: 'id', hour: 'window_start' } as const;

export interface AccuracyAsked {
  readonly subject: Subject;
  readonly id?: string;
  readonly horizonMinutes?: number;
  readonly by: Grouping;
}

/** The groups that something was judged in: by horizon, by hour of the day, or the sensors, the worst first. */
export async function readAccuracy(
  store: Pick<MeasureStore, 'sums'>,
  { subject, id, horizonMinutes, by }: AccuracyAsked,
  { from, to }: Pick<Range, 'from' | 'to'>,
  timeZone: string,
): Promise<AccuracyGroupJson[]> {
  const rows = await store.sums({
    table: 'forecast_accuracy',
    where: {
      subject,
      ...(id === undefined ? {} : { id }),
      ...(horizonMinutes === undefined ? {} : { horizon_minutes: horizonMinutes }),
    },
    timeColumn: 'window_start',
    from,
    to,
    by: [columnsBy[by]],
    sums: summed,
  });
  if (by === 'hour')
    return [...byLocalHour(rows, timeZone)].map(([localHour, sums]) => ({
      localHour,
      ...figuresOf(sums, subject),
    }));
  if (by === 'horizon')
    return rows.map((row) => ({
      horizonMinutes: row['horizon_minutes'] as number,
      ...figuresOf(row as Sums, subject),
    }));
  return worstFirst(rows).map((row) => ({ id: row['id'] as string, ...figuresOf(row as Sums, subject) }));
}

/** By the hour of the day on the clocks of the city; where they are off by part of an hour, by its beginning. */
function byLocalHour(rows: readonly Row[], timeZone: string): ReadonlyMap<number, Sums> {
  const hours = new Map<number, Sums>();
  for (const row of rows) {
    const at = row['window_start'] as EventTime;
    const hour = Math.floor((at + utcOffset(at, timeZone)) / accuracyWindow) % hoursADay;
    const known = hours.get(hour);
    const sums = summed.map((name) => [name, (known?.[name] ?? 0) + (row[name] as number)]);
    hours.set(hour, Object.fromEntries(sums) as Sums);
  }
  return new Map([...hours].sort(([a], [b]) => a - b));
}

/** By mean absolute error; those of which too little was judged last. */
const worstFirst = (rows: readonly Row[]): readonly Row[] => {
  const error = (row: Row): number => {
    const { judged, absolute_error: sum } = row as Sums;
    return judged < enoughJudged ? -1 : sum / judged;
  };
  return [...rows].sort((a, b) => error(b) - error(a));
};

/** Sums are of 0.1 km/h, or of permille of capacity: a tenth of the unit shown either way. */
function figuresOf(sums: Sums, subject: Subject): AccuracyGroupJson {
  const { judged, held, persistence_judged: persistenceJudged, profile_judged: profileJudged } = sums;
  const mean = (sum: number, count: number): number | null =>
    count < enoughJudged ? null : rounded(sum / count / 10);
  const skill = (own: number, other: number, count: number): number | null =>
    count < enoughJudged || other === 0 ? null : rounded(1 - own / other);
  const errors = [
    mean(sums.absolute_error, judged),
    mean(sums.persistence_error, persistenceJudged),
    mean(sums.profile_error, profileJudged),
    mean(sums.width, judged),
    mean(sums.interval_score, judged),
  ] as const;
  const [error, persistence, profile, width, score] = errors;
  return {
    judged,
    persistenceJudged,
    profileJudged,
    ...(subject === 'link'
      ? {
          meanAbsoluteErrorKph: error,
          persistenceErrorKph: persistence,
          profileErrorKph: profile,
          meanWidthKph: width,
          meanIntervalScoreKph: score,
        }
      : {
          meanAbsoluteErrorPercent: error,
          persistenceErrorPercent: persistence,
          profileErrorPercent: profile,
          meanWidthPercent: width,
          meanIntervalScorePercent: score,
        }),
    skillAgainstPersistence: skill(
      sums.absolute_error_beside_persistence,
      sums.persistence_error,
      persistenceJudged,
    ),
    skillAgainstProfile: skill(sums.absolute_error_beside_profile, sums.profile_error, profileJudged),
    coverage: judged < enoughJudged ? null : rounded(held / judged),
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
