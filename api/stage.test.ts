import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seconds } from '#domain/time.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { signalStages } from '#schemas/topics.ts';
import { createTestCity, eight, type TestCity } from './city-fixture.ts';
import { isSigned } from './signature.ts';

const stage: SignalStage = {
  district: 'D1',
  intersection: 'I1',
  advice: `I1.${eight}`,
  at: eight,
  statusAt: eight - seconds(1),
  callAt: eight + seconds(3),
  expiresAt: eight + seconds(60),
  nonce: `I1.${eight}`,
  phases: [4],
  previous: [2],
  constraints: [
    { name: 'minimumGreen', phase: 2, value: 23, relation: 'atLeast', bound: 10, unit: 's', met: true },
  ],
  waitingVehicles: 9,
  servedVehicles: 7,
  longestWaitSeconds: 41,
  reason: 'phase 4 after phase 2, for 7 of 9 vehicles that wait; the longest wait is 41 s',
  signature: '',
};

describe('the stage of an intersection', () => {
  let city: TestCity;
  beforeEach(async () => {
    city = await createTestCity();
  });
  afterEach(() => city.app.close());
  const get = async (intersection: string) => {
    const { statusCode, body } = await city.app.inject(`/v1/intersections/${intersection}/stage`);
    return { statusCode, ...JSON.parse(body) };
  };

  it('is null while nobody advises', async () => {
    expect(await get('I1')).toMatchObject({ statusCode: 200, intersection: 'I1', stage: null });
  });

  it('is told with its proof, signed', async () => {
    await city.happen(signalStages, 'stage', stage);
    const told = await get('I1');
    expect(told.stage).toMatchObject({
      stage: stage.advice,
      callAt: '2026-01-05T08:00:03.000Z',
      phases: [4],
      previous: [2],
      constraints: [{ name: 'minimumGreen', phase: 2, value: 23, bound: 10, met: true }],
      waitingVehicles: 9,
    });
    expect(isSigned(told.stage, 'key of the tests')).toBe(true);
    expect(isSigned({ ...told.stage, phases: [2] }, 'key of the tests')).toBe(false);
  });

  it('is null once it has expired', async () => {
    await city.happen(signalStages, 'stage', stage);
    city.now = stage.expiresAt + 1;
    expect(await get('I1')).toMatchObject({ stage: null });
  });

  it('is not known of an intersection that is not there', async () => {
    expect(await get('I9')).toMatchObject({ statusCode: 404 });
  });
});
