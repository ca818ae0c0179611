import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { signalsStdio } from './signals-stdio.ts';

const link = (number: number, lane: string) => ({
  link: number,
  in_lane: lane,
  out_lane: `out-${number}`,
  in_edge: lane,
  out_edge: `out-${number}`,
  dir: 's',
  in_lane_length_m: 100,
  speed_limit_mps: 13.9,
  saturation_veh_h: 1800,
  downstream_signal: null,
  downstream_distance_m: null,
});
const loop = (role: string, lane: string, number: number) => ({
  id: `${lane}-${role}`,
  role,
  signal: 'A',
  lane,
  distance_to_stop_m: role === 'stop' ? 2 : 45,
  length_m: 0,
  links: [number],
});
const hello = {
  type: 'hello',
  tick_s: 5,
  apply_latency_s: 1,
  rules: { max_cycle_s: 300 },
  signals: [
    {
      id: 'A',
      yellow_s: 3,
      all_red_s: 0,
      min_green_s: 5,
      max_red_s: 180,
      stages: [
        { state: 'Gr', native_green_s: 30, links: [0], protected: [0] },
        { state: 'rG', native_green_s: 30, links: [1], protected: [1] },
      ],
      links: [link(0, 'n'), link(1, 'e')],
    },
  ],
  detectors: [loop('stop', 'n', 0), loop('advance', 'n', 0), loop('stop', 'e', 1), loop('advance', 'e', 1)],
};
const tick = (t: number, waits: number) => ({
  type: 'tick',
  t,
  interval_s: t === 0 ? 0 : 5,
  detectors: [
    { id: 'e-stop', count: 0, occ: 100, on: 1 },
    { id: 'e-advance', count: waits, occ: 10, on: 0 },
    { id: 'n-stop', count: 0, occ: 0, on: 0 },
    { id: 'n-advance', fault: true },
  ],
  signals: [{ id: 'A', stage: 0, clearing_to: null, elapsed_s: 20 + t, state: 'Gr' }],
});

interface Said {
  readonly type: string;
  readonly stage?: number;
  readonly stages?: readonly { readonly stage: number; readonly green_s: number }[];
  readonly t?: number;
}

async function say(plansOnly: boolean, ...lines: readonly object[]): Promise<Said[]> {
  const output = new PassThrough();
  const said = text(output);
  await signalsStdio(
    Readable.from(lines.map((line) => `${JSON.stringify(line)}\n`)),
    output,
    () => undefined,
    { plansOnly },
  );
  output.end();
  return (await said)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Said);
}

describe('signals stdio', () => {
  it('is ready after the hello, and ends each tick with go', async () => {
    const said = await say(false, hello, tick(0, 0), tick(5, 1), { type: 'end' });
    expect(said[0]).toEqual({ type: 'ready' });
    expect(said.filter(({ type }) => type === 'go').map(({ t }) => t)).toEqual([0, 5]);
  });

  it('calls the stage for those who wait', async () => {
    const said = await say(false, hello, tick(0, 0), tick(5, 2), tick(10, 2), { type: 'end' });
    const last = said.filter(({ type }) => type === 'stage' || type === 'plan').at(-1);
    expect(last?.stage ?? last?.stages?.[1]?.stage).toBe(1);
  });

  it('says nothing but plans when it is asked for plans', async () => {
    const ticks = Array.from({ length: 90 }, (_, i) => tick(i * 5, i % 3));
    const said = await say(true, hello, ...ticks, { type: 'end' });
    expect(new Set(said.map(({ type }) => type))).toEqual(new Set(['ready', 'go', 'plan']));
  });

  it('gives the signal back where it has made things worse', async () => {
    // At each full minute nearly nobody waits, and what is foreseen of the next is little; then many do.
    const [zone, empty] = [loop('queue', 'e', 1), loop('queue', 'n', 0)].map((at) => ({
      ...at,
      length_m: 100,
    }));
    const ticks = Array.from({ length: 200 }, (_, i) => {
      const waits = (i * 5) % 60 === 0 ? 1 : 12;
      const shown = { id: 'A', stage: 1, clearing_to: null, elapsed_s: 20 + i * 5, state: 'rG' };
      const detectors = [
        { id: 'e-queue', veh: waits, halt: waits, jam_m: 7.5 * waits },
        { id: 'n-queue', veh: 0, halt: 0, jam_m: 0 },
      ];
      return { type: 'tick', t: i * 5, interval_s: i === 0 ? 0 : 5, detectors, signals: [shown] };
    });
    const said = await say(false, { ...hello, detectors: [zone, empty] }, ...ticks, { type: 'end' });
    const kinds = said.map(({ type }) => type).filter((type) => type !== 'go');
    expect(kinds.filter((type) => type === 'release')).toHaveLength(1);
    expect(kinds.at(-1)).toBe('release');
  });

  it('refuses a tick before the hello', async () => {
    await expect(say(false, tick(0, 0))).rejects.toThrow('hello');
  });
});
