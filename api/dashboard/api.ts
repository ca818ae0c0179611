import type {
  ForecastPoint,
  Incident,
  IntersectionState,
  LinkState,
  Maybe,
  NetworkDocument,
  Notice,
  ParkingState,
  Recommendation,
  Summary,
} from './model.ts';
import type { PastRead } from './past.ts';
import type { Store } from './state.ts';

/** A request that the server refused, with the server's own sentence where it gave one. */
export class Refused extends Error {}

/** Reads JSON from a path of the API. */
export const read = <Answer>(path: string): Promise<Answer> => request<Answer>(path, {});

/** Sends JSON to a path of the API. */
export const send = <Answer>(path: string, body: unknown): Promise<Answer> =>
  request<Answer>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** What the API says of the minute at `at` (milliseconds). */
export async function readPast(at: number): Promise<PastRead> {
  const instant = encodeURIComponent(new Date(at).toISOString());
  const [{ links }, { facilities }, { incidents }] = await Promise.all([
    read<Pick<PastRead, 'links'>>(`/v1/links?at=${instant}`),
    read<Pick<PastRead, 'facilities'>>(`/v1/parking?at=${instant}`),
    read<Pick<PastRead, 'incidents'>>('/v1/incidents?status=all'),
  ]);
  return { links, facilities, incidents };
}

/** RFC 9457, as far as the page shows it. */
interface Problem {
  readonly detail?: string;
  readonly reasons?: readonly string[];
}

async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(path, init);
  const body = (await response.json().catch(() => undefined)) as Maybe<Problem>;
  if (response.ok) return body as Answer;
  throw new Refused(body?.reasons?.join('; ') ?? body?.detail ?? `HTTP ${response.status}`);
}

const summaryEveryMilliseconds = 5000;
const retryMilliseconds = 4000;
const streamKinds = ['link', 'intersection', 'incident', 'parking', 'forecast', 'recommendation'] as const;

/** Reads the network and all states once, then follows the stream for as long as the page is open. */
export async function followCity(store: Store): Promise<void> {
  for (;;) {
    try {
      store.apply({ kind: 'network', network: await read<NetworkDocument>('/v1/network') });
      break;
    } catch {
      await pause(retryMilliseconds);
    }
  }
  void pollSummary(store);
  await readAll(store);
  store.apply({ kind: 'loaded' });
  openStream(store);
}

async function pollSummary(store: Store): Promise<void> {
  for (;;) {
    const summary = await read<Summary>('/v1/summary').catch(() => undefined);
    if (summary) store.apply({ kind: 'summary', summary });
    await pause(summaryEveryMilliseconds);
  }
}

/** What cannot be read is left as it was: the stream's state tells the person how old the picture is. */
async function readAll(store: Store): Promise<void> {
  const list = async <Item>(path: string, key: string): Promise<readonly Item[] | undefined> => {
    const answer = await read<Record<string, readonly Item[]>>(path).catch(() => undefined);
    return answer?.[key];
  };
  await Promise.all([
    list<LinkState>('/v1/links', 'links').then((items) => items && store.apply({ kind: 'links', items })),
    list<IntersectionState>('/v1/intersections', 'intersections').then(
      (items) => items && store.apply({ kind: 'intersections', items }),
    ),
    list<ParkingState>('/v1/parking', 'facilities').then(
      (items) => items && store.apply({ kind: 'parking', items }),
    ),
    list<Incident>('/v1/incidents?status=open', 'incidents').then(
      (items) => items && store.apply({ kind: 'incidents', items, all: true }),
    ),
    list<Recommendation>('/v1/recommendations?status=open', 'recommendations').then(
      (items) => items && store.apply({ kind: 'recommendations', items, all: true }),
    ),
  ]);
}

/**
 * The browser reconnects by itself and resumes with Last-Event-ID; only when it gives up (the server
 * answered with an error) is the stream opened anew, after reading everything again.
 */
function openStream(store: Store): void {
  const source = new EventSource(`/v1/stream?kinds=${streamKinds.join(',')}`);
  source.onopen = () =>
    store.apply({
      kind: 'stream',
      stream: { phase: 'open', since: performance.now(), lastArrival: performance.now() },
    });
  source.onerror = () => {
    if (store.get().stream.phase !== 'lost')
      store.apply({ kind: 'stream', stream: { phase: 'lost', since: performance.now() } });
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    void pause(retryMilliseconds)
      .then(() => readAll(store))
      .then(() => openStream(store));
  };
  // What the server could not keep for a slow reader is read anew.
  source.addEventListener('gap', () => void readAll(store));
  for (const kind of streamKinds)
    source.addEventListener(kind, (event) => {
      store.apply({ kind: 'stream', stream: { lastArrival: performance.now() } });
      for (const item of itemsOf(event.data)) applyItem(store, kind, item);
    });
}

function itemsOf(data: string): readonly object[] {
  const parsed = JSON.parse(data) as object | readonly object[];
  return Array.isArray(parsed) ? parsed : [parsed];
}

function applyItem(store: Store, kind: (typeof streamKinds)[number], item: object): void {
  if (kind === 'link') store.apply({ kind: 'links', items: [item as LinkState] });
  else if (kind === 'intersection')
    store.apply({ kind: 'intersections', items: [item as IntersectionState] });
  else if (kind === 'parking') store.apply({ kind: 'parking', items: [item as ParkingState] });
  else if (kind === 'incident') store.apply({ kind: 'incidents', items: [item as Incident] });
  else if (kind === 'recommendation')
    store.apply({ kind: 'recommendations', items: [item as Recommendation] });
  else applyForecast(store, item as ForecastPoint & { link: string; forecasts?: readonly ForecastPoint[] });
}

/** A forecast arrives as one horizon or as all of them; one horizon replaces its own. */
function applyForecast(
  store: Store,
  item: ForecastPoint & { link: string; forecasts?: readonly ForecastPoint[] },
): void {
  const known = store.get().forecasts.get(item.link);
  if (item.forecasts) store.apply({ kind: 'forecast', link: item.link, points: item.forecasts });
  else if (known) {
    const others = known.filter((point) => point.horizonMinutes !== item.horizonMinutes);
    const points = [...others, item].sort((a, b) => a.horizonMinutes - b.horizonMinutes);
    store.apply({ kind: 'forecast', link: item.link, points });
  }
}

/** Follows the notices of one subscription. */
export function followNotices(store: Store, subscription: string): void {
  const source = new EventSource(
    `/v1/stream?kinds=notification&subscription=${encodeURIComponent(subscription)}`,
  );
  source.addEventListener('notification', (event) => {
    for (const item of itemsOf(event.data)) store.apply({ kind: 'notice', notice: item as Notice });
  });
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
