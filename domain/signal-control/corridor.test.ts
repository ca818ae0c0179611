import { describe, expect, it } from 'vitest';
import type { Intersection, Network, Plan } from '../network.ts';
import { splitsOf } from '../signal-timing/ring-barrier.ts';
import { evaluatePlan } from '../signal-timing/safety-gate.ts';
import { randomFrom, whole } from '../signal-timing/seeded.ts';
import { avenue, speedMps } from './avenue.fixture.ts';
import { costOf, drawPlans, playAll } from './corridor.ts';
import { CyclicFlow } from './cyclic-flow.ts';
import { laneFlow } from './lane-flow.ts';
import { layoutsOf } from './layout.ts';
import { controlModelOf } from './network-model.ts';
import { type Member, search } from './plan-search.ts';
import { PlanSpace } from './plan-space.ts';

/** Signals `meters` apart, with as many vehicles an hour as `vph` says of each lane. */
function members(
  signals: number,
  meters: number,
  vph: (lane: string) => number,
  network = avenue(signals, meters),
): Member[] {
  const intersections = [...network.intersections.values()];
  const layouts = layoutsOf(controlModelOf(network, intersections));
  return intersections.map((intersection) => {
    const layout = layouts.get(intersection.id)!;
    const flows = layout.lanes.map((lane) =>
      laneFlow(lane, { arrivalVps: vph(lane.id) / 3600, shares: [1], ratio: 1 }),
    );
    return {
      id: intersection.id,
      flow: new CyclicFlow(layout, flows),
      space: new PlanSpace(intersection, layout, intersection.plan),
    };
  });
}
const busy = (lane: string): number =>
  lane.startsWith('main') && lane.endsWith('2') ? 500 : lane.startsWith('side') ? 250 : 60;
const inForce = (all: readonly Member[]): Map<string, Plan> =>
  new Map(all.map(({ id, space }) => [id, space.inForce]));
/** A signal whose side street is so long; its detectors look 45 m upstream. */
const withSide = (lengthMeters: number): Network => {
  const network = avenue(1, 300);
  const links = [...network.links].map(
    ([id, link]) => [id, id === 'side-I1' ? { ...link, lengthMeters } : link] as const,
  );
  return { ...network, links: new Map(links) };
};
const total = (all: readonly Member[], plans: ReadonlyMap<string, Plan>): number =>
  costOf(playAll(all, plans));

describe('plans for signals that follow one another', () => {
  it('feel what the one before lets go: a green that is a way later waits less than one amid the red', () => {
    const all = members(2, 300, busy);
    const later = (seconds: number): Map<string, Plan> =>
      new Map(
        all.map(({ id, space }) => [
          id,
          id === 'I2' ? { ...space.inForce, offsetSeconds: seconds } : space.inForce,
        ]),
      );
    const way = 300 / speedMps;
    expect(total(all, later(way))).toBeLessThan(0.8 * total(all, later((way + 40) % 80)));
  });

  it('have one cycle, and a green wave', () => {
    const all = members(4, 300, busy);
    const plans = drawPlans(all);
    expect(new Set([...plans.values()].map(({ cycleSeconds }) => cycleSeconds)).size).toBe(1);
    const still = new Map([...plans].map(([id, plan]) => [id, { ...plan, offsetSeconds: 0 }]));
    expect(total(all, plans)).toBeLessThan(0.95 * total(all, still));
    expect(total(all, plans)).toBeLessThan(0.8 * total(all, inForce(all)));
  });

  describe('where a lane is too short for its queue to be seen', () => {
    const few =
      (others: number) =>
      (lane: string): number =>
        ['side-I1#1', 'main-I1#1'].includes(lane) ? 60 : others;
    const fullness = (all: readonly Member[], plans: ReadonlyMap<string, Plan>): number => {
      const [{ id, flow }] = all as [Member];
      const side = flow.layout.lanes.findIndex(({ edge }) => edge === 'side-I1');
      return playAll(all, plans).get(id)?.volumeToCapacity[side] as number;
    };
    /** What a plan leaves of the capacity of the side street. */
    const kept = (all: readonly Member[], plans: ReadonlyMap<string, Plan>): number =>
      fullness(all, inForce(all)) / fullness(all, plans);

    it('keep most of its capacity', () => {
      const [long, short] = [30, 29].map((meters) => members(1, 300, few(500), withSide(meters))) as [
        Member[],
        Member[],
      ];
      expect(kept(long, drawPlans(long))).toBeLessThan(0.6);
      expect(kept(short, drawPlans(short))).toBeGreaterThanOrEqual(0.7);
      expect(kept(short, drawPlans(short))).toBeLessThan(0.8);
    });

    it('find the short cycle to which no single split leads', () => {
      const all = members(1, 300, few(200), withSide(29));
      expect(drawPlans(all).get('I1')?.cycleSeconds).toBeLessThan(60);
    });
  });

  it('are looked for in bounds where many signals have many phases', () => {
    const street = avenue(12, 300);
    const phases = (of: Intersection): Intersection['phases'] =>
      [0, 3, 6].flatMap((more) =>
        of.phases.map((phase) => ({ ...phase, number: phase.number + more, mayBeOmitted: true })),
      );
    const withMany = [...street.intersections].map(([id, of]): [string, Intersection] => {
      const splits = phases(of).map(({ number }) => ({ phase: number, seconds: 14 }));
      return [id, { ...of, phases: phases(of), plan: { ...of.plan, cycleSeconds: 126, splits } }];
    });
    const all = members(12, 300, busy, { ...street, intersections: new Map(withMany) });
    let played = 0;
    for (const { flow } of all) {
      const { play } = flow;
      flow.play = (...asked) => {
        played++;
        return play.apply(flow, asked);
      };
    }
    const plans = drawPlans(all);
    expect(played / all.length).toBeLessThan(2500);
    expect(total(all, plans)).toBeLessThan(0.5 * total(all, inForce(all)));
  });

  it('are looked for once from each beginning where these are few, else as often as asked', () => {
    const [only] = members(1, 300, busy, withSide(20)) as [Member];
    const before = playAll([only], inForce([only])).get(only.id)!;
    const { descend } = only.space;
    let followed = 0;
    only.space.descend = (...asked) => {
      followed++;
      return descend.apply(only.space, asked);
    };
    const followedOf = (most: number): number => {
      followed = 0;
      search(only, before, splitsOf(only.space.inForce), most);
      return followed;
    };
    // Of each choice the cycle in force, and those 10 s apart, since nobody sees the queue of the side street.
    const { least, most } = only.space;
    const all = only.space.choices().length * (2 + Math.floor((most - Math.ceil(least)) / 10));
    expect(followedOf(1000)).toBeGreaterThan(all / 2);
    expect(followedOf(1000)).toBeLessThanOrEqual(all);
    expect(followedOf(20)).toBe(20);
  });

  it('pass the gate, whatever comes, and are the same again', () => {
    const random = randomFrom(11);
    for (let n = 0; n < 12; n++) {
      const vph = new Map<string, number>();
      const drawn = (lane: string): number => {
        if (!vph.has(lane)) vph.set(lane, whole(random, 0, 700));
        return vph.get(lane) as number;
      };
      const all = members(1 + (n % 3), 200, drawn);
      const plans = drawPlans(all);
      for (const { id, space } of all)
        expect(
          evaluatePlan(space.intersection, space.inForce, plans.get(id) as Plan).filter(({ met }) => !met),
        ).toEqual([]);
      expect(drawPlans(all)).toEqual(plans);
    }
  });
});
