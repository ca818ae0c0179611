import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { minutes } from '#domain/time.ts';
import { embeddedIds } from '#schemas/registry.ts';
import type { Topic } from '#schemas/topic.ts';
import { linkStates } from '#schemas/topics.ts';
import { Audience, Audiences } from './audience.ts';
import { createTestCity, eight, linkState, type TestCity } from './city-fixture.ts';
import { serveClient, streamLimits } from './stream.ts';
import { type Channel, createTail, type Tail } from './tail.ts';

/** How often a record was made into text. */
let presented = 0;
const channel: Channel = {
  topic: linkStates as Topic<never>,
  kind: 'link',
  present(event) {
    presented++;
    const { vehicles, samples } = event as { vehicles: number; samples: number };
    // `samples` bytes long, so that a test can fill what a client has before it.
    return { kind: 'link', json: `${vehicles} ${'x'.repeat(samples)}`, subscription: undefined };
  },
};

/** The state of L1 in the nth minute after eight. */
const minute = (n: number, samples = 0) =>
  linkState({ windowStart: eight + minutes(n - 1), at: eight + minutes(n), vehicles: n, samples });

const numbersIn = (text: string): number[] => [...text.matchAll(/data: (\d+)/g)].map(([, n]) => Number(n));

let city: TestCity;
let tail: Tail;
beforeEach(async () => {
  presented = 0;
  city = await createTestCity();
  tail = createTail(city.log, embeddedIds);
});
afterEach(() => city.app.close());

/** A client that takes all, or nothing until `take` is called. */
function clientOf(audience: Audience, takesAll: boolean) {
  const sink = new PassThrough();
  let text = '';
  const take = (): void => void sink.on('data', (bytes: Buffer) => (text += bytes.toString()));
  if (takesAll) take();
  const client = { tail, resumeAt: undefined, subscription: undefined, sink, limits: streamLimits };
  const served = serveClient(client, audience);
  return { sink, take, served, heard: () => numbersIn(text) };
}

describe('an audience', () => {
  it('has each record made into text once, whatever its size, and tells the same bytes to all', async () => {
    const audience = await Audience.open(tail, [channel]);
    const written: unknown[][] = [[], []];
    for (const own of written)
      void audience.follow({ writableLength: 0, write: (bytes) => own.push(bytes) > 0 }, undefined);
    await city.append(linkStates, minute(1), minute(2));
    await vi.waitFor(() => expect(numbersIn(written[1]!.join(''))).toEqual([1, 2]));
    expect(presented).toBe(2);
    expect(written[0]!.every((bytes, i) => bytes === written[1]![i])).toBe(true);
    audience.close();
  });

  it('goes on without a client that takes nothing, which later hears all of it, each once and in order', async () => {
    const audience = await Audience.open(tail, [channel]);
    const [quick, slow] = [clientOf(audience, true), clientOf(audience, false)];
    const count = 40;
    for (let n = 1; n <= count; n++) await city.append(linkStates, minute(n, 8_000));
    const all = Array.from({ length: count }, (_, i) => i + 1);
    await vi.waitFor(() => expect(quick.heard()).toEqual(all));
    // What it has not taken lies in the log, save for what was before it when it was left behind.
    expect(slow.sink.writableLength).toBeLessThan(150_000);
    slow.take();
    await vi.waitFor(() => expect(slow.heard()).toEqual(all));
    await city.append(linkStates, minute(count + 1));
    await vi.waitFor(() => expect(slow.heard()).toEqual([...all, count + 1]));
    expect(quick.heard()).toEqual([...all, count + 1]);
    audience.close();
    await Promise.all([quick.served, slow.served]);
  });

  it('has a client that comes amid what happens told what comes after it, and nothing twice', async () => {
    const audience = await Audience.open(tail, [channel]);
    const clients: ReturnType<typeof clientOf>[] = [];
    for (let n = 1; n <= 20; n++) {
      clients.push(clientOf(audience, true));
      await city.append(linkStates, minute(n));
    }
    await vi.waitFor(() => expect(clients.every(({ heard }) => heard().at(-1) === 20)).toBe(true));
    for (const { heard } of clients)
      expect(heard()).toEqual(Array.from({ length: heard().length }, (_, i) => 21 - heard().length + i));
    expect(clients[0]!.heard()).toHaveLength(20);
    audience.close();
  });

  it('is left when nobody is in it, and then nothing is read', async () => {
    const audiences = new Audiences(tail);
    await audiences.with([channel], async (audience) => {
      await audiences.with([channel], async (same) => expect(same).toBe(audience));
    });
    await city.append(linkStates, minute(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(presented).toBe(0);
  });
});
