import { describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import { judgeWindow, notJudged, type Twin, type Worth } from './worth.ts';

const window = (stoodSeconds: number, nativeSeconds: number, followed = 12): Twin => ({
  ...{ at: 0, seconds: 56, advisedSeconds: 200, nativeSeconds, stoodSeconds, statuses: 12, followed },
});

/** A window a minute, of which the n-th is `of(n)`. */
const judged = (count: number, of: (n: number) => Twin | null): Worth =>
  Array.from({ length: count }, (_, n) => n).reduce(
    (worth, n) => judgeWindow(worth, of(n), (n + 1) * minutes(1)),
    notJudged,
  );

describe('the worth of advice', () => {
  it('is below nothing when vehicles surely stood longer than under the plan of the controller', () => {
    const worse = (n: number) => window(400 + 10 * (n % 3), 250);
    expect(judged(14, worse).heldUntil).toBeNull();
    expect(judged(15, worse).heldUntil).toBe(minutes(15 + 30));
  });

  it('is not doubted while the twin may be as wrong as that', () => {
    expect(judged(60, (n) => window(270 + 10 * (n % 3), 250)).heldUntil).toBeNull();
    expect(judged(60, (n) => window(n % 2 === 0 ? 900 : 0, 250)).heldUntil).toBeNull();
    expect(judged(60, () => window(100, 250)).heldUntil).toBeNull();
  });

  it('is not judged by windows in which the controller did something else', () => {
    expect(judged(60, () => window(400, 250, 6)).heldUntil).toBeNull();
    expect(judged(60, () => null).heldUntil).toBeNull();
  });

  it('is judged anew after it was held back', () => {
    const worse = () => window(400, 250);
    expect(judged(44, worse).heldUntil).toBe(minutes(45));
    expect(judged(45, worse)).toEqual(notJudged);
    expect(judged(60, worse).heldUntil).toBe(minutes(60 + 30));
  });
});
