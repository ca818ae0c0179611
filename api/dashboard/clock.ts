/** The city's time: that of its newest data, carried on between two reports. */
export interface CityClock {
  /** Tells the clock the newest event time, read at `pageTime` (both in milliseconds). */
  observe(asOf: number, pageTime: number): void;
  /** The city's time; undefined before the first report. */
  now(pageTime: number): number | undefined;
}

/** Without a report the clock stops after this, rather than run on and seem alive. */
const carryMilliseconds = 10_000;
/** Two reports that are nearer than this say little of how fast time runs. */
const apartMilliseconds = 2_000;

/**
 * A clock that never runs backwards. A simulated city may run faster than the page: how fast is learnt from the
 * reports, so that the seconds between two of them are neither skipped nor waited for.
 */
export function createCityClock(): CityClock {
  let asOf: number | undefined;
  let seenAt = 0;
  let rate = 1;
  let anchor: { readonly asOf: number; readonly seenAt: number } | undefined;
  let shown: number | undefined;
  return {
    observe: (at, pageTime) => {
      if (asOf !== undefined && at <= asOf) return;
      asOf = at;
      seenAt = pageTime;
      anchor ??= { asOf: at, seenAt };
      if (pageTime - anchor.seenAt < apartMilliseconds) return;
      const measured = (at - anchor.asOf) / (pageTime - anchor.seenAt);
      rate = Math.abs(measured - 1) < 0.25 ? 1 : measured;
      anchor = { asOf: at, seenAt };
    },
    now: (pageTime) => {
      if (asOf === undefined) return undefined;
      const carried = asOf + rate * Math.min(carryMilliseconds, Math.max(0, pageTime - seenAt));
      shown = Math.max(shown ?? carried, carried);
      return shown;
    },
  };
}
