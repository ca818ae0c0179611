import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '#domain/network.ts';
import { avenue } from '#domain/signal-control/avenue.fixture.ts';
import { defaultBounds } from '#domain/signal-timing/safety-gate.ts';
import { minutes } from '#domain/time.ts';
import type { ApproachLane } from '#schemas/generated/approach.state.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { approachOf, uneven, type Vph } from './approach.fixture.ts';
import { corridorsOf, type LaneMinutes, withMinute } from './corridors.ts';
import type { Advice } from './recommend.ts';
import { recommendTogether, type Seen } from './together.ts';

const network = avenue(3, 300);
const [corridor] = corridorsOf(network, () => true);
const midnight = 1_800_057_600_000;

/** Minutes that are seen: enough to know what usually comes. */
const enough = 10;

const seen = (
  vph: Vph,
  inForce?: (plan: Plan) => Plan,
  part?: Partial<ApproachLane>,
  seenMinutes = enough,
): Seen[] =>
  corridor!.signals.map(({ intersection, layout }) => ({
    intersection,
    layout,
    inForce: inForce?.(intersection.plan) ?? intersection.plan,
    lanes: Array.from({ length: seenMinutes }, (_, minute) => minute)
      .map((minute) => approachOf(intersection, layout, vph, midnight + minutes(minute), part))
      .reduce<LaneMinutes | null>(withMinute, null)!,
  }));
const ask = (signals: readonly Seen[], bounds = {}): ReadonlyMap<string, Advice> =>
  recommendTogether({ network, signals, bounds, at: midnight + minutes(enough), nonce: '1' });
const documents = (advice: ReadonlyMap<string, Advice>): SignalRecommendation[] =>
  [...advice.values()].flatMap((one) => (one.kind === 'recommendation' ? [one.document] : []));

describe('plans from lanes', () => {
  it('are advised for a corridor together, each with its proof', () => {
    const said = documents(ask(seen(uneven)));
    expect(said.map(({ intersection }) => intersection)).toEqual(['I1', 'I2', 'I3']);
    expect(new Set(said.map(({ plan }) => plan.cycleSeconds)).size).toBe(1);
    for (const document of said) {
      expect(document.constraints.every(({ met }) => met)).toBe(true);
      expect(document.benefitLowDeciseconds).toBeGreaterThan(0);
      expect(document.predictedDelayDeciseconds).toBeLessThan(document.currentDelayDeciseconds);
      const green = (phase: number) =>
        document.plan.splits.find((split) => split.phase === phase)?.seconds ?? 0;
      expect(green(1)).toBeGreaterThan(1.5 * green(3));
      expect(document.reason).toMatch(
        /is the fullest \(v\/c \d\.\d\d\): cycle 80 to \d+ s, .*at 3 signals together/,
      );
    }
  });

  it('serve as many as may well come', () => {
    // 660 veh/h at two seconds each, of which 14 get through in a cycle of 80 s: 630 veh/h.
    expect(documents(ask(seen(uneven)))[0]?.reason).toContain('main-I1, lane 2, is the fullest (v/c 1.05)');
  });

  it('say the delay of a vehicle, also where fewer came lately than usual', () => {
    const fewer = seen(uneven).map((one) => ({
      ...one,
      lanes: withMinute(
        one.lanes,
        approachOf(one.intersection, one.layout, (...at) => uneven(...at) / 5, midnight + minutes(enough)),
      ),
    }));
    const [steady, lately] = [seen(uneven), fewer].map(
      (signals) => documents(ask(signals))[0]?.currentDelayDeciseconds as number,
    );
    expect(lately).toBeLessThan(1.05 * (steady as number));
  });

  it('say which phase is left out', () => {
    const [first] = documents(ask(seen(uneven)));
    expect(first?.plan.splits.find(({ phase }) => phase === 2)?.seconds).toBe(0);
    expect(first?.reason).toContain('phase 2 left out');
  });

  it('leave no phase out before it is known what usually comes', () => {
    const soon = documents(ask(seen(uneven, undefined, undefined, 5)));
    expect(soon.length).toBeGreaterThan(0);
    for (const { plan } of soon) expect(plan.splits.every(({ seconds }) => seconds > 0)).toBe(true);
  });

  it('are not advised again once they are in force', () => {
    const said = documents(ask(seen(uneven)));
    const inForce = said[0]!.plan;
    const again = ask(
      seen(uneven).map((one, i) => ({ ...one, inForce: { id: 'advised', ...(said[i]?.plan ?? inForce) } })),
    );
    expect(documents(again)).toEqual([]);
    expect([...again.values()].map((one) => one.kind === 'none' && one.reasons[0])).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('near the best')),
    );
  });

  it('keep to the bounds of an engineer', () => {
    const bounded = documents(ask(seen(uneven), { minimumCycleSeconds: 70, splitChangeSeconds: 5 }));
    for (const { plan, previous } of bounded) {
      expect(plan.cycleSeconds).toBeGreaterThanOrEqual(70);
      for (const { phase, seconds } of plan.splits) {
        const before = previous.splits.find((split) => split.phase === phase)?.seconds as number;
        if (seconds > 0) expect(Math.abs(seconds - before)).toBeLessThanOrEqual(5);
      }
    }
  });

  it('say that they rest on lanes that nobody sees whole', () => {
    const [first] = documents(ask(seen(uneven, undefined, { quality: 'imputed' })));
    expect(first?.evidence).toEqual({
      windowStart: midnight,
      windowEnd: midnight + minutes(enough),
      windows: enough,
      quality: 'imputed',
    });
  });
});

describe('a hostile detector', () => {
  const { splitChangeSeconds, cycleChangeSeconds } = defaultBounds;
  const vph = fc.oneof(fc.nat(3000), fc.constantFrom(0, 65_535));
  const lie = fc.record({
    arrivalVph: vph,
    arrivalDeviationVph: vph,
    saturationVph: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 65_535 })),
    queueDecivehicles: fc.nat(65_535),
  });
  const lanes = corridor!.signals[0]!.layout.lanes.length;

  it('moves no split and no cycle further than its bound, whatever it says of a lane', () => {
    let advised = 0;
    fc.assert(
      fc.property(
        fc.nat(lanes - 1),
        fc.array(lie, { minLength: enough, maxLength: enough }),
        (lane, lies) => {
          const [first, ...others] = seen(uneven);
          const { intersection, layout } = first!;
          const told = lies
            .map((one, minute) => {
              const state = approachOf(intersection, layout, uneven, midnight + minutes(minute));
              return {
                ...state,
                lanes: state.lanes.map((each, l) => (l === lane ? { ...each, ...one } : each)),
              };
            })
            .reduce<LaneMinutes | null>(withMinute, null)!;
          for (const { plan, previous, constraints } of documents(
            ask([{ ...first!, lanes: told }, ...others]),
          )) {
            advised++;
            expect(constraints.every(({ met }) => met)).toBe(true);
            expect(Math.abs(plan.cycleSeconds - previous.cycleSeconds)).toBeLessThanOrEqual(
              cycleChangeSeconds,
            );
            for (const [i, { seconds }] of plan.splits.entries())
              expect(Math.abs(seconds - previous.splits[i]!.seconds)).toBeLessThanOrEqual(splitChangeSeconds);
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(advised).toBeGreaterThan(0);
  }, 60_000);
});
