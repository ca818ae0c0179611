import { describe, expect, it } from 'vitest';
import type { Incident, LinkState, Recommendation } from './model.ts';
import {
  type City,
  connectionOf,
  createStore,
  emptyCity,
  isOpenIncident,
  openRecommendation,
  reduce,
  type StreamState,
} from './state.ts';

const link = (windowStart: string, revision: number, speedKph: number): LinkState => ({
  link: 'L1',
  windowStart,
  windowSeconds: 60,
  revision,
  quality: 'observed',
  speedKph,
});
const speedAfter = (...items: LinkState[]) =>
  items
    .reduce<City>((city, item) => reduce(city, { kind: 'links', items: [item] }), emptyCity)
    .links.get('L1')?.speedKph;

describe('the state of a link', () => {
  it('never goes back to an older window or an older revision', () => {
    const newer = link('2026-03-02T07:14:00Z', 1, 30);
    expect(speedAfter(newer, link('2026-03-02T07:13:00Z', 5, 50))).toBe(30);
    expect(speedAfter(newer, link('2026-03-02T07:14:00Z', 0, 50))).toBe(30);
  });

  it('takes a later window and a later revision', () => {
    const first = link('2026-03-02T07:14:00Z', 0, 30);
    expect(speedAfter(first, link('2026-03-02T07:14:00Z', 1, 31))).toBe(31);
    expect(speedAfter(first, link('2026-03-02T07:15:00Z', 0, 32))).toBe(32);
  });

  it('keeps the city as it was for who still holds it', () => {
    const before = reduce(emptyCity, { kind: 'links', items: [link('2026-03-02T07:14:00Z', 0, 30)] });
    reduce(before, { kind: 'links', items: [link('2026-03-02T07:15:00Z', 0, 10)] });
    expect(before.links.get('L1')?.speedKph).toBe(30);
  });
});

describe('the time of the city', () => {
  it('is the end of the newest window and does not run backwards', () => {
    const city = reduce(emptyCity, { kind: 'links', items: [link('2026-03-02T07:14:00Z', 0, 30)] });
    expect(city.asOf).toBe(Date.parse('2026-03-02T07:15:00Z'));
    const later = reduce(city, { kind: 'summary', summary: { asOf: '2026-03-02T07:10:00Z' } });
    expect(later.asOf).toBe(city.asOf);
  });
});

describe('incidents and advice', () => {
  const incident: Incident = { incident: 'I1', kind: 'accident', status: 'detected' };

  it('are open until they are resolved or have ended', () => {
    expect(isOpenIncident(incident)).toBe(true);
    expect(isOpenIncident({ ...incident, status: 'resolved' })).toBe(false);
    expect(isOpenIncident({ ...incident, endedAt: '2026-03-02T07:14:00Z' })).toBe(false);
  });

  it('that the server no longer lists as open are forgotten when the list is read again', () => {
    const city = reduce(emptyCity, { kind: 'incidents', items: [incident] });
    expect(reduce(city, { kind: 'incidents', items: [], all: true }).incidents.size).toBe(0);
  });

  it('wait for a person only while issued and not expired', () => {
    const item: Recommendation = {
      recommendation: 'R1',
      intersection: 'N1',
      status: 'issued',
      expiresAt: '2026-03-02T07:20:00Z',
    };
    const open = (change: Partial<Recommendation>, now: string) =>
      openRecommendation(
        reduce(emptyCity, { kind: 'recommendations', items: [{ ...item, ...change }] }),
        'N1',
        Date.parse(now),
      )?.recommendation;
    expect(open({}, '2026-03-02T07:19:00Z')).toBe('R1');
    expect(open({}, '2026-03-02T07:20:00Z')).toBeUndefined();
    expect(open({ status: 'accepted' }, '2026-03-02T07:19:00Z')).toBeUndefined();
  });

  it('come with their intersection too', () => {
    const recommendation: Recommendation = { recommendation: 'R1', intersection: 'N1' };
    const city = reduce(emptyCity, {
      kind: 'intersections',
      items: [{ intersection: 'N1', recommendation }],
    });
    expect(openRecommendation(city, 'N1', undefined)).toEqual(recommendation);
  });
});

describe('notices', () => {
  it('that arrive twice are shown once, the newest first', () => {
    const store = createStore();
    for (const notification of ['a', 'b', 'a']) store.apply({ kind: 'notice', notice: { notification } });
    expect(store.get().notices.map((notice) => notice.notification)).toEqual(['b', 'a']);
  });
});

describe('the connection', () => {
  const open: StreamState = { phase: 'open', since: 0, lastArrival: 0 };
  const lost: StreamState = { ...open, phase: 'lost' };

  it('is live while records arrive and the data is young', () => {
    expect(connectionOf(open, { dataAgeSeconds: 40 }, 60_000)).toBe('live');
  });

  it('is stale when the stream is silent for three minutes, or what it brings is old', () => {
    expect(connectionOf(open, undefined, 181_000)).toBe('stale');
    expect(connectionOf(open, { dataAgeSeconds: 181 }, 1000)).toBe('stale');
    expect(connectionOf({ ...open, lastArrival: 100_000 }, undefined, 181_000)).toBe('live');
  });

  it('reconnects for twenty seconds before it is called disconnected', () => {
    expect(connectionOf(lost, undefined, 20_000)).toBe('reconnecting');
    expect(connectionOf(lost, undefined, 20_001)).toBe('disconnected');
    expect(connectionOf({ ...open, phase: 'connecting' }, undefined, 5000)).toBe('connecting');
    expect(connectionOf({ ...open, phase: 'connecting' }, undefined, 20_001)).toBe('disconnected');
  });
});

describe('a store', () => {
  it('tells who listens, until they stop', () => {
    const store = createStore();
    let told = 0;
    const stop = store.subscribe(() => told++);
    store.apply({ kind: 'loaded' });
    stop();
    store.apply({ kind: 'loaded' });
    expect(told).toBe(1);
  });
});
