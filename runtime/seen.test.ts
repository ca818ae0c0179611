import { deserialize, serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { createRandom } from '#simulators/random.ts';
import { createSeen, forget, remember, type Seen, takeBack } from './seen.ts';

const horizon = 1_000;

/** The same in sets of names. */
class Names {
  private current = new Set<string>();
  private previous = new Set<string>();
  private turnsAt = Number.NEGATIVE_INFINITY;

  remember(name: string): boolean {
    if (this.current.has(name) || this.previous.has(name)) return false;
    this.current.add(name);
    return true;
  }

  takeBack(name: string): void {
    this.current.delete(name);
    this.previous.delete(name);
  }

  forget(now: number): boolean {
    if (now < this.turnsAt) return false;
    if (this.turnsAt !== Number.NEGATIVE_INFINITY) [this.previous, this.current] = [this.current, new Set()];
    this.turnsAt = now + horizon;
    return true;
  }
}

/** Runs before the last one of a source. */
const earlierIn = ({ earlier }: Seen): number => earlier.current.size + earlier.previous.size;

it('remembers as sets of names would, whatever is repeated, missing, out of order, taken back or counted anew', () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = createRandom(seed, 'seen');
    const [seen, names] = [createSeen(), new Names()];
    const next = new Map<string, number>();
    for (let now = 0; now < 4 * horizon; now += random.integer(5)) {
      const source = `cabinet-${random.integer(3)}`;
      let count = next.get(source) ?? 0;
      if (random.chance(0.01)) count = 0;
      if (random.chance(0.1)) count += random.integer(4);
      next.set(source, count + 1);
      const sequence = random.chance(0.3) ? Math.max(0, count - random.integer(12)) : count;
      const name = `${source}#${sequence}`;
      if (random.chance(0.05)) {
        takeBack(seen, source, sequence);
        names.takeBack(name);
      } else if (remember(seen, source, sequence) !== names.remember(name))
        expect.fail(`${name} at ${now}, seed ${seed}`);
      if (forget(seen, now, horizon) !== names.forget(now)) expect.fail(`to forget at ${now}, seed ${seed}`);
    }
  }
});

it('holds what a source has counted without a gap as one run', () => {
  const seen = createSeen();
  const sequences = Array.from({ length: 10_000 }, (_, i) => i);
  const shuffled = createRandom(1, 'seen');
  sequences.sort(() => shuffled.next() - 0.5);
  for (const sequence of sequences) expect(remember(seen, 'cabinet', sequence)).toBe(true);
  expect(earlierIn(seen)).toBe(0);
  for (const sequence of [0, 77, 9_999]) expect(remember(seen, 'cabinet', sequence)).toBe(false);
});

it('leaves nothing behind of a source all of whose records were taken back', () => {
  const seen = createSeen();
  remember(seen, 'cabinet', 3);
  takeBack(seen, 'cabinet', 3);
  expect(seen.sources).toEqual([]);
  expect(remember(seen, 'cabinet', 3)).toBe(true);
});

it('goes on where it was saved, and forgets sources that are gone', () => {
  const seen = createSeen();
  forget(seen, 0, horizon);
  for (const source of ['gone', 'here']) remember(seen, source, 1);
  forget(seen, horizon, horizon);
  expect(remember(seen, 'here', 2)).toBe(true);
  const saved = deserialize(serialize(seen)) as Seen;
  expect(['gone', 'here'].map((source) => remember(saved, source, 1))).toEqual([false, false]);
  expect(remember(saved, 'here', 2)).toBe(false);
  forget(seen, 3 * horizon, horizon);
  expect(seen.sources).toEqual(['here']);
  expect(remember(seen, 'gone', 1)).toBe(true);
  expect(remember(seen, 'here', 2)).toBe(false);
});
