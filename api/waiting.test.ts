import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seconds } from '#domain/time.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { signalRecommendations, signalStages } from '#schemas/topics.ts';
import { createTestCity, eight, recommendation, type TestCity } from './city-fixture.ts';

const first = recommendation({ recommendation: 'R1', at: eight });
const second = recommendation({ recommendation: 'R2', at: eight + seconds(1) });

const stageAt = (at: number): SignalStage => ({
  district: 'D1',
  intersection: 'I1',
  ...{ advice: `I1.${at}`, nonce: `I1.${at}`, at, statusAt: at, callAt: at, expiresAt: at + seconds(60) },
  ...{ phases: [4], previous: [2], constraints: [], reason: 'phase 4 after phase 2', signature: '' },
  ...{ waitingVehicles: 9, servedVehicles: 7, longestWaitSeconds: 41 },
});

describe('a question that waits', () => {
  let city: TestCity;
  beforeEach(async () => {
    city = await createTestCity();
  });
  afterEach(() => city.app.close());

  /** The answer, and how long it took, s. */
  async function ask(url: string) {
    const begun = performance.now();
    const { statusCode, body } = await city.app.inject(url);
    return { statusCode, ...JSON.parse(body), tookSeconds: (performance.now() - begun) / 1000 };
  }
  const idsOf = (answer: { recommendations: { recommendation: string }[] }) =>
    answer.recommendations.map((one) => one.recommendation);
  /** Does something once the question waits. */
  const soon = async (work: () => Promise<void>) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await work();
  };

  it('is answered as soon as a recommendation comes', async () => {
    const asked = ask('/v1/recommendations?intersection=I1&status=open&waitSeconds=30');
    await soon(() => city.append(signalRecommendations, first));
    const answer = await asked;
    expect(idsOf(answer)).toEqual(['R1']);
    expect(answer.tookSeconds).toBeLessThan(10);
  });

  it('is answered at once with all that came after what is known, and with nothing else', async () => {
    await city.append(signalRecommendations, first, second);
    expect(idsOf(await ask('/v1/recommendations?waitSeconds=30'))).toEqual(['R2', 'R1']);
    expect(idsOf(await ask('/v1/recommendations?after=R1&waitSeconds=30'))).toEqual(['R2']);
    expect(idsOf(await ask('/v1/recommendations?after=R2'))).toEqual([]);
    expect(idsOf(await ask('/v1/recommendations?after=unheard-of'))).toEqual(['R2', 'R1']);
  });

  it('is answered with nothing when the time is up, whatever came that it does not ask for', async () => {
    const asked = ask('/v1/recommendations?status=applied&waitSeconds=1');
    await soon(() => city.append(signalRecommendations, first));
    const answer = await asked;
    expect(answer).toMatchObject({ statusCode: 200, recommendations: [] });
    expect(answer.tookSeconds).toBeGreaterThanOrEqual(0.99);
  });

  it('is answered when a recommendation is accepted, if it asks for such', async () => {
    await city.append(signalRecommendations, first);
    const asked = ask('/v1/recommendations?intersection=I1&status=accepted&waitSeconds=30');
    await soon(async () => {
      const said = { method: 'POST', payload: { by: 'duty-engineer' } } as const;
      await city.app.inject({ ...said, url: '/v1/recommendations/R1/accept' });
    });
    expect(idsOf(await asked)).toEqual(['R1']);
  });

  it('goes on to the newest when several come while it is looked', async () => {
    const asked = ask('/v1/recommendations?after=R1&waitSeconds=30');
    await soon(() => city.append(signalRecommendations, first));
    await city.append(signalRecommendations, second);
    expect(idsOf(await asked)).toContain('R2');
  });

  it('is answered with another stage than the one that is known', async () => {
    await city.happen(signalStages, 'stage', stageAt(eight));
    const url = '/v1/intersections/I1/stage?waitSeconds=30';
    expect((await ask(url)).stage.stage).toBe(`I1.${eight}`);
    const asked = ask(`${url}&after=I1.${eight}`);
    // Only in the log: live state may hear of it later.
    await soon(() => city.append(signalStages, stageAt(eight + seconds(5))));
    expect((await asked).stage.stage).toBe(`I1.${eight + seconds(5)}`);
    expect((await ask(`/v1/intersections/I1/stage?after=I1.${eight + seconds(5)}`)).stage).not.toBeNull();
  });

  it('is let go when the server stops', async () => {
    const asked = ask('/v1/recommendations?waitSeconds=50');
    await soon(() => city.app.close());
    const answer = await asked;
    expect(answer.recommendations).toEqual([]);
    expect(answer.tookSeconds).toBeLessThan(10);
  });

  it('says how long it may wait', async () => {
    expect(await ask('/v1/recommendations?waitSeconds=51')).toMatchObject({
      statusCode: 400,
      detail: expect.stringContaining('waitSeconds'),
    });
  });
});
