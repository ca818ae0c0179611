import {
  type ForecastPoint,
  type Incident,
  type IntersectionState,
  type LinkState,
  type Maybe,
  momentOf,
  type NetworkDocument,
  type Notice,
  type ParkingState,
  type Recommendation,
  type Summary,
} from './model.ts';

/** How the stream stands, as the browser's EventSource says. */
export interface StreamState {
  readonly phase: 'connecting' | 'open' | 'lost';
  /** When the phase began, in milliseconds of the page's own monotonic clock. */
  readonly since: number;
  /** When something last arrived, on the same clock. */
  readonly lastArrival: number;
}

/** Everything that the page knows about the city. Never changed in place. */
export interface City {
  readonly network: NetworkDocument | undefined;
  readonly summary: Summary | undefined;
  readonly links: ReadonlyMap<string, LinkState>;
  readonly intersections: ReadonlyMap<string, IntersectionState>;
  readonly parking: ReadonlyMap<string, ParkingState>;
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly recommendations: ReadonlyMap<string, Recommendation>;
  readonly forecasts: ReadonlyMap<string, readonly ForecastPoint[]>;
  readonly notices: readonly Notice[];
  /** Newest event time seen, in milliseconds: what the city's clock shows. */
  readonly asOf: number | undefined;
  readonly loaded: boolean;
  readonly stream: StreamState;
}

export type Change =
  | { readonly kind: 'network'; readonly network: NetworkDocument }
  | { readonly kind: 'summary'; readonly summary: Summary }
  | { readonly kind: 'links'; readonly items: readonly LinkState[] }
  | { readonly kind: 'intersections'; readonly items: readonly IntersectionState[] }
  | { readonly kind: 'parking'; readonly items: readonly ParkingState[] }
  | { readonly kind: 'incidents'; readonly items: readonly Incident[]; readonly all?: boolean }
  | { readonly kind: 'recommendations'; readonly items: readonly Recommendation[]; readonly all?: boolean }
  | { readonly kind: 'forecast'; readonly link: string; readonly points: readonly ForecastPoint[] }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'stream'; readonly stream: Partial<StreamState> };

/** A page that has just been opened. */
export const emptyCity: City = {
  network: undefined,
  summary: undefined,
  links: new Map(),
  intersections: new Map(),
  parking: new Map(),
  incidents: new Map(),
  recommendations: new Map(),
  forecasts: new Map(),
  notices: [],
  asOf: undefined,
  loaded: false,
  stream: { phase: 'connecting', since: 0, lastArrival: 0 },
};

const keptNotices = 20;

/** The city after one change. A link's older window or older revision never replaces a newer one. */
export function reduce(city: City, change: Change): City {
  switch (change.kind) {
    case 'network':
      return { ...city, network: change.network };
    case 'summary':
      return withTime({ ...city, summary: change.summary }, momentOf(change.summary.asOf));
    case 'links':
      return withTime(
        { ...city, links: merged(city.links, change.items, (item) => item.link, isNotOlder) },
        newest(change.items.map(windowEnd)),
      );
    case 'intersections':
      return {
        ...city,
        intersections: merged(city.intersections, change.items, (item) => item.intersection, isNotOlder),
        recommendations: merged(
          city.recommendations,
          change.items.flatMap((item) => item.recommendation ?? []),
          (item) => item.recommendation,
        ),
      };
    case 'parking':
      return { ...city, parking: merged(city.parking, change.items, (item) => item.facility, isNotOlder) };
    case 'incidents':
      return {
        ...city,
        incidents: merged(change.all ? new Map() : city.incidents, change.items, (item) => item.incident),
      };
    case 'recommendations':
      return {
        ...city,
        recommendations: merged(
          change.all ? decided(city.recommendations) : city.recommendations,
          change.items,
          (item) => item.recommendation,
        ),
      };
    case 'forecast':
      return { ...city, forecasts: new Map(city.forecasts).set(change.link, change.points) };
    case 'notice':
      return withNotice(city, change.notice);
    case 'loaded':
      return { ...city, loaded: true };
    case 'stream':
      return { ...city, stream: { ...city.stream, ...change.stream } };
  }
}

function merged<Item>(
  before: ReadonlyMap<string, Item>,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  wins: (next: Item, before: Item) => boolean = () => true,
): ReadonlyMap<string, Item> {
  if (items.length === 0) return before;
  const after = new Map(before);
  for (const item of items) {
    const key = keyOf(item);
    const known = after.get(key);
    if (known === undefined) after.set(key, item);
    else if (wins(item, known)) after.set(key, { ...known, ...item });
  }
  return after;
}

interface Windowed {
  readonly windowStart?: LinkState['windowStart'];
  readonly windowSeconds?: Maybe<number>;
  readonly revision?: Maybe<number>;
}

function isNotOlder(next: Windowed, before: Windowed): boolean {
  const nextStart = momentOf(next.windowStart) ?? Number.NEGATIVE_INFINITY;
  const beforeStart = momentOf(before.windowStart) ?? Number.NEGATIVE_INFINITY;
  if (nextStart !== beforeStart) return nextStart > beforeStart;
  return (next.revision ?? 0) >= (before.revision ?? 0);
}

/** End of the item's window in milliseconds. */
export function windowEnd(item: Windowed): number | undefined {
  const start = momentOf(item.windowStart);
  return start === undefined ? undefined : start + (item.windowSeconds ?? 0) * 1000;
}

const newest = (times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((a, b) => (b !== undefined && (a === undefined || b > a) ? b : a), undefined);

const withTime = (city: City, at: number | undefined): City =>
  at !== undefined && (city.asOf === undefined || at > city.asOf) ? { ...city, asOf: at } : city;

/** What was decided here stays known when the list of open ones is read again. */
const decided = (recommendations: City['recommendations']): City['recommendations'] =>
  new Map([...recommendations].filter(([, item]) => !isOpenRecommendation(item, undefined)));

function withNotice(city: City, notice: Notice): City {
  const isKnown = notice.notification && city.notices.some((n) => n.notification === notice.notification);
  return isKnown ? city : { ...city, notices: [notice, ...city.notices].slice(0, keptNotices) };
}

/** Whether an incident still goes on. */
export const isOpenIncident = (incident: Incident): boolean =>
  momentOf(incident.endedAt) === undefined &&
  !['resolved', 'reviewed'].includes(incident.status ?? 'detected');

/** Whether a recommendation still waits for a person at the city's time `now` (milliseconds). */
export function isOpenRecommendation(item: Recommendation, now: number | undefined): boolean {
  if ((item.status ?? 'issued') !== 'issued') return false;
  const expires = momentOf(item.expiresAt);
  return expires === undefined || now === undefined || expires > now;
}

/** The open recommendation of an intersection, the newest if there are several. */
export function openRecommendation(
  city: City,
  intersection: string,
  now: number | undefined,
): Recommendation | undefined {
  return [...city.recommendations.values()]
    .filter((item) => item.intersection === intersection && isOpenRecommendation(item, now))
    .sort((a, b) => (momentOf(b.issuedAt) ?? 0) - (momentOf(a.issuedAt) ?? 0))[0];
}

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'disconnected';

/** A link reports each minute; after three the API itself calls its value stale. */
const staleAfterSeconds = 180;
/** A restart of the server takes less than this. */
const disconnectedAfterSeconds = 20;

/**
 * How far the picture can be trusted. `now` is on the clock of `stream`, milliseconds. Data that is old
 * is stale even while the connection is well.
 */
export function connectionOf(stream: StreamState, summary: Summary | undefined, now: number): Connection {
  const inPhase = (now - stream.since) / 1000;
  if (stream.phase === 'connecting')
    return inPhase > disconnectedAfterSeconds ? 'disconnected' : 'connecting';
  if (stream.phase === 'lost') return inPhase > disconnectedAfterSeconds ? 'disconnected' : 'reconnecting';
  const silentSeconds = (now - Math.max(stream.lastArrival, stream.since)) / 1000;
  const isOld = silentSeconds > staleAfterSeconds || (summary?.dataAgeSeconds ?? 0) > staleAfterSeconds;
  return isOld ? 'stale' : 'live';
}

export interface Store {
  get(): City;
  apply(change: Change): void;
  /** Calls back after each change; returns how to stop. */
  subscribe(listener: (city: City) => void): () => void;
}

/** Holds the city and tells who listens. */
export function createStore(initial: City = emptyCity): Store {
  let city = initial;
  const listeners = new Set<(city: City) => void>();
  return {
    get: () => city,
    apply: (change) => {
      city = reduce(city, change);
      for (const listener of listeners) listener(city);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
