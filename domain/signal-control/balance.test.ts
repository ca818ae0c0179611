import { describe, expect, it } from 'vitest';
import { twoLanes } from './approach.fixture.ts';
import { arrivals, compare } from './balance.ts';
import { initialSignal } from './signal-estimate.ts';

/** After half an hour in which loops counted so many a minute: who is thought to reach each stop bar in a minute. */
function reached(upstream: readonly [number, number], stopBar: readonly [number, number]): number[] {
  const layout = twoLanes(200);
  const { lanes } = initialSignal(layout);
  const loop = (vehicles: number) => ({ vehicles, occupancy: 0.1, isOn: false });
  const readings = [0, 1].map((l) => ({
    stop: loop(stopBar[l as 0 | 1]),
    advance: loop(upstream[l as 0 | 1]),
    zone: undefined,
  }));
  for (let minute = 0; minute < 30; minute++)
    for (const [l, lane] of lanes.entries()) compare(lane, readings[l]!, 60);
  return arrivals(layout, lanes, readings, 60);
}

describe('who reaches which stop bar', () => {
  it('is who passed the loop upstream', () => {
    expect(reached([6, 9], [6, 9])).toEqual([6, 9]);
  });

  it('changes lanes after it', () => {
    const [right, left] = reached([12, 3], [6, 9]) as [number, number];
    expect(right).toBeCloseTo(6, 6);
    expect(left).toBeCloseTo(9, 6);
  });

  it('comes in between out of a side street, to the lane that lacks them', () => {
    const [right, left] = reached([6, 4], [6, 9]) as [number, number];
    expect(right).toBeCloseTo(6, 6);
    expect(left).toBeCloseTo(9, 6);
  });

  it('is nobody less while a queue grows', () => {
    const [right, left] = reached([12, 9], [6, 9]) as [number, number];
    expect(right).toBeCloseTo((6 * 21) / 15, 6);
    expect(left).toBeCloseTo((9 * 21) / 15, 6);
  });
});
