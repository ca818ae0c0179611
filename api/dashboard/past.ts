import { type Incident, type LinkState, momentOf, type ParkingState } from './model.ts';
import type { City } from './state.ts';

/** What the API says of one minute of the past. */
export interface PastRead {
  readonly links: readonly LinkState[];
  readonly facilities: readonly ParkingState[];
  /** Every incident that is known, ended or not. */
  readonly incidents: readonly Incident[];
}

/** The city at a minute of the past: traffic, car parks and incidents. */
export interface Past {
  /** Milliseconds. */
  readonly at: number;
  readonly links: City['links'];
  readonly parking: City['parking'];
  readonly incidents: City['incidents'];
  /** `unread` when the server did not answer, `nothing` when nothing was measured then. */
  readonly kind: 'measured' | 'nothing' | 'unread';
}

const minute = 60_000;
/** How far one can look back, in minutes. */
export const spanMinutes = 180;

/** The instant of a position on the slider; 0 is live, and -1 the newest minute of which all is in. */
export const instantAt = (position: number, now: number): number | undefined =>
  position >= 0 ? undefined : (Math.floor(now / minute) + position - 1) * minute;

/** Where an instant lies on the slider. */
export const positionOf = (at: number | undefined, now: number): number =>
  at === undefined
    ? 0
    : Math.min(-1, Math.max(-spanMinutes, Math.floor(at / minute) - Math.floor(now / minute) + 1));

/** The city at `at` from what the API says; an incident is there from when it was detected until it ended. */
export function pastOf(at: number, { links, facilities, incidents }: PastRead): Past {
  const open = incidents.filter((incident) => {
    const detected = momentOf(incident.detectedAt);
    const ended = momentOf(incident.endedAt);
    return detected !== undefined && detected <= at && (ended === undefined || ended > at);
  });
  return {
    at,
    links: new Map(links.map((link) => [link.link, link])),
    parking: new Map(facilities.map((facility) => [facility.facility, facility])),
    // How far it had been confirmed by then is not kept.
    incidents: new Map(open.map((item) => [item.incident, { ...item, status: undefined, endedAt: null }])),
    kind: links.some((link) => link.quality !== 'missing') ? 'measured' : 'nothing',
  };
}

const unread = (at: number): Past => ({
  ...pastOf(at, { links: [], facilities: [], incidents: [] }),
  kind: 'unread',
});

/** The live city with what is known of the past in its place. Advice belongs to its own minute and is left out. */
export const cityThen = (live: City, past: Past): City => ({
  ...live,
  links: past.links,
  parking: past.parking,
  incidents: past.incidents,
  intersections: noIntersections,
  recommendations: noRecommendations,
});
const noIntersections: City['intersections'] = new Map();
const noRecommendations: City['recommendations'] = new Map();

/**
 * Reads minutes of the past one at a time. While one is read only the last that was asked for waits, so that a
 * drag across hours asks for what the server can answer, and ends where it was let go. Undefined is live.
 */
export function createPastReader(
  read: (at: number) => Promise<PastRead>,
  show: (past: Past | undefined) => void,
): (at: number | undefined) => Promise<void> {
  let wanted: number | undefined;
  let isReading = false;
  return async (at) => {
    wanted = at;
    if (at === undefined) show(undefined);
    if (at === undefined || isReading) return;
    isReading = true;
    for (let shown: number | undefined; wanted !== undefined && wanted !== shown; ) {
      const next: number = wanted;
      const past = await read(next).then(
        (answer) => pastOf(next, answer),
        () => unread(next),
      );
      shown = next;
      // Back to live meanwhile: then the past is not wanted any more.
      if (wanted !== undefined) show(past);
    }
    isReading = false;
  };
}
