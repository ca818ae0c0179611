import { describe, expect, it } from 'vitest';
import { crossing } from './crossing.fixture.ts';
import { followInside, insideRate, storedMost } from './inside.ts';
import { layoutsOf } from './layout.ts';
import type { ControlModel, SignalModel } from './model.ts';
import { initialSignal } from './signal-estimate.ts';

/** Stage 0: those from the west turn left through the stream from the east; stage 1: they need not give way. */
function layout() {
  const model = crossing();
  const signal = model.signals[0] as SignalModel;
  const stage = { afterStop: [], minGreenSeconds: 5, nativeGreenSeconds: 25 };
  const both: ControlModel = {
    ...model,
    signals: [
      {
        ...signal,
        stages: [
          { ...stage, green: [1, 3], protected: [1] },
          { ...stage, green: [3], protected: [3] },
          { ...stage, green: [0], protected: [0] },
        ],
      },
    ],
  };
  return layoutsOf(both).get('X')!;
}

/** How many wait inside after each interval of 5 s in which so many left the west and the east. */
function watch(
  ...intervals: readonly {
    stage: number | undefined;
    west: number;
    east: number;
    occupancy?: number;
    presses?: boolean;
  }[]
): number[] {
  const crossingLayout = layout();
  const { lanes } = initialSignal(crossingLayout);
  const place = (edge: string): number => crossingLayout.lanes.findIndex((lane) => lane.edge === edge);
  const [west, east] = [place('west'), place('east')];
  return intervals.map((interval) => {
    const crossed = crossingLayout.lanes.map((_, l) => ({
      presses: l === west && interval.presses === true,
      vehicles: l === west ? interval.west : l === east ? interval.east : 0,
      occupancy: l === west ? interval.occupancy : undefined,
    }));
    followInside(crossingLayout, lanes, interval.stage, true, crossed, 5);
    return lanes[west]?.inside ?? Number.NaN;
  });
}

describe('those who wait inside for a gap', () => {
  it('are none where nobody comes against them', () => {
    expect(watch({ stage: 0, west: 2, east: 0 })).toEqual([0]);
  });

  it('stay while the stream lasts, no more than have room, and go when it ends', () => {
    const dense = { stage: 0, west: 1, east: 3 };
    const [first = 0, second = 0, third = 0] = watch(dense, dense, dense);
    expect(first).toBeGreaterThan(0.5);
    expect(second).toBeGreaterThan(first);
    expect(third).toBeLessThanOrEqual(storedMost + 1);
    expect(watch(dense, dense, { stage: 0, west: 0, east: 0 }).at(-1)).toBe(0);
  });

  it('fill the room when somebody stands on the loop although it is green', () => {
    expect(watch({ stage: 0, west: 0, east: 2, occupancy: 1 })).toEqual([storedMost]);
    expect(watch({ stage: 0, west: 1, east: 2, occupancy: 0.5 })[0]).toBeLessThan(storedMost);
  });

  it('fill the room when a queue does not move although it is green, wherever it stands', () => {
    expect(watch({ stage: 0, west: 0, east: 2, presses: true })).toEqual([storedMost]);
    expect(watch({ stage: 0, west: 1, east: 2, presses: true })[0]).toBeLessThan(storedMost);
  });

  it('find fewer gaps than was thought where fewer cross than were expected', () => {
    const crossingLayout = layout();
    const rateAfter = (vehicles: number): number => {
      const { lanes } = initialSignal(crossingLayout);
      const west = crossingLayout.lanes.findIndex(({ edge }) => edge === 'west');
      const crossed = crossingLayout.lanes.map((_, l) => ({
        vehicles: l === west ? vehicles : 1,
        occupancy: 0.5,
        presses: l === west,
      }));
      for (let t = 0; t < 20; t++) followInside(crossingLayout, lanes, 0, true, crossed, 5);
      return insideRate(lanes[west]!.discharge, 0.2);
    };
    expect(rateAfter(0)).toBeLessThan(0.5 * rateAfter(2));
  });

  it('get out of the way when they need not give way any more, or their green ends', () => {
    const dense = { stage: 0, west: 1, east: 3 };
    expect(watch(dense, dense, { stage: 1, west: 0, east: 0 }).at(-1)).toBe(0);
    expect(watch(dense, dense, { stage: undefined, west: 0, east: 0 }).at(-1)).toBe(0);
  });
});
