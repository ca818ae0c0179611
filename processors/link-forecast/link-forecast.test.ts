import { describe, expect, it } from 'vitest';
import type { EventTime } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { ForecastAccuracy } from '#schemas/generated/forecast.accuracy.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { forecastAccuracies, linkForecasts, linkStates } from '#schemas/topics.ts';
import { keptAgain } from '../forecasting/kept.fixture.ts';
import { street } from '../link-state/street.fixture.ts';
import { linkForecast } from './link-forecast.ts';

const minute = (n: number): EventTime => n * 60_000;
const day = minute(24 * 60);
/** 2026-03-02, a Monday; in Copenhagen one hour ahead of UTC until the 29th. */
const monday: EventTime = Date.UTC(2026, 2, 2);

const network = street({ links: [{ id: 'a' }, { id: 'b' }], detectors: [] });

/** The window of five minutes that ended at `at`, said five seconds later. */
const state = (at: EventTime, speedKph: number | null, link = 'a'): Happening<LinkState> => ({
  topic: linkStates,
  event: {
    district: 'd1',
    link,
    at: at + 5000,
    windowStart: at - minute(5),
    windowSeconds: 300,
    revision: 0,
    vehicles: speedKph === null ? 0 : 20,
    flowVph: null,
    occupancyPermille: null,
    spaceMeanDecikph: speedKph === null ? null : speedKph * 10,
    delayDeciseconds: null,
    travelTimeIndexPermille: null,
    levelOfService: null,
    quality: speedKph === null ? 'missing' : 'observed',
    samples: 1,
    expectedSamples: 1,
  },
});

/** A window every five minutes in [from, until), at the speed that `speedKph` says of its hour of the day, UTC. */
function feed(
  from: EventTime,
  until: EventTime,
  speedKph: (hour: number, at: EventTime) => number | null,
  link = 'a',
): Happening<LinkState>[] {
  const windows: Happening<LinkState>[] = [];
  for (let at = from + minute(5); at <= until; at += minute(5)) {
    const start = at - minute(5);
    windows.push(state(at, speedKph((start % day) / minute(60), at), link));
  }
  return windows;
}

const forecasts = (happenings: Happening<LinkState>[], until: EventTime): LinkForecast[] =>
  drive(linkForecast, network, happenings, until)
    .filter(({ topic }) => topic === linkForecasts.name)
    .map(({ event }) => event as LinkForecast);

/** The three forecasts issued at `at`. */
const issuedAt = (all: readonly LinkForecast[], at: EventTime, link = 'a'): LinkForecast[] =>
  all.filter((one) => one.at === at && one.link === link);

const speeds = (issued: readonly LinkForecast[]): (number | null)[] =>
  issued.map(({ spaceMeanDecikph }) => (spaceMeanDecikph === null ? null : spaceMeanDecikph / 10));

/** Sees at 06:45 that it will be slow at 07:00, and at 20 km/h from 07:30 on. */
function expectRush(issued: readonly LinkForecast[]): void {
  const [in15, in30, in60] = speeds(issued) as [number, number, number];
  expect(in15).toBeLessThan(45);
  expect(in30).toBeLessThan(30);
  expect(in60).toBeGreaterThan(15);
  expect(in60).toBeLessThan(22);
}

/** A rush hour from 07:00 to 09:00 UTC. */
const rush = (hour: number): number => (hour >= 7 && hour < 9 ? 20 : 50);

describe('link forecast', () => {
  it('is the last speed while nothing else is known, with an interval and without coverage', () => {
    const issued = issuedAt(forecasts([state(monday, 42)], monday + minute(5)), monday + minute(5));
    expect(issued.map(({ horizonMinutes }) => horizonMinutes)).toEqual([15, 30, 60]);
    expect(issued.map(({ target, at }) => target - at)).toEqual([minute(15), minute(30), minute(60)]);
    for (const one of issued) {
      expect(one).toMatchObject({ spaceMeanDecikph: 420, quality: 'forecast', coveragePermille: null });
      expect(one.lowDecikph).toBeLessThan(420);
      expect(one.highDecikph).toBeGreaterThan(420);
    }
  });

  it('takes the mean of the windows since the last tick, not the newest alone', () => {
    const windows = [state(monday, 40), state(monday + minute(1), 50), state(monday + minute(2), 60)];
    expect(speeds(issuedAt(forecasts(windows, monday + minute(5)), monday + minute(5)))).toEqual([
      50, 50, 50,
    ]);
  });

  it('is missing, not 0, for a link that has never had a speed', () => {
    const [issued] = forecasts([state(monday, null)], monday + minute(5));
    expect(issued).toMatchObject({ spaceMeanDecikph: null, lowDecikph: null, highDecikph: null });
    expect(issued).toMatchObject({ quality: 'missing', coveragePermille: null });
  });

  it('does not go on from a speed that is more than an hour old', () => {
    const all = forecasts([state(monday, 42)], monday + minute(70));
    expect(speeds(issuedAt(all, monday + minute(65)))).toEqual([42, 42, 42]);
    expect(speeds(issuedAt(all, monday + minute(70)))).toEqual([null, null, null]);
  });

  it('sees the rush hour coming once it has seen it on other days', () => {
    const all = forecasts(feed(monday, monday + 4 * day, rush), monday + 4 * day);
    //           06:45    07:00  07:15        07:45        speed is still 50 at 06:45
    const at = monday + 3 * day + minute(6 * 60 + 45);
    expectRush(issuedAt(all, at));
    const after = monday + 3 * day + minute(8 * 60 + 45);
    expect(speeds(issuedAt(all, after))[2]).toBeGreaterThan(48);
  });

  it('falls back on the profile when the link is silent', () => {
    const all = forecasts(feed(monday, monday + 2 * day, rush), monday + 3 * day);
    expect(speeds(issuedAt(all, monday + 2 * day + minute(6 * 60 + 30)))).toEqual([
      expect.closeTo(48.5, 1),
      expect.closeTo(37.9, 1),
      expect.closeTo(23.1, 1),
    ]);
  });

  it('knows the weekend from the week', () => {
    const week = feed(monday, monday + 6 * day, (hour, at) => (at <= monday + 5 * day ? rush(hour) : 50));
    const all = forecasts(week, monday + 7 * day);
    const saturday = issuedAt(all, monday + 5 * day + minute(6 * 60 + 45));
    // Nothing is known of a Saturday yet: as on other days. On Sunday it is.
    expectRush(saturday);
    expect(speeds(issuedAt(all, monday + 6 * day + minute(6 * 60 + 45)))).toEqual([50, 50, 50]);
  });

  it('keeps the rush hour at its hour of the clock when summer time begins', () => {
    const winter = feed(monday + 21 * day, monday + 26 * day, rush);
    const all = forecasts(winter, monday + 29 * day);
    // Monday 30 March: 08:00 in Copenhagen is now 06:00 UTC.
    expectRush(issuedAt(all, monday + 28 * day + minute(5 * 60 + 45)));
  });

  it('lets a departure from the profile fade with the horizon', () => {
    const usual = feed(monday, monday + 2 * day, () => 50);
    const jam = feed(monday + 2 * day, monday + 2 * day + minute(5), () => 30);
    const at = monday + 2 * day + minute(10);
    const [in15, in30, in60] = speeds(issuedAt(forecasts([...usual, ...jam], at), at)) as number[];
    expect(30).toBeLessThan(in15 as number);
    expect(in15).toBeLessThan(in30 as number);
    expect(in30).toBeLessThan(in60 as number);
    expect(in60).toBeLessThan(50);
  });

  it('learns how long departures last on this link', () => {
    const usual = feed(monday, monday + day, () => 50);
    // Days that are slow as a whole: what is slow now will be slow in an hour.
    const slow = feed(monday + day, monday + 3 * day, (_hour, at) => (at <= monday + 2 * day ? 35 : 40));
    const at = monday + 3 * day;
    const all = forecasts([...usual, ...slow], at);
    const early = issuedAt(all, monday + day + minute(10))[2]?.spaceMeanDecikph as number;
    const late = issuedAt(all, monday + day + minute(20 * 60))[2]?.spaceMeanDecikph as number;
    expect(early).toBeGreaterThan(340);
    expect(late).toBeGreaterThan(345);
    expect(late).toBeLessThan(355);
  });

  it('learns that noise does not last', () => {
    const usual = feed(monday, monday + day, () => 50);
    let random = 7;
    const noise = feed(monday + day, monday + 3 * day, () => {
      random = (random * 48271) % 0x7fffffff;
      return 35 + (random % 31);
    });
    const at = monday + 3 * day;
    const issued = issuedAt(forecasts([...usual, ...noise], at), at);
    for (const one of issued) expect(Math.abs((one.spaceMeanDecikph as number) - 500)).toBeLessThan(60);
  });

  it('does not learn from a revision of a window that is past', () => {
    const revised = state(monday - minute(5), 10);
    const late = { ...revised, event: { ...revised.event, at: monday + 8000, revision: 1 } };
    expect(speeds(forecasts([state(monday, 42), late], monday + minute(5)))).toEqual([42, 42, 42]);
  });

  it('counts coverage from what it issued, once twenty targets are scored', () => {
    const all = forecasts(
      feed(monday, monday + minute(180), () => 50),
      monday + minute(180),
    );
    const short = all.filter(({ horizonMinutes }) => horizonMinutes === 15);
    const first = short.findIndex(({ coveragePermille }) => coveragePermille !== null);
    // The first is issued at 00:10 for 00:25; the twentieth target is 02:00, when it is measured.
    expect(short[first]?.at).toBe(monday + minute(120));
    expect(short[first]?.coveragePermille).toBe(1000);
  });

  it('measures a broken promise', () => {
    const wild = feed(monday, monday + minute(240), (_hour, at) => (at > monday + minute(120) ? 5 : 50));
    const last = forecasts(wild, monday + minute(240)).findLast(
      ({ horizonMinutes }) => horizonMinutes === 60,
    );
    expect(last?.coveragePermille).toBeLessThan(900);
    expect(last?.coveragePermille).toBeGreaterThan(0);
  });

  it('says the links in order of id, whoever spoke first', () => {
    const links = forecasts([state(monday, 40, 'b'), state(monday + minute(1), 40, 'a')], monday + minute(5));
    expect(links.map(({ link }) => link)).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
  });

  it('refuses a link that the network does not have', () => {
    const accepts = (link: string) => linkForecast.accepts?.(network, '', state(monday, 40, link).event);
    expect(accepts('a')).toBeUndefined();
    expect(accepts('z')).toMatchObject({ code: 'reference.unknown', field: 'link' });
  });

  it('says hour by hour how its forecasts did, once, beside the last value', () => {
    const emitted = drive(
      linkForecast,
      network,
      feed(monday, monday + minute(180), () => 50),
      monday + minute(180),
    );
    const hours = emitted
      .filter(({ topic }) => topic === forecastAccuracies.name)
      .map(({ event }) => event as ForecastAccuracy);
    // Of each hour that is over, at each horizon that had targets in it; the first targets are 00:25, 00:40 and 01:10.
    expect(
      hours.map(({ windowStart, horizonMinutes, judged }) => [windowStart, horizonMinutes, judged]),
    ).toEqual([
      [monday, 15, 7],
      [monday, 30, 4],
      [monday + minute(60), 15, 12],
      [monday + minute(60), 30, 12],
      [monday + minute(60), 60, 10],
      [monday + minute(120), 15, 12],
      [monday + minute(120), 30, 12],
      [monday + minute(120), 60, 12],
    ]);
    for (const hour of hours)
      expect(hour).toMatchObject({
        absoluteError: 0,
        persistenceError: 0,
        persistenceJudged: hour.judged,
        subject: 'link',
      });
  });
});

describe('link forecast, kept as rows', () => {
  const windows = [...feed(monday, monday + day, rush), ...feed(monday, monday + minute(60), rush, 'b')].sort(
    (a, b) => a.event.at - b.event.at,
  );

  /** Runs over the windows, starting again from the saved rows at every `every`th tick, just before or after it. */
  function run(every: number, isBefore = false): unknown[] {
    let memory = linkForecast.initial(network, () => true);
    const rows = new Map<string, unknown>();
    const out: unknown[] = [];
    const emit = (_topic: unknown, event: unknown) => void out.push(event);
    let next = 0;
    const beginAgain = (): void => {
      for (const [key, value] of linkForecast.keep?.changed(memory) ?? []) rows.set(key, keptAgain(value));
      memory = linkForecast.initial(network, () => true);
      const saved = [...rows].reverse();
      linkForecast.keep?.restore(memory, saved);
    };
    for (let at = monday + minute(5); at <= monday + day; at += minute(5)) {
      const isDue = (at / minute(5)) % every === 0;
      for (; next < windows.length && (windows[next]?.event.at as number) < at; next++) {
        const { event, topic } = windows[next] as Happening<LinkState>;
        linkForecast.step(memory, { kind: 'event', at: event.at, topic: topic.name, event }, emit, network);
      }
      if (isDue && isBefore) beginAgain();
      linkForecast.step(memory, { kind: 'watermark', at }, emit, network);
      if (isDue && !isBefore) beginAgain();
    }
    return out;
  }

  it('goes on after a restart as if there had been none', () => {
    const undisturbed = run(Number.POSITIVE_INFINITY);
    expect(undisturbed.length).toBeGreaterThan(800);
    expect(run(7)).toEqual(undisturbed);
    expect(run(7, true)).toEqual(undisturbed);
  });

  it('saves a block of links when one has changed, and not again', () => {
    const memory = linkForecast.initial(network, () => true);
    const emit = () => undefined;
    const take = (happening: Happening<LinkState>) =>
      linkForecast.step(
        memory,
        { kind: 'event', at: happening.event.at, topic: '', event: happening.event },
        emit,
        network,
      );
    const rows = () => [...(linkForecast.keep?.changed(memory) ?? [])].map(([key]) => key);
    const saved = () => rows().filter((key) => key.startsWith('members '));
    for (let link = 0; link < 200; link++) take(state(monday, 40, `link-${link}`));
    const [first, second] = saved();
    expect([first, second].map((key) => key?.split(' ').at(-1))).toEqual(['0', '1']);
    take(state(monday + minute(5), 40, 'link-150'));
    expect(saved()).toEqual([second]);
    expect(saved()).toEqual([]);
  });
});
