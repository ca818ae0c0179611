import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes } from '#domain/time.ts';
import type { EventLog } from '#runtime/log.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import { intersectionPerformances, signalAcknowledgements, signalRecommendations } from '#schemas/topics.ts';
import { type Advice, acknowledge, appliedOf, nextStatuses, statusAt } from './advice.ts';
import { createTestCity, eight, network, onDemand, recommendation, type TestCity } from './city-fixture.ts';
import { canonicalJson, isSigned } from './signature.ts';

const said = (
  status: SignalAcknowledgement['status'],
  different: Partial<SignalAcknowledgement> = {},
): SignalAcknowledgement => ({
  district: 'D1',
  intersection: 'I1',
  recommendation: 'R1',
  sequence: 0,
  at: eight,
  status,
  reason: null,
  by: 'controller',
  ...different,
});

/** The statuses that stand after everything that was said. */
const standing = (...statuses: SignalAcknowledgement['status'][]): string[] =>
  statuses
    .map((status) => said(status))
    .reduce<Advice>(acknowledge, { document: recommendation(), acknowledgements: [] })
    .acknowledgements.map(({ status }) => status);

describe('what is said about a recommendation', () => {
  it.each([
    ['accepted', 'applied', 'superseded'],
    ['rejected'],
    ['withdrawn'],
    ['accepted', 'withdrawn'],
    ['superseded'],
  ] as const)('stands when it may follow: %s %s %s', (...statuses) => {
    const known = statuses.filter((status) => status !== undefined);
    expect(standing(...known)).toEqual(known);
  });

  it('does not stand when somebody was first', () => {
    expect(standing('accepted', 'rejected')).toEqual(['accepted']);
    expect(standing('rejected', 'accepted')).toEqual(['rejected']);
    expect(standing('accepted', 'accepted')).toEqual(['accepted']);
    expect(standing('accepted', 'applied', 'withdrawn')).toEqual(['accepted', 'applied']);
  });

  it('stands when a controller has applied it, for that is a fact of the street', () => {
    expect(standing('applied')).toEqual(['applied']);
    expect(standing('rejected', 'applied')).toEqual(['rejected', 'applied']);
    expect(standing('accepted', 'applied', 'applied')).toEqual(['accepted', 'applied']);
  });

  it('never leads from an end back to the beginning', () => {
    const any = fc.array(fc.constantFrom('accepted', 'rejected', 'applied', 'superseded', 'withdrawn'));
    fc.assert(
      fc.property(any, (statuses) => {
        const stands = standing(...(statuses as SignalAcknowledgement['status'][]));
        expect(new Set(stands).size).toBe(stands.length);
        expect(stands.lastIndexOf('accepted')).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('comes too late once it has expired, unless it was applied', () => {
    const issued: Advice = { document: recommendation(), acknowledgements: [] };
    const { expiresAt } = issued.document;
    expect(statusAt(issued, expiresAt)).toBe('issued');
    expect(statusAt(issued, expiresAt + 1)).toBe('expired');
    expect(statusAt(acknowledge(issued, said('accepted')), expiresAt + 1)).toBe('expired');
    expect(statusAt(acknowledge(issued, said('applied')), expiresAt + 1)).toBe('applied');
    expect(nextStatuses.expired).toEqual([]);
  });
});

describe('the plan in force', () => {
  const applied = (id: string, at: number, ...more: SignalAcknowledgement['status'][]): Advice =>
    [said('applied', { at }), ...more.map((status) => said(status))].reduce<Advice>(acknowledge, {
      document: recommendation({ recommendation: id }),
      acknowledgements: [],
    });
  it('is that of the newest advice that was applied and not superseded', () => {
    const [old, young] = [applied('R1', eight), applied('R2', eight + 1)];
    expect(appliedOf([old, young])?.document.recommendation).toBe('R2');
    expect(appliedOf([old, applied('R2', eight + 1, 'superseded')])?.document.recommendation).toBe('R1');
    expect(appliedOf([{ document: recommendation(), acknowledgements: [] }])).toBeUndefined();
  });
});

describe('canonical JSON', () => {
  it('is the same for equal values, whatever the order of their fields', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ä' }], a: 0.5 })).toBe(
      '{"a":0.5,"b":[1,{"c":"ä","d":null}]}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('the API of advice', () => {
  let city: TestCity;
  beforeEach(async () => {
    city = await createTestCity();
    await city.append(signalRecommendations, recommendation());
  });
  afterEach(() => city.app.close());

  const get = async (url: string) => (await city.app.inject({ url })).json();
  const post = async (verb: string, payload: object = { by: 'engineer' }, id = 'R1') => {
    const url = `/v1/recommendations/${id}/${verb}`;
    const answer = await city.app.inject({ method: 'POST', url, payload });
    return { status: answer.statusCode, body: answer.json() };
  };

  it('hands out a document that is signed, and not altered by what is said about it', async () => {
    const document = await get('/v1/recommendations/R1');
    expect(document).toMatchObject({
      recommendation: 'R1',
      status: 'issued',
      issuedAt: '2026-01-05T07:59:00.000Z',
      expiresAt: '2026-01-05T08:10:00.000Z',
      nonce: 'n1',
      currentDelaySeconds: 41.3,
      predictedDelaySeconds: 33.8,
      benefitLowSeconds: 4.1,
      constraints: [{ name: 'minimumGreen', phase: 2, value: 75, bound: 10, met: true }],
      acknowledgements: [],
    });
    expect(document.signature).toMatch(/^[0-9a-f]{64}$/);
    expect(isSigned(document, 'key of the tests')).toBe(true);
    expect(isSigned(document, 'another key')).toBe(false);
    const forged = { ...document, plan: { ...document.plan, cycleSeconds: 30 } };
    expect(isSigned(forged, 'key of the tests')).toBe(false);
    await post('accept');
    expect((await get('/v1/recommendations/R1')).signature).toBe(document.signature);
  });

  it('lets an engineer accept and a controller apply, and shows the plan in force', async () => {
    expect((await get('/v1/intersections/I1')).planInForce).toMatchObject({
      source: 'network',
      cycleSeconds: 90,
    });
    city.now = eight + minutes(1);
    expect(await post('accept')).toMatchObject({
      status: 200,
      body: {
        status: 'accepted',
        acknowledgements: [
          { status: 'accepted', by: 'engineer', at: '2026-01-05T08:01:00.000Z', reason: null },
        ],
      },
    });
    city.now = eight + minutes(2);
    expect(await post('applied', { by: 'I1' })).toMatchObject({ status: 200, body: { status: 'applied' } });
    expect(await get('/v1/intersections/I1')).toMatchObject({
      planInForce: {
        source: 'recommendation',
        id: 'R1',
        cycleSeconds: 80,
        since: '2026-01-05T08:02:00.000Z',
      },
      recommendation: { recommendation: 'R1', status: 'applied', acknowledgements: [{}, { by: 'I1' }] },
    });
  });

  it('refuses what may not follow, and says what would be right', async () => {
    expect(await post('applied')).toMatchObject({
      status: 409,
      body: {
        code: 'advice.state',
        detail: 'R1 is only issued; one of accept, reject, a newer recommendation, withdraw would be right',
      },
    });
    await post('reject', { by: 'engineer', reason: 'a procession' });
    expect(await post('accept')).toMatchObject({
      status: 409,
      body: { detail: 'R1 is rejected since 2026-01-05T08:00:00.000Z by engineer; nothing can follow that' },
    });
    expect((await get('/v1/recommendations/R1')).acknowledgements).toHaveLength(1);
  });

  it('refuses everything once it has expired', async () => {
    city.now = eight + minutes(10) + 1;
    expect(await post('accept')).toMatchObject({
      status: 409,
      body: {
        code: 'advice.expired',
        detail: 'R1 expired at 2026-01-05T08:10:00.000Z; a new recommendation would be right',
      },
    });
    expect(await get('/v1/recommendations?status=expired')).toMatchObject({ recommendations: [{}] });
    expect(await get('/v1/recommendations?status=open')).toMatchObject({ recommendations: [] });
  });

  it('needs a reason to reject or withdraw, and somebody who says so', async () => {
    expect(await post('reject')).toMatchObject({
      status: 400,
      body: { detail: 'body.reason: not found; why it is so is needed' },
    });
    expect(await post('accept', {})).toMatchObject({
      status: 400,
      body: { detail: 'body.by: not found; it is needed' },
    });
    expect(await post('accept', { by: 'engineer' }, 'R9')).toMatchObject({
      status: 404,
      body: { detail: 'no recommendation "R9"; 1 exist, such as R1' },
    });
  });

  it('lets the first in the log win when two servers are told different things', async () => {
    const log = createMemoryLog();
    // What the slow server says reaches the log only once the other has spoken.
    let reach = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const spoken = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slowLog: EventLog = {
      ...log,
      async append(topic, records) {
        reach();
        await spoken;
        await log.append(topic, records);
      },
    };
    const [fast, slow] = [await createTestCity({ log }), await createTestCity({ log: slowLog })];
    await fast.append(signalRecommendations, recommendation());
    const tell = async (server: TestCity, verb: string, by: string) => {
      const url = `/v1/recommendations/R1/${verb}`;
      const answer = await server.app.inject({ method: 'POST', url, payload: { by, reason: 'because' } });
      return answer.json();
    };
    const late = tell(slow, 'reject', 'Bob');
    await reached;
    expect(await tell(fast, 'accept', 'Ann')).toMatchObject({ status: 'accepted' });
    release();
    expect(await late).toMatchObject({ status: 409, detail: expect.stringContaining('accepted since') });
    for (const { app } of [fast, slow])
      expect((await app.inject({ url: '/v1/recommendations/R1' })).json()).toMatchObject({
        status: 'accepted',
        acknowledgements: [{ by: 'Ann' }],
      });
    await Promise.all([fast.app.close(), slow.app.close()]);
  });

  it('shows the performance by phase', async () => {
    await city.happen(intersectionPerformances, 'intersection', {
      district: 'D1',
      intersection: 'I1',
      at: eight,
      windowStart: eight - minutes(15),
      windowSeconds: 900,
      revision: 0,
      cycles: 10,
      cycleDeciseconds: 900,
      phases: [
        {
          phase: 2,
          greenDeciseconds: 284,
          volumeVph: 620,
          saturationVph: 1800,
          volumeToCapacityPermille: 910,
          controlDelayDeciseconds: 362,
          levelOfService: 'D',
          greenOccupancyPermille: 710,
          splitFailures: 1,
          quality: 'observed',
        },
      ],
      controlDelayDeciseconds: 362,
      levelOfService: 'D',
      quality: 'observed',
    });
    const { intersections } = await get('/v1/intersections');
    expect(intersections).toMatchObject([
      {
        intersection: 'I1',
        samples: 10,
        cycleSeconds: 90,
        controlDelaySeconds: 36.2,
        phases: [
          { phase: 2, movements: ['EBT'], greenSeconds: 28.4, volumeToCapacity: 0.91, splitFailures: 1 },
        ],
        recommendation: { recommendation: 'R1' },
      },
    ]);
    const { buckets } = await get('/v1/intersections/I1/history?resolution=15m&from=2026-01-05T07:30:00Z');
    expect(buckets).toMatchObject([
      { quality: 'missing', samples: 0 },
      { controlDelaySeconds: 36.2, samples: 10 },
    ]);
  });
});

describe('a plan asked for', () => {
  const ask = (city: TestCity, payload: object) =>
    city.app.inject({ method: 'POST', url: '/v1/recommendations', payload });

  it('is made, signed, put on its topic and can be accepted', async () => {
    const asked: unknown[] = [];
    const city = await createTestCity({
      onDemand: {
        ...onDemand({ kind: 'none', reasons: [] }),
        async one(intersection, bounds) {
          asked.push(intersection, bounds);
          return { kind: 'recommendation', document: recommendation({ recommendation: 'R2' }) };
        },
      },
    });
    const answer = await ask(city, { intersection: 'I1', cycleSecondsMin: 60, cycleSecondsMax: 120 });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.location).toBe('/v1/recommendations/R2');
    expect(asked).toEqual(['I1', { cycleSecondsMin: 60, cycleSecondsMax: 120 }]);
    expect(isSigned(answer.json(), 'key of the tests')).toBe(true);
    const accepted = await city.app.inject({
      method: 'POST',
      url: '/v1/recommendations/R2/accept',
      payload: { by: 'engineer' },
    });
    expect(accepted.json()).toMatchObject({ recommendation: 'R2', status: 'accepted' });
    await city.app.close();
  });

  it('is refused with the reasons when none passes', async () => {
    const reasons = ['flow ratio 0.97 leaves no time for the clearances', 'phase 4 has no volume'];
    const city = await createTestCity({ onDemand: onDemand({ kind: 'none', reasons }) });
    const answer = await ask(city, { intersection: 'I1' });
    expect(answer.json()).toMatchObject({ status: 422, code: 'advice.none', reasons });
    expect((await ask(city, { intersection: 'I9' })).json()).toMatchObject({ status: 404 });
    expect(
      (await ask(city, { intersection: 'I1', cycleSecondsMin: 90, cycleSecondsMax: 60 })).json(),
    ).toMatchObject({
      status: 400,
      detail: 'body.cycleSecondsMin: 90 found; at most cycleSecondsMax, which is 60, would be right',
    });
    expect((await city.log.bounds(signalRecommendations.name, 0)).next).toBe(0);
    expect((await city.log.bounds(signalAcknowledgements.name, 0)).next).toBe(0);
    await city.app.close();
  });

  it('is refused a priority for a link that does not lead there', async () => {
    const city = await createTestCity();
    const answer = await ask(city, { intersection: 'I1', priority: [{ link: 'L9', weight: 2 }] });
    expect(answer.json()).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(answer.json().detail).toContain('body.priority: L9 found; some of ');
    await city.app.close();
  });
});

/** The network of the tests, whose signal stands for two. */
const twoSignals: Network = {
  ...network,
  intersections: new Map([
    ...network.intersections,
    ['I2', { ...network.intersections.get('I1')!, id: 'I2' }],
  ]),
};

describe('plans asked for a corridor', () => {
  const ask = (city: TestCity, payload: object) =>
    city.app.inject({ method: 'POST', url: '/v1/recommendations/corridor', payload });
  const two = { intersections: ['I1', 'I2'] };

  it('are told of each signal that is to change, and why others are not', async () => {
    const asked: unknown[] = [];
    const city = await createTestCity({
      network: twoSignals,
      onDemand: {
        ...onDemand({ kind: 'none', reasons: [] }),
        async corridor(ids, whatIf, applied) {
          asked.push(ids, whatIf, applied('I1'));
          return new Map([
            ['I1', { kind: 'recommendation', document: recommendation({ recommendation: 'R2' }) }],
            ['I2', { kind: 'none', reasons: ['the plan in force is the best that was found'] }],
          ]);
        },
      },
    });
    const answer = await ask(city, { ...two, cycleSecondsMax: 90 });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      recommendations: [{ recommendation: 'R2', intersection: 'I1', status: 'issued' }],
      none: [{ intersection: 'I2', reasons: ['the plan in force is the best that was found'] }],
    });
    expect(asked).toEqual([['I1', 'I2'], { cycleSecondsMax: 90 }, undefined]);
    const found = await city.app.inject('/v1/recommendations/R2');
    expect(isSigned(found.json(), 'key of the tests')).toBe(true);
    await city.app.close();
  });

  it('are refused when none passes, or a signal is not there', async () => {
    const city = await createTestCity({
      network: twoSignals,
      onDemand: onDemand({ kind: 'none', reasons: ['near the best'] }),
    });
    expect((await ask(city, two)).json()).toMatchObject({
      ...{ status: 422, code: 'advice.none', reasons: ['near the best'] },
    });
    expect((await ask(city, { intersections: ['I1', 'I9'] })).json()).toMatchObject({ status: 404 });
    expect((await ask(city, { intersections: ['I1'] })).json()).toMatchObject({ status: 400 });
    await city.app.close();
  });
});
