import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { Row } from '#runtime/measures.ts';
import type { ForecastAccuracy } from '#schemas/generated/forecast.accuracy.v1.ts';
import { rowOf } from '#schemas/row.ts';
import { createTestCity, eight, noRecords, type TestCity } from './city-fixture.ts';

let city: TestCity;
beforeEach(async () => {
  city = await createTestCity();
});
afterEach(() => city.app.close());

/** An hour of L1 from seven o'clock: 24 forecasts, 5 km/h off; the last value was 8, the profile 10 km/h off. */
const hour = (different: Partial<ForecastAccuracy> = {}): ForecastAccuracy => ({
  district: 'D1',
  subject: 'link',
  id: 'L1',
  at: eight,
  windowStart: eight - minutes(60),
  windowSeconds: 3600,
  horizonMinutes: 15,
  judged: 24,
  held: 21,
  absoluteError: 24 * 50,
  persistenceJudged: 24,
  persistenceError: 24 * 80,
  absoluteErrorBesidePersistence: 24 * 50,
  profileJudged: 20,
  profileError: 20 * 100,
  absoluteErrorBesideProfile: 20 * 40,
  width: 24 * 200,
  intervalScore: 24 * 260,
  ...different,
});

const happen = (...hours: ForecastAccuracy[]) =>
  city.commit(0, noRecords, new Map([['forecast_accuracy', hours.map((event) => rowOf(event) as Row)]]));
const ask = async (query: string) =>
  (await city.app.inject({ url: `/v1/forecasts/accuracy?${query}` })).json();

describe('the accuracy of forecasts', () => {
  it('is said in natural units, by horizon, against the last value and the profile', async () => {
    await happen(hour(), hour({ horizonMinutes: 60, absoluteError: 24 * 60 }));
    const answer = await ask('subject=link');
    expect(answer).toMatchObject({
      by: 'horizon',
      level: 0.9,
      from: '2025-12-28T20:00:00.000Z',
      to: '2026-01-05T08:00:00.000Z',
    });
    expect(answer.groups[0]).toEqual({
      horizonMinutes: 15,
      judged: 24,
      persistenceJudged: 24,
      profileJudged: 20,
      meanAbsoluteErrorKph: 5,
      persistenceErrorKph: 8,
      profileErrorKph: 10,
      meanWidthKph: 20,
      meanIntervalScoreKph: 26,
      skillAgainstPersistence: 0.375,
      // Over the targets of which the profile spoke the forecast was 4 km/h off.
      skillAgainstProfile: 0.6,
      coverage: 0.875,
    });
    expect(answer.groups[1]).toMatchObject({ horizonMinutes: 60, meanAbsoluteErrorKph: 6 });
  });

  it('of car parks is in percent of their capacity', async () => {
    await happen(hour({ subject: 'parking', id: 'P1' }));
    const [group] = (await ask('subject=parking')).groups;
    expect(group).toMatchObject({ meanAbsoluteErrorPercent: 5, meanWidthPercent: 20 });
    expect(group).not.toHaveProperty('meanAbsoluteErrorKph');
    expect((await ask('subject=link')).groups).toEqual([]);
  });

  it('of fewer than 20 targets is their count and no figure', async () => {
    await happen(hour({ judged: 19, persistenceJudged: 19, profileJudged: 0 }));
    expect((await ask('subject=link')).groups[0]).toMatchObject({
      judged: 19,
      meanAbsoluteErrorKph: null,
      persistenceErrorKph: null,
      skillAgainstPersistence: null,
      skillAgainstProfile: null,
      coverage: null,
    });
  });

  it('by sensor has the worst first, and those of which too little is known last', async () => {
    await happen(
      hour({ id: 'L0', judged: 3, absoluteError: 9999 }),
      hour(),
      hour({ id: 'L2', absoluteError: 24 * 90 }),
    );
    const ids = async (query: string) =>
      (await ask(`subject=link&by=sensor${query}`)).groups.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual(['L2', 'L1', 'L0']);
    expect(await ids('&limit=1')).toEqual(['L2']);
  });

  it('by hour is that of the clocks of the city', async () => {
    // Copenhagen is one hour ahead of UTC in winter.
    await happen(
      hour(),
      hour({ windowStart: eight - minutes(25 * 60) }),
      hour({ windowStart: eight - minutes(9 * 60) }),
    );
    const { groups } = await ask('subject=link&by=hour');
    expect(groups.map((g: { localHour: number; judged: number }) => [g.localHour, g.judged])).toEqual([
      [0, 24],
      [8, 48],
    ]);
  });

  it('is of one sensor, horizon and range where that is asked for', async () => {
    await happen(
      hour(),
      hour({ id: 'L2' }),
      hour({ horizonMinutes: 30 }),
      hour({ windowStart: eight - minutes(120) }),
    );
    const judged = async (query: string) =>
      (await ask(`subject=link&${query}`)).groups.map((g: { judged: number }) => g.judged);
    expect(await judged('id=L1')).toEqual([48, 24]);
    expect(await judged('id=L1&horizonMinutes=30')).toEqual([24]);
    expect(await judged('id=L1&from=2026-01-05T07:00:00Z&to=2026-01-05T08:00:00Z')).toEqual([24, 24]);
  });

  it('of what is not there, of no subject and of a range too long is a problem', async () => {
    expect(await ask('subject=link&id=P1')).toMatchObject({ status: 404, code: 'resource.unknown' });
    expect(await ask('by=hour')).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(await ask('subject=link&from=2025-01-05T07:00:00Z')).toMatchObject({ code: 'range.tooLong' });
  });
});
