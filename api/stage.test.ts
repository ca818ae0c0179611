import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes, seconds } from '#domain/time.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { approachStates, signalStages } from '#schemas/topics.ts';
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

  it('is null when it was withdrawn, with the reason', async () => {
    const reason = 'withdrawn until later';
    await city.happen(signalStages, 'stage', { ...stage, phases: [], expiresAt: eight, reason });
    expect(await get('I1')).toMatchObject({
      stage: null,
      withdrawn: { at: '2026-01-05T08:00:00.000Z', reason },
    });
  });

  it('is not known of an intersection that is not there', async () => {
    expect(await get('I9')).toMatchObject({ statusCode: 404 });
  });
});

const approach: ApproachState = {
  district: 'D1',
  intersection: 'I1',
  at: eight,
  windowStart: eight - minutes(1),
  windowSeconds: 60,
  statuses: 12,
  twin: {
    seconds: 56,
    advisedVehicleSeconds: 310,
    nativeVehicleSeconds: 480,
    stoppedVehicleSeconds: 330,
    followedPermille: 917,
  },
  lanes: [
    {
      link: 'L1',
      lane: 1,
      queueDecivehicles: 42,
      deviationDecivehicles: 8,
      longestQueueDecivehicles: 90,
      longestWaitSeconds: 41,
      stoppedVehicleSeconds: 250,
      arrivalVph: 420,
      arrivalDeviationVph: 60,
      saturationVph: null,
      saturationDeviationVph: null,
      spillsBack: false,
      shares: [{ movement: 'M1', permille: 1000, deviationPermille: 0 }],
      quality: 'observed',
    },
  ],
};

describe('the approaches of an intersection', () => {
  let city: TestCity;
  beforeEach(async () => {
    city = await createTestCity();
  });
  afterEach(() => city.app.close());
  const get = async (intersection: string) =>
    JSON.parse((await city.app.inject(`/v1/intersections/${intersection}/approaches`)).body);

  it('are not known while the controller sends no status', async () => {
    expect(await get('I1')).toMatchObject({ windowStart: null, ageSeconds: null, lanes: [] });
  });

  it('are told lane by lane, what was not measured as null', async () => {
    await city.happen(approachStates, 'approach', approach);
    city.now = eight + seconds(14);
    expect(await get('I1')).toMatchObject({
      windowStart: '2026-01-05T07:59:00.000Z',
      ageSeconds: 14,
      twin: { advisedVehicleSeconds: 310, nativeVehicleSeconds: 480, followedPercent: 91.7 },
      lanes: [
        {
          link: 'L1',
          queueVehicles: 4.2,
          queueDeviationVehicles: 0.8,
          saturationVph: null,
          shares: [{ percent: 100 }],
          quality: 'observed',
        },
      ],
    });
  });
});
