import { describe, expect, it } from 'vitest';
import { controlDelaySeconds } from '../control-delay.ts';
import type { Network } from '../network.ts';
import { avenue } from './avenue.fixture.ts';
import { CyclicFlow } from './cyclic-flow.ts';
import { laneFlow } from './lane-flow.ts';
import { type Layout, layoutsOf } from './layout.ts';
import { controlModelOf } from './network-model.ts';

const layoutOf = (network: Network): Layout =>
  layoutsOf(controlModelOf(network, [...network.intersections.values()])).get('I1') as Layout;

const layout = layoutOf(avenue(1, 300));
/** Lanes of I1: those who go on, those who turn left, those who come against them, and the side street. */
type LaneName = 'thru' | 'left' | 'back' | 'side';
const idOf = { thru: 'main-I1#2', left: 'main-I1#1', back: 'back-I1#1', side: 'side-I1#1' };
const lane = (name: LaneName): number => layout.lanes.findIndex(({ id }) => id === idOf[name]);

/** Vehicles an hour. */
function traffic(vph: Partial<Record<LaneName, number>>): CyclicFlow {
  const flows = layout.lanes.map((one) => {
    const name = (Object.keys(idOf) as LaneName[]).find((each) => idOf[each] === one.id);
    const arrivalVps = ((name && vph[name]) ?? 0) / 3600;
    return laneFlow(one, { arrivalVps, shares: [1], ratio: 1 });
  });
  return new CyclicFlow(layout, flows);
}

const greens = (first: number, second: number, third: number) =>
  [
    { stage: 0, greenSeconds: first },
    { stage: 1, greenSeconds: second },
    { stage: 2, greenSeconds: third },
  ].filter(({ greenSeconds }) => greenSeconds > 0);

describe('the traffic of a cycle', () => {
  it('has the control delay of HCM when vehicles come evenly', () => {
    for (const thruVph of [100, 300, 500]) {
      const { delaySeconds, cycleSeconds } = traffic({ thru: thruVph }).play(greens(30, 6, 26));
      expect(cycleSeconds).toBe(80);
      const delay = controlDelaySeconds({
        cycleSeconds,
        // Two seconds at the start are lost, and one of the yellow is won.
        effectiveGreenSeconds: 29,
        volumeVph: thruVph,
        saturationVph: 1800,
      });
      expect(Math.abs((delaySeconds[lane('thru')] as number) - delay)).toBeLessThan(0.12 * delay);
    }
  });

  it('says when more come than can leave', () => {
    const { volumeToCapacity, delaySeconds } = traffic({ side: 900 }).play(greens(30, 6, 26));
    expect(volumeToCapacity[lane('side')]).toBeGreaterThan(1.4);
    expect(volumeToCapacity[lane('side')]).toBeLessThan(1.7);
    expect(delaySeconds[lane('side')]).toBeGreaterThan(150);
  });

  it('has those wait less who come in a platoon as the green begins', () => {
    const flow = traffic({ thru: 400 });
    const platoon = (from: number): Float64Array => {
      const arrivals = new Float64Array(layout.lanes.length * 80);
      for (const [l, { arrivalVps }] of flow.flows.entries())
        for (let s = 0; s < 80; s++) arrivals[l * 80 + s] = arrivalVps;
      for (let s = 0; s < 80; s++)
        arrivals[lane('thru') * 80 + s] = (s + 80 - from) % 80 < 20 ? (400 / 3600) * 4 : 0;
      return arrivals;
    };
    const wait = (from: number) =>
      flow.play(greens(30, 6, 26), platoon(from)).delaySeconds[lane('thru')] as number;
    expect(wait(3)).toBeLessThan(6);
    expect(wait(35)).toBeGreaterThan(30);
  });

  it('lets those who give way go only as the others leave them gaps', () => {
    const ratio = (back: number) =>
      traffic({ left: 150, back }).play(greens(40, 0, 28)).volumeToCapacity[lane('left')] as number;
    expect(ratio(0)).toBeLessThan(0.3);
    expect(ratio(600)).toBeGreaterThan(1.5 * ratio(200));
    // Two a cycle get out as the green ends, whoever comes.
    expect(ratio(900)).toBeLessThan((150 * 80) / 3600 / 1.4);
  });

  it('is endless where a plan leaves a lane no way to go', () => {
    expect(traffic({ side: 100 }).play(greens(40, 8, 0)).cost).toBe(Number.POSITIVE_INFINITY);
  });

  it('lets in a cycle leave who came', () => {
    const { departures, cycleSeconds } = traffic({ thru: 360, side: 200 }).play(greens(30, 6, 26));
    for (const [name, vph] of [
      ['thru', 360],
      ['side', 200],
    ] as const) {
      const l = lane(name);
      const sum = departures.slice(l * cycleSeconds, (l + 1) * cycleSeconds).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo((vph * cycleSeconds) / 3600, 3);
    }
  });
});
