import { describe, expect, it } from 'vitest';
import { weightOf } from './lane-run.ts';

describe('a lane whose vehicles have waited', () => {
  it('weighs more when a zone has seen them stand for longer than 30 s', () => {
    const weights = [0, 30, 60, 180].map((waitedSeconds) => weightOf({ isSeen: true, waitedSeconds }));
    expect(weights).toEqual([1, 1, 2, 6]);
  });

  it('weighs more only after 75 s when they are counted, and then soon: perhaps nobody stands there', () => {
    const weights = [0, 75, 150, 225].map((waitedSeconds) => weightOf({ isSeen: false, waitedSeconds }));
    expect(weights).toEqual([1, 1, 4, 9]);
  });
});
