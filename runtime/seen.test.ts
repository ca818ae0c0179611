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

const runsIn = (seen: Seen): number =>
  [...seen.current.values(), ...seen.previous.values()].reduce((sum, runs) => sum + runs.length / 2, 0);

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
      } else expect(remember(seen, source, sequence), `${name} at ${now}`).toBe(names.remember(name));
      expect(forget(seen, now, horizon)).toBe(names.forget(now));
    }
  }
});

it('holds what a source has counted without a gap as one run', () => {
  const seen = createSeen();
  const sequences = Array.from({ length: 10_000 }, (_, i) => i);
  const shuffled = createRandom(1, 'seen');
  sequences.sort(() => shuffled.next() - 0.5);
  for (const sequence of sequences) expect(remember(seen, 'cabinet', sequence)).toBe(true);
  expect(runsIn(seen)).toBe(1);
  for (const sequence of [0, 77, 9_999]) expect(remember(seen, 'cabinet', sequence)).toBe(false);
});

it('leaves nothing behind of a source all of whose records were taken back', () => {
  const seen = createSeen();
  remember(seen, 'cabinet', 3);
  takeBack(seen, 'cabinet', 3);
  expect(seen.current.size).toBe(0);
  expect(remember(seen, 'cabinet', 3)).toBe(true);
});
