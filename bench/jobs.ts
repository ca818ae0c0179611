/** The jobs, as `JOBS.md` has them. */
export const jobs = ['frames', 'single', 'hop'] as const;
export type Job = (typeof jobs)[number];

export const windowSeconds = 60;
/** A window is complete so long after its end. */
export const graceSeconds = 10;
export const hop = { windowSeconds: 300, everySeconds: 10 } as const;

/** Event time at which every feed begins; a full minute. */
export const startAt = Date.UTC(2026, 2, 3, 6, 0);
/** After the last window that is judged, frames go on for so long, so that it is closed. */
export const closingSeconds = 30;
