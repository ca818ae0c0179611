import type { EventTime } from '#domain/time.ts';

const dayMs = 86_400_000;
const written = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})$/;

/**
 * Reads wall-clock times without a zone (`2012-03-01T00:05:00`) as those of one zone. Undefined when the
 * text is malformed or the clock never showed that time (the hour skipped in spring). A time that it showed
 * twice is taken as the first of the two.
 */
export function createLocalClock(timeZone: string): (text: string) => EventTime | undefined {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offsetAt = (at: EventTime): number => {
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const get = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) ?? 0;
    const shown = Date.UTC(
      get('year'),
      get('month') - 1,
      get('day'),
      get('hour'),
      get('minute'),
      get('second'),
    );
    return shown - Math.floor(at / 1000) * 1000;
  };
  const offsetsByDay = new Map<number, readonly [before: number, after: number]>();

  return (text) => {
    const match = written.exec(text);
    if (match === null) return undefined;
    const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const shown = Date.UTC(year, month - 1, day, hour, minute, second);
    if (new Date(shown).toISOString().slice(0, 19) !== text.replace(' ', 'T')) return undefined;
    const start = Math.floor(shown / dayMs) * dayMs;
    let offsets = offsetsByDay.get(start);
    if (offsets === undefined) {
      offsets = [offsetAt(start - dayMs), offsetAt(start + 2 * dayMs)];
      offsetsByDay.set(start, offsets);
    }
    const [before, after] = offsets;
    if (before === after) return shown - before;
    // The clock was changed around this day: only an offset that holds at the time itself is right.
    if (offsetAt(shown - before) === before) return shown - before;
    return offsetAt(shown - after) === after ? shown - after : undefined;
  };
}
