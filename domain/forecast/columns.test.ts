import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';

describe('columns', () => {
  it('hold the first value of every sensor, and keep what is there when they grow', () => {
    const columns = new Columns();
    const speeds = columns.add(Float32Array, 2, Number.NaN);
    const counts = columns.add(Uint16Array, 1);
    columns.grow(3);
    expect([...speeds.values.subarray(0, 6)]).toEqual(new Array(6).fill(Number.NaN));
    speeds.values.set([1, 2, 3, 4], 0);
    counts.values[1] = 65_535;
    columns.grow(1000);
    expect([...speeds.values.subarray(0, 5)]).toEqual([1, 2, 3, 4, Number.NaN]);
    expect(speeds.values[1999]).toBeNaN();
    expect([...counts.values.subarray(0, 3)]).toEqual([0, 65_535, 0]);
    expect(columns.bytesASensor).toBe(10);
  });

  it('take back what was saved of a sensor at any place, and touch no other', () => {
    const make = () => {
      const columns = new Columns();
      return {
        columns,
        a: columns.add(Int16Array, 3),
        b: columns.add(Uint8Array, 1),
        c: columns.add(Float32Array, 2),
      };
    };
    const numbers = fc.tuple(
      fc.int16Array({ minLength: 3, maxLength: 3 }),
      fc.uint8Array({ minLength: 1, maxLength: 1 }),
      fc.float32Array({ minLength: 2, maxLength: 2 }),
    );
    fc.assert(
      fc.property(numbers, fc.nat(40), fc.nat(40), ([a, b, c], from, to) => {
        const [one, other] = [make(), make()];
        one.columns.grow(from + 1);
        other.columns.grow(to + 2);
        one.a.values.set(a, 3 * from);
        one.b.values.set(b, from);
        one.c.values.set(c, 2 * from);
        const untouched = other.columns.save(to + 1);
        other.columns.restore(to, one.columns.save(from));
        expect(other.columns.save(to)).toEqual(one.columns.save(from));
        expect(other.a.values.slice(3 * to, 3 * to + 3)).toEqual(a);
        expect(other.c.values.slice(2 * to, 2 * to + 2)).toEqual(c);
        expect(other.columns.save(to + 1)).toEqual(untouched);
      }),
    );
  });

  it('take back several sensors at once, at another place', () => {
    const make = () => {
      const columns = new Columns();
      const [a, b] = [columns.add(Int16Array, 2), columns.add(Uint8Array, 1)];
      columns.grow(6);
      return { columns, a, b };
    };
    const [one, other] = [make(), make()];
    one.a.values.set([1, 2, 3, 4, 5, 6]);
    one.b.values.set([7, 8, 9]);
    other.columns.restore(2, one.columns.save(1, 2), 2);
    expect([...other.a.values.subarray(0, 12)]).toEqual([0, 0, 0, 0, 3, 4, 5, 6, 0, 0, 0, 0]);
    expect([...other.b.values.subarray(0, 6)]).toEqual([0, 0, 8, 9, 0, 0]);
    expect(() => other.columns.restore(2, one.columns.save(1, 2), 1)).toThrow(RangeError);
  });

  it('refuse bytes of other columns', () => {
    const columns = new Columns();
    columns.add(Int16Array, 3);
    columns.grow(1);
    expect(() => columns.restore(0, new Uint8Array(7))).toThrow('7 bytes of a sensor; 6 would be right');
  });
});
