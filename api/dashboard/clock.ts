/** The city's time: that of its newest data, carried on between two reports. */
export interface CityClock {
  /** Tells the clock the newest event time, read at `pageTime` (both in milliseconds). */
  observe(asOf: number, pageTime: number): void;
  /** The city's time; undefined before the first report. */
  now(pageTime: number): number | undefined;
}

/** Without a report the clock stops after this, rather than run on and seem alive. */
const carryMilliseconds = 10_000;

/** A clock that never runs backwards. */
export function createCityClock(): CityClock {
  let asOf: number | undefined;
  let seenAt = 0;
  let shown: number | undefined;
  return {
    observe: (at, pageTime) => {
      if (asOf !== undefined && at <= asOf) return;
      asOf = at;
      seenAt = pageTime;
    },
    now: (pageTime) => {
      if (asOf === undefined) return undefined;
      const carried = asOf + Math.min(carryMilliseconds, Math.max(0, pageTime - seenAt));
      shown = Math.max(shown ?? carried, carried);
      return shown;
    },
  };
}
