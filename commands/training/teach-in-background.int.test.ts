import { describe, expect, it } from 'vitest';
import { countedTick } from '#domain/forecast/city-ticks.ts';
import { teach } from '#domain/forecast/curriculum.ts';
import { teachInBackground } from './teach-in-background.ts';

describe('teaching in the background', () => {
  const pace = { tickSeconds: 1800, horizons: [1, 2], recalls: true };
  const sensors = ['a', 'b'];
  const times = Float64Array.from({ length: 700 }, (_, i) => Date.UTC(2026, 0, 5) + i * 1_800_000);
  const values = Float32Array.from({ length: 1400 }, (_, i) => 50 + ((i * 37) % 23));
  const teaching = { name: 'background', seed: 3, members: 1, lessons: 10_000 };

  it('gives the same network, to the last byte, as teaching here', async () => {
    const model = await teachInBackground({ pace, sensors, times, values, teaching });
    const ticks = Array.from(times, (at, number) => countedTick(number, at, pace));
    expect(model).toEqual(teach({ pace, sensors, ticks, values }, teaching));
  });

  it('fails when what is to be taught cannot be', async () => {
    const order = { pace, sensors, times, values: undefined as unknown as Float32Array, teaching };
    await expect(teachInBackground(order)).rejects.toThrow(TypeError);
  });
});
