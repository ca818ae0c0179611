import { expect, it } from 'vitest';
import { crossing } from './crossing.fixture.ts';
import { type Layout, layoutsOf } from './layout.ts';
import { outlookOf } from './outlook.ts';
import { initialSignal } from './signal-estimate.ts';
import { Workspace } from './workspace.ts';

const layout = layoutsOf(crossing('loops')).get('X') as Layout;

/** Vehicles that come from the north in a minute, of whom one every five seconds was sent there and is on the way. */
function comes(usualVps: number, sentVps: number): number {
  const state = initialSignal(layout);
  const seconds = 10_000;
  const [north] = state.lanes;
  if (north === undefined) throw new Error('there is a lane');
  Object.assign(north.arrived, { vehicles: usualVps * seconds, seconds });
  Object.assign(north.sent, { vehicles: sentVps * seconds, seconds });
  const platoons = Array.from({ length: 12 }, (_, i) => ({ at: 5 * i, vehicles: 1 }));
  const coming = [{ approach: 0, knownSeconds: 60, platoons }];
  const { arrivals } = outlookOf(layout, state, 0, 60, coming, [], new Workspace());
  return arrivals.slice(0, 60).reduce((sum, vehicles) => sum + vehicles, 0);
}

it('adds to those who were sent those who come out of side streets, and takes off those who turn off', () => {
  expect(comes(0.2, 0.2)).toBeGreaterThan(10);
  expect(comes(0.2, 0.2)).toBeLessThan(13);
  expect(comes(0.4, 0.2)).toBeGreaterThan(comes(0.2, 0.2) + 10);
  expect(comes(0.1, 0.2)).toBeLessThan(0.6 * comes(0.2, 0.2));
});
