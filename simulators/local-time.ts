import { type EventTime, floorTo, minutes } from '#domain/time.ts';

/** The hour of the day and the kind of day at one place. */
export interface LocalTime {
  /** Hour with its fraction, 0 <= hour < 24. */
  readonly hour: number;
  readonly weekend: boolean;
}

/** Tells local time in an IANA zone. Rates of demand depend on it; nothing on the wire does. */
export function createLocalTime(timeZone: string): (at: EventTime) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  // Zones change their shift on a quarter of an hour at the earliest, so one look-up serves 15 minutes.
  const quarter = minutes(15);
  let knownFrom = Number.NaN;
  let known: LocalTime = { hour: 0, weekend: false };
  return (at) => {
    const from = floorTo(at, quarter);
    if (from !== knownFrom) {
      const parts = new Map(format.formatToParts(from).map(({ type, value }) => [type, value]));
      const weekday = parts.get('weekday');
      known = {
        hour: Number(parts.get('hour')) + Number(parts.get('minute')) / 60,
        weekend: weekday === 'Sat' || weekday === 'Sun',
      };
      knownFrom = from;
    }
    return { hour: known.hour + (at - from) / 3_600_000, weekend: known.weekend };
  };
}
