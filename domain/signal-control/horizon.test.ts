import { expect, it } from 'vitest';
import { crossing } from './crossing.fixture.ts';
import { Horizon } from './horizon.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Layout, layoutsOf } from './layout.ts';
import { initialSignal } from './signal-estimate.ts';

/** Green of the north when it ends: so many still stand there when 5 s of it are over, and twenty in the east. */
function greenSeconds(stillStand: number): number {
  const layout = layoutsOf(crossing('zones')).get('X') as Layout;
  const state = initialSignal(layout);
  const at = (edge: string): LaneState =>
    state.lanes[layout.lanes.findIndex((lane) => lane.edge === edge)] as LaneState;
  at('north').vehicles = stillStand;
  at('east').vehicles = 20;
  const outlook = {
    arrivals: new Float64Array(layout.lanes.length * 60),
    seconds: 60,
    closed: layout.lanes.map(({ links }) => links.map(() => false)),
  };
  for (let seconds = 5; ; seconds += 5) {
    const search = new Horizon(layout, state, outlook, { tickSeconds: 5, latencySeconds: 1 });
    const next = search.decide({ stage: 0, elapsedSeconds: seconds, startsInSeconds: 0 });
    if (next.stage !== 0) return seconds + 1 + next.afterSeconds;
    if (seconds > 100) throw new Error('it never ends');
  }
}

it('ends a green amid a queue only when those who started are under way', () => {
  expect(greenSeconds(0)).toBeLessThan(10);
  expect(greenSeconds(6)).toBeGreaterThanOrEqual(10);
});
