import { describe, expect, it } from 'vitest';
import type { Intersection, Movement, Phase } from '#domain/network.ts';
import { street } from '../link-state/street.fixture.ts';
import { laneGroups } from './lane-groups.ts';

const phase = (number: number, ...movements: string[]): Phase => ({
  number,
  ring: 1,
  barrier: 1,
  position: 1,
  movements: movements.map((name) => ({
    movement: name.replace('?', ''),
    protection: name.endsWith('?') ? 'permitted' : 'protected',
  })),
  minGreenSeconds: 5,
  maxGreenSeconds: 60,
  yellowSeconds: 4,
  redClearanceSeconds: 1,
  pedestrian: undefined,
  approachKph: 50,
  grade: 0,
  clearanceMeters: 20,
});

/** Which lanes each phase serves together, `phase: link lanes at saturation`; a shared lane with its share. */
function groups(movements: (Partial<Movement> & { id: string })[], ...phases: Phase[]): string[] {
  const network = street({ links: [{ id: 'a', lanes: 4 }], detectors: [], movements });
  return laneGroups(network, { phases } as unknown as Intersection).map(
    ({ phase: index, link, lanes, saturationVph }) =>
      `${phases[index]?.number}: ${link} ${[...lanes]
        .map(([lane, share]) => (share === 840 ? `${lane}` : `${lane}/${840 / share}`))
        .join(',')} at ${saturationVph}`,
  );
}

describe('lane groups', () => {
  it('are the lanes of the through movement, and the left lane for itself', () => {
    const movements = [
      { id: 'NBL', firstLane: 1, lastLane: 1, saturationVph: 1700 },
      { id: 'NBT', firstLane: 2, lastLane: 3, saturationVph: 3600 },
    ];
    expect(groups(movements, phase(2, 'NBL?', 'NBT'))).toEqual(['2: a 1 at 1700', '2: a 2,3 at 3600']);
  });

  it('join movements that share a lane, which discharges at their mean', () => {
    const movements = [
      { id: 'NBT', firstLane: 1, lastLane: 2, saturationVph: 3600 },
      { id: 'NBR', firstLane: 2, lastLane: 2, saturationVph: 1500 },
    ];
    expect(groups(movements, phase(2, 'NBT', 'NBR'))).toEqual(['2: a 1,2 at 3450']);
  });

  it('give a left lane to the phase that protects it', () => {
    const movements = [
      { id: 'NBL', firstLane: 1, lastLane: 1, saturationVph: 1700 },
      { id: 'NBT', firstLane: 2, lastLane: 2, saturationVph: 1800 },
    ];
    expect(groups(movements, phase(5, 'NBL'), phase(2, 'NBL?', 'NBT'))).toEqual([
      '5: a 1 at 1700',
      '2: a 2 at 1800',
    ]);
  });

  it('share a lane that two phases protect', () => {
    const movements = [
      { id: 'NBL', firstLane: 1, lastLane: 1, saturationVph: 1700 },
      { id: 'NBT', firstLane: 1, lastLane: 2, saturationVph: 3600 },
    ];
    expect(groups(movements, phase(5, 'NBL'), phase(2, 'NBT'))).toEqual([
      '5: a 1/2 at 1700',
      '2: a 1/2,2 at 3600',
    ]);
  });

  it('keep the links apart', () => {
    const movements = [
      { id: 'NBT', inbound: 'a' },
      { id: 'SBT', inbound: 'b' },
    ];
    expect(groups(movements, phase(2, 'NBT', 'SBT'))).toEqual(['2: a 1 at 1800', '2: b 1 at 1800']);
  });
});
