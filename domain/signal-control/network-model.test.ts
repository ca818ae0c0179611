import { describe, expect, it } from 'vitest';
import type { Intersection } from '../network.ts';
import { fourLegs } from '../signal-timing/example.ts';
import { controlModelOf } from './network-model.ts';
import { stagesOf } from './plan-sequence.ts';
import { street } from './street.fixture.ts';

describe('what signal control makes of the tables', () => {
  const network = street();
  const { signals, detectors } = controlModelOf(network, [network.intersections.get('A') as Intersection]);
  const [signal] = signals;

  it('has a stage for one phase of each ring within a barrier group', () => {
    expect(stagesOf(fourLegs()).map((stage) => stage.map(({ number }) => number))).toEqual([
      [1, 5],
      [1, 6],
      [2, 5],
      [2, 6],
      [3, 7],
      [3, 8],
      [4, 7],
      [4, 8],
    ]);
  });

  it('says what each stage does, and for how long at least', () => {
    expect(signal?.stages).toEqual([
      { green: [0, 1], protected: [0], afterStop: [2], minGreenSeconds: 6, nativeGreenSeconds: 26 },
      { green: [1, 2, 3], protected: [1, 2, 3], afterStop: [], minGreenSeconds: 17, nativeGreenSeconds: 25 },
    ]);
    expect([signal?.yellowSeconds, signal?.allRedSeconds]).toEqual([3, 2]);
    expect(signal?.native).toEqual([
      { stage: 0, greenSeconds: 26 },
      { stage: 1, greenSeconds: 25 },
    ]);
  });

  it('has a link for each lane of a movement that a phase serves', () => {
    expect(signal?.links.map(({ number, inLane, turn }) => `${number} ${inLane} ${turn}`)).toEqual([
      '0 in#1 thru',
      '0 in#2 thru',
      '1 in#1 left',
      '2 in#2 right',
      '3 cross#1 thru',
    ]);
    expect(signal?.links[0]).toMatchObject({
      saturationVph: 1800,
      speedMps: 15,
      outLanes: ['out#1', 'out#2'],
    });
  });

  it('looks over joints to the next signal, and no farther than a fork or an end', () => {
    expect(signal?.links[0]?.downstream).toEqual({ signal: 'B', edge: 'on', meters: 250 });
    expect(signal?.links[2]?.downstream).toBeUndefined();
  });

  it('does not look into another district', () => {
    const b = { ...(network.intersections.get('B') as Intersection), district: 'E' };
    const other = { ...network, intersections: new Map([...network.intersections, ['B', b]]) };
    const model = controlModelOf(other, [network.intersections.get('A') as Intersection]);
    expect(model.signals[0]?.links[0]?.downstream).toBeUndefined();
  });

  it('knows which lanes a detector sees, and leaves out those in the middle of a road', () => {
    expect(detectors.map(({ id, role, lanes }) => `${id} ${role} ${lanes.join()}`)).toEqual([
      'stop stop in#2',
      'zone-in queue in#1,in#2',
      'zone-cross queue cross#1',
    ]);
  });
});
