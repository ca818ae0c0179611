import { describe, expect, it } from 'vitest';
import { parkingEvents } from '#schemas/topics.ts';
import { Delivery } from './delivery.ts';

const now = 1_772_519_400_000;

const sendAll = (seed: number): Delivery => {
  const delivery = new Delivery(seed);
  for (let sequence = 0; sequence < 300; sequence++) {
    const event = {
      facility: 'P',
      sequence,
      at: now,
      kind: 'entry',
      space: null,
      occupiedSpaces: null,
    } as const;
    delivery.send({ topic: parkingEvents, event }, now, []);
  }
  return delivery;
};

const numbers = (delivery: Delivery, at: number): number[] =>
  delivery.arrive(at).map(({ event }) => event.sequence);

describe('delivery', () => {
  it('gives records in the order in which they arrive, however often it is asked', () => {
    const [fine, coarse] = [sendAll(4), sendAll(4)];
    const steps = Array.from({ length: 1000 }, (_, ms) => numbers(fine, now + ms + 1)).flat();
    expect(numbers(coarse, now + 1000)).toEqual(steps);
    expect(steps).not.toEqual([...steps].sort((a, b) => a - b));
    expect(steps.length).toBeGreaterThan(290);
  });

  it('brings every record in the end', () => {
    const delivery = sendAll(5);
    expect(numbers(delivery, now)).toEqual([]);
    expect(new Set(numbers(delivery, now + 60_000)).size).toBe(300);
    expect(numbers(delivery, now + 120_000)).toEqual([]);
  });
});
