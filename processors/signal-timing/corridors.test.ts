import { describe, expect, it } from 'vitest';
import type { Movement, Network } from '#domain/network.ts';
import { avenue } from '#domain/signal-control/avenue.fixture.ts';
import { corridorsOf } from './corridors.ts';
import { shared } from './shared-lanes.fixture.ts';

/** The same where those who go straight on have a second lane, and only one lane leads to both. */
function widened(network: Network): Network {
  const movements = new Map(
    [...network.movements].map(([id, movement]): [Movement['id'], Movement] => [
      id,
      movement.turn === 'thru' && movement.inbound.startsWith('main')
        ? { ...movement, lastLane: 2 }
        : movement,
    ]),
  );
  const detectors = new Map(
    [...network.detectors].map(([id, detector]) => [
      id,
      detector.link.startsWith('main') && detector.role === 'advance'
        ? { ...detector, firstLane: 1, lastLane: 2 }
        : detector,
    ]),
  );
  return { ...network, movements, detectors };
}

const sizes = (network: Network): number[] =>
  corridorsOf(network, () => true).map(({ signals }) => signals.length);

describe('a corridor', () => {
  it('is advised also where lanes are shared with those who give way', () => {
    expect(sizes(shared(300))).toEqual([3]);
  });

  it('is left alone where such lanes hold but a few', () => {
    expect(sizes(shared(20))).toEqual([]);
  });

  it('is advised where the road widens to such lanes, so that nobody has come in the wrong one', () => {
    expect(sizes(widened(shared(20)))).toEqual([3]);
  });

  it('is advised without a signal whose yellow no plan may have', () => {
    const network = avenue(3, 300);
    const [first, ...others] = [...network.intersections.values()];
    const long = { ...first!, phases: first!.phases.map((phase) => ({ ...phase, yellowSeconds: 9 })) };
    const intersections = new Map([long, ...others].map((one) => [one.id, one]));
    expect(sizes({ ...network, intersections })).toEqual([2]);
  });
});
