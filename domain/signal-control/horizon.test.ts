import { describe, expect, it } from 'vitest';
import { crossing } from './crossing.fixture.ts';
import { Horizon, type Led, type Standing } from './horizon.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Layout, layoutsOf } from './layout.ts';
import type { SignalLink } from './model.ts';
import { initialSignal } from './signal-estimate.ts';

const quiet = (layout: Layout) => ({
  arrivals: new Float64Array(layout.lanes.length * 60),
  seconds: 60,
  closed: layout.lanes.map(({ links }) => links.map(() => false)),
});

/** Green of the north when it ends: so many still stand there when 5 s of it are over, and twenty in the east. */
function greenSeconds(stillStand: number): number {
  const layout = layoutsOf(crossing('zones')).get('X') as Layout;
  const state = initialSignal(layout);
  const at = (edge: string): LaneState =>
    state.lanes[layout.lanes.findIndex((lane) => lane.edge === edge)] as LaneState;
  at('north').vehicles = stillStand;
  at('east').vehicles = 20;
  for (let seconds = 5; ; seconds += 5) {
    const search = new Horizon(layout, state, quiet(layout), { tickSeconds: 5, latencySeconds: 1 });
    const next = search.decide({ stage: 0, elapsedSeconds: seconds, startsInSeconds: 0, calls: [] });
    if (next.stage !== 0) return seconds + 1 + next.afterSeconds;
    if (seconds > 100) throw new Error('it never ends');
  }
}

it('ends a green amid a queue only when those who started are under way', () => {
  expect(greenSeconds(0)).toBeLessThan(10);
  expect(greenSeconds(6)).toBeGreaterThanOrEqual(10);
});

describe('what a decision goes on from, 5 s later,', () => {
  const led = (calls: Standing['calls'], elapsedSeconds = 20, startsInSeconds = 0): Led => {
    const layout = layoutsOf(crossing('zones')).get('X') as Layout;
    const timing = { tickSeconds: 5, latencySeconds: 5 };
    const search = new Horizon(layout, initialSignal(layout), quiet(layout), timing);
    search.decide({ stage: 0, elapsedSeconds, startsInSeconds, calls });
    return search.led;
  };

  it('is what shows, or what the clearance leads to', () => {
    expect(led([])).toEqual({ stage: 0, elapsedSeconds: 25, isCalled: false });
    expect(led([], 0, 2)).toEqual({ stage: 0, elapsedSeconds: 3, isCalled: false });
  });

  it('is what was called before, after its clearance of 3 s', () => {
    expect(led([{ stage: 1, inSeconds: 1 }])).toEqual({ stage: 1, elapsedSeconds: 1, isCalled: true });
    expect(led([{ stage: 1, inSeconds: 4 }])).toEqual({ stage: 1, elapsedSeconds: -2, isCalled: true });
  });

  it('is that only once the minimum green of 5 s is over', () => {
    expect(led([{ stage: 1, inSeconds: 0 }], 3)).toEqual({ stage: 1, elapsedSeconds: 0, isCalled: true });
    expect(led([{ stage: 1, inSeconds: 0 }], 0)).toEqual({ stage: 0, elapsedSeconds: 5, isCalled: false });
  });

  it('is the later of two calls when the first has not begun', () => {
    const calls = [
      { stage: 1, inSeconds: 0 },
      { stage: 2, inSeconds: 1 },
    ];
    expect(led(calls, 4)).toEqual({ stage: 2, elapsedSeconds: 1, isCalled: true });
  });
});

it('does not let crossing traffic meet who stands inside behind one who waits to turn, unless yellow is long', () => {
  /** Whether a green of 12 s ends at once for ten who wait to cross. */
  const endsAtOnce = (yellowSeconds: number, behind: number, lanesAcross = 2): boolean => {
    const model = crossing('zones');
    const across = (link: SignalLink) => ({ ...link, number: 4, inLane: 'north beside' });
    const stage = { afterStop: [], minGreenSeconds: 5, nativeGreenSeconds: 25 };
    const stages = [
      { ...stage, green: [1, 2, 3], protected: [1, 2] },
      { ...stage, green: [0, 4], protected: [0, 4] },
    ];
    const signals = model.signals.map((signal) => ({
      ...signal,
      yellowSeconds,
      stages,
      links: [...signal.links, ...signal.links.slice(0, lanesAcross - 1).map(across)],
    }));
    const layout = layoutsOf({ ...model, signals }).get('X') as Layout;
    const state = initialSignal(layout);
    const of = (edge: string): LaneState =>
      state.lanes[layout.lanes.findIndex((lane) => lane.edge === edge)] as LaneState;
    of('north').vehicles = 10;
    of('west').inside = 1;
    of('west').vehicles = behind;
    const search = new Horizon(layout, state, quiet(layout), { tickSeconds: 5, latencySeconds: 1 });
    const next = search.decide({ stage: 0, elapsedSeconds: 12, startsInSeconds: 0, calls: [] });
    return next.stage === 1 && next.afterSeconds === 0;
  };
  expect(endsAtOnce(3, 0)).toBe(true);
  expect(endsAtOnce(3, 1)).toBe(false);
  expect(endsAtOnce(5, 1)).toBe(true);
  // Where a single lane crosses, nobody fits in behind the first.
  expect(endsAtOnce(3, 1, 1)).toBe(true);
});
