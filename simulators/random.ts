/** State of one stream of random numbers: four 32-bit words, plain JSON. */
export type RandomState = readonly [number, number, number, number];

/** A seeded stream of random numbers. The same seed and name give the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Integer in [0, below). */
  integer(below: number): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items; the list must not be empty. */
  pick<Item>(items: readonly Item[]): Item;
  /** Poisson count with the given mean; meant for means below about 30. */
  poisson(mean: number): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** Normal with mean 0 and deviation 1 (Box and Muller). */
  gaussian(): number;
  save(): RandomState;
  restore(state: RandomState): void;
}

/** A stream of its own for each part of the simulation, so that one part's draws never move another's. */
export function createRandom(seed: number, stream: string): Random {
  const mix = splitMix32(seed ^ fnv1a(stream));
  let [a, b, c, d] = [mix(), mix(), mix(), mix()];

  // sfc32 by Chris Doty-Humphrey (PractRand), public domain.
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };

  // The first numbers still show the seed.
  for (let i = 0; i < 12; i++) next();

  return {
    next,
    integer: (below) => Math.floor(next() * below),
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('picked from an empty list');
      return item;
    },
    poisson: (mean) => {
      if (mean <= 0) return 0;
      let count = 0;
      for (let product = next(), floor = Math.exp(-mean); product > floor; product *= next()) count++;
      return count;
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    gaussian: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    save: () => [a, b, c, d],
    restore: (state) => {
      [a, b, c, d] = state;
    },
  };
}

function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return word ^ (word >>> 15);
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
