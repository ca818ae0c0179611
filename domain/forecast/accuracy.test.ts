import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes } from '../time.ts';
import { AccuracyByHour, type Judged } from './accuracy.ts';
import { Columns } from './columns.ts';

const eight = Date.UTC(2026, 0, 5, 8);

/** A forecast of 50 km/h between 45 and 55, in 0.1 km/h, of a target that was as forecast. */
const judged = (different: Partial<Judged> = {}): Judged => ({
  measured: 500,
  value: 500,
  low: 450,
  high: 550,
  last: 520,
  profile: 480,
  ...different,
});

function opened(sensors = 2, horizons = 2) {
  const columns = new Columns();
  const accuracy = new AccuracyByHour(columns, horizons);
  columns.grow(sensors);
  return { columns, accuracy };
}

describe('the accuracy of an hour', () => {
  it('sums errors, widths and scores of what was issued', () => {
    const { accuracy } = opened();
    accuracy.note(0, 1, eight, judged());
    // 10 below the interval: the score is its width and 20 times the miss.
    accuracy.note(0, 1, eight + minutes(5), judged({ measured: 440 }));
    // On the end of the interval is within.
    accuracy.note(0, 1, eight + minutes(55), judged({ measured: 550 }));
    expect(accuracy.takeHour(0, 1, eight + minutes(60))).toEqual({
      windowStart: eight,
      windowSeconds: 3600,
      judged: 3,
      held: 2,
      absoluteError: 0 + 60 + 50,
      persistenceJudged: 3,
      persistenceError: 20 + 80 + 30,
      absoluteErrorBesidePersistence: 110,
      profileJudged: 3,
      profileError: 20 + 40 + 70,
      absoluteErrorBesideProfile: 110,
      width: 300,
      intervalScore: 300 + 20 * 10,
    });
  });

  it('compares with the last value and the profile over targets of which they had something to say', () => {
    const { accuracy } = opened();
    accuracy.note(0, 0, eight, judged({ measured: 510, last: Number.NaN }));
    accuracy.note(0, 0, eight + minutes(5), judged({ measured: 570, profile: Number.NaN }));
    expect(accuracy.takeHour(0, 0, eight + minutes(60))).toMatchObject({
      judged: 2,
      absoluteError: 80,
      persistenceJudged: 1,
      persistenceError: 50,
      absoluteErrorBesidePersistence: 70,
      profileJudged: 1,
      profileError: 30,
      absoluteErrorBesideProfile: 10,
    });
  });

  it('is taken once, and only when it is over', () => {
    const { accuracy } = opened();
    expect(accuracy.takeHour(0, 0, eight)).toBeUndefined();
    accuracy.note(0, 0, eight + minutes(55), judged());
    expect(accuracy.takeHour(0, 0, eight + minutes(60) - 1)).toBeUndefined();
    expect(accuracy.takeHour(0, 0, eight + minutes(60))).toMatchObject({ windowStart: eight, judged: 1 });
    expect(accuracy.takeHour(0, 0, eight + minutes(60))).toBeUndefined();
  });

  it('begins with the target on the hour, after a silence too', () => {
    const { accuracy } = opened();
    accuracy.note(0, 0, eight + minutes(55), judged());
    expect(() => accuracy.note(0, 0, eight + minutes(60), judged())).toThrow(RangeError);
    expect(accuracy.takeHour(0, 0, eight + minutes(185))).toMatchObject({ windowStart: eight });
    accuracy.note(0, 0, eight + minutes(180), judged());
    expect(accuracy.takeHour(0, 0, eight + minutes(240))).toMatchObject({
      windowStart: eight + minutes(180),
      judged: 1,
    });
  });

  it('is of each sensor and horizon alone, also when there are more sensors later', () => {
    const { accuracy, columns } = opened();
    accuracy.note(1, 0, eight, judged());
    accuracy.note(1, 1, eight, judged({ measured: 600 }));
    columns.grow(500);
    accuracy.note(400, 1, eight, judged({ measured: 700 }));
    const errors = [0, 1, 400].map((sensor) =>
      [0, 1].map((horizon) => accuracy.takeHour(sensor, horizon, eight + minutes(60))?.absoluteError),
    );
    expect(errors).toEqual([
      [undefined, undefined],
      [0, 100],
      [undefined, 200],
    ]);
  });

  it('is the same whatever the order of the targets, and goes on where it was saved', () => {
    const whole = fc.integer({ min: 0, max: 3000 });
    const maybe = fc.oneof(whole, fc.constant(Number.NaN));
    const one = fc.record({
      measured: whole,
      value: whole,
      low: fc.integer({ min: 0, max: 1000 }),
      high: fc.integer({ min: 1000, max: 3000 }),
      last: maybe,
      profile: maybe,
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), fc.nat(12), (all, cut) => {
        const straight = opened(1, 1);
        for (const each of all) straight.accuracy.note(0, 0, eight, each);
        const [before, after] = [opened(1, 1), opened(1, 1)];
        const turned = [...all].reverse();
        for (const each of turned.slice(0, cut)) before.accuracy.note(0, 0, eight, each);
        after.columns.restore(0, before.columns.save(0));
        for (const each of turned.slice(cut)) after.accuracy.note(0, 0, eight, each);
        const end = eight + minutes(60);
        expect(after.accuracy.takeHour(0, 0, end)).toEqual(straight.accuracy.takeHour(0, 0, end));
      }),
    );
  });
});
