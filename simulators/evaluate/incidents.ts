import { minutes, seconds } from '#domain/time.ts';
import { metersBetween } from '../roads.ts';
import type { IncidentTruth } from '../truth.ts';
import type { IncidentRow } from './measures.ts';
import { medianOf } from './score.ts';

export interface IncidentScore {
  readonly happened: number;
  readonly detected: number;
  readonly missed: number;
  /** Said, but nothing of the kind was there. */
  readonly false: number;
  /** Said of an incident that was already said. */
  readonly repeated: number;
  /** From its start to the first word of it; undefined when none was detected. */
  readonly medianDelaySeconds: number | undefined;
}

/** What people call things: their word may stand for any of these. */
const kindsMeant: Readonly<Record<string, readonly string[]>> = {
  accident: ['stoppedVehicle'],
  obstacle: ['stoppedVehicle', 'debris'],
  other: ['pedestrianOnRoad', 'wrongWay', 'smoke'],
};

/** Farther apart than this it is another incident, where the links differ. Metres. */
const nearMeters = 150;
/** A word may come this long before the start by the measuring device's clock, and this long after the end. */
const early = seconds(90);
const tardy = minutes(10);

/** Matches what was said with what happened: by kind, place and time; each word with at most one incident. */
export function scoreIncidents(
  truths: readonly IncidentTruth[],
  rows: readonly IncidentRow[],
): IncidentScore {
  const delays = new Map<number, number>();
  let wrong = 0;
  let repeated = 0;
  const byTime = [...rows].sort((a, b) => a.detected_at - b.detected_at);
  for (const row of byTime) {
    const matching = truths.filter((truth) => isOf(truth, row));
    const fresh = matching.find(({ incident }) => !delays.has(incident));
    if (fresh !== undefined) delays.set(fresh.incident, Math.max(0, row.detected_at - fresh.start) / 1000);
    else if (matching.length > 0) repeated++;
    else wrong++;
  }
  return {
    happened: truths.length,
    detected: delays.size,
    missed: truths.length - delays.size,
    false: wrong,
    repeated,
    medianDelaySeconds: medianOf([...delays.values()]),
  };
}

function isOf(truth: IncidentTruth, row: IncidentRow): boolean {
  const isKind = row.kind === truth.what || (kindsMeant[row.kind] ?? []).includes(truth.what);
  if (!isKind) return false;
  if (row.detected_at < truth.start - early || row.started_at > truth.end + tardy) return false;
  return (
    row.link === truth.link || metersBetween([row.longitude, row.latitude], truth.position) <= nearMeters
  );
}
