import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import type { Topic } from '#schemas/topic.ts';
import {
  driverNotifications,
  incidents,
  linkStates,
  signalAcknowledgements,
  signalRecommendations,
} from '#schemas/topics.ts';
import { Writer } from '#schemas/wire.ts';
import { Audience } from './audience.ts';
import { createTestCity, eight, linkState, recommendation, type TestCity } from './city-fixture.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { serveClient, streamLimits } from './stream.ts';
import { createTail } from './tail.ts';

interface Received {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the event carries
  readonly data: any;
}

interface Client {
  /** The next event, waited for. */
  next(): Promise<Received>;
  /** The id of the last event, with which a new client goes on. */
  lastId(): string;
  /** Whether the server ended the stream. */
  ended(): Promise<boolean>;
  leave(): void;
}

const open: Client[] = [];
const cities: TestCity[] = [];

async function start(different: Parameters<typeof createTestCity>[0] = {}): Promise<TestCity> {
  const city = await createTestCity(different);
  await city.app.listen({ port: 0, host: '127.0.0.1' });
  cities.push(city);
  return city;
}

/** Follows the stream as a browser does; resolves once the server has said where it begins. */
async function follow(city: TestCity, query: string, lastEventId?: string): Promise<Client> {
  const { port } = city.app.server.address() as AddressInfo;
  const abort = new AbortController();
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await fetch(`http://127.0.0.1:${port}/v1/stream${query}`, {
    signal: abort.signal,
    headers,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  let id = '';
  const block = async (): Promise<string | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const found = text.slice(0, end);
        text = text.slice(end + 2);
        return found;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  const fieldOf = (lines: string, name: string) =>
    lines
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const first = (await block()) as string;
  id = fieldOf(first, 'id') as string;
  const client: Client = {
    async next() {
      for (;;) {
        const found = await block();
        if (found === undefined) throw new Error('the stream has ended');
        const data = fieldOf(found, 'data');
        id = fieldOf(found, 'id') ?? id;
        if (data !== undefined)
          return { id, event: fieldOf(found, 'event') as string, data: JSON.parse(data) };
      }
    },
    lastId: () => id,
    ended: async () => (await block().catch(() => 'broken')) === undefined,
    leave: () => abort.abort(),
  };
  open.push(client);
  return client;
}

afterEach(async () => {
  for (const client of open.splice(0)) client.leave();
  for (const city of cities.splice(0)) await city.app.close();
});

/** The state of L1 in the nth minute after eight. */
const minute = (n: number) =>
  linkState({ windowStart: eight + minutes(n - 1), at: eight + minutes(n), vehicles: n });

describe('the stream', () => {
  let city: TestCity;
  beforeEach(async () => {
    city = await start();
  });

  it('tells what is new, as REST would', async () => {
    await city.happen(linkStates, 'link', minute(1));
    const client = await follow(city, '?kinds=link');
    await city.happen(linkStates, 'link', minute(2));
    city.now = eight + minutes(2);
    const { event, data } = await client.next();
    const { asOf: _, ...rest } = (await city.app.inject({ url: '/v1/links/L1' })).json();
    expect(event).toBe('link');
    expect({ ...data, ageSeconds: 0 }).toEqual(rest);
    expect(data.vehicles).toBe(2);
  });

  it('goes on exactly after the last event, also on another server', async () => {
    const client = await follow(city, '?kinds=link,incident');
    await city.append(linkStates, minute(1), minute(2), minute(3));
    expect([(await client.next()).data.vehicles, (await client.next()).data.vehicles]).toEqual([1, 2]);
    client.leave();
    await city.append(linkStates, minute(4));
    const other = await start({ log: city.log });
    const again = await follow(other, '?kinds=link,incident', client.lastId());
    expect([(await again.next()).data.vehicles, (await again.next()).data.vehicles]).toEqual([3, 4]);
    await city.append(linkStates, minute(5));
    expect((await again.next()).data.vehicles).toBe(5);
  });

  it('loses nothing to a client that leaves before the first event', async () => {
    const client = await follow(city, '?kinds=link');
    client.leave();
    await city.append(linkStates, minute(1));
    const again = await follow(city, `?kinds=link&lastEventId=${client.lastId()}`);
    expect((await again.next()).data.vehicles).toBe(1);
  });

  it('passes over heartbeats and records that cannot be read', async () => {
    const client = await follow(city, '?kinds=link');
    const writer = new Writer();
    writer.byte(0);
    writer.uint32(embeddedIds.heartbeat);
    encodeHeartbeat(writer, { source: 'link-state/0', at: eight });
    for (const partition of [0, 1])
      await city.log.appendTo(linkStates.name, partition, [
        { key: '', value: writer.take() },
        { key: '', value: Buffer.from([9, 9, 9]) },
      ]);
    await city.append(linkStates, minute(1));
    expect((await client.next()).data.vehicles).toBe(1);
  });

  it('tells a recommendation again when something is said about it', async () => {
    const client = await follow(city, '?kinds=recommendation');
    await city.append(signalRecommendations, recommendation());
    expect((await client.next()).data).toMatchObject({ recommendation: 'R1', status: 'issued' });
    await city.app.inject({
      method: 'POST',
      url: '/v1/recommendations/R1/accept',
      payload: { by: 'engineer' },
    });
    const { event, data } = await client.next();
    expect(event).toBe('recommendation');
    expect(data).toMatchObject({ status: 'accepted', acknowledgements: [{ by: 'engineer' }] });
    const { signature } = (await city.app.inject({ url: '/v1/recommendations/R1' })).json();
    expect(data.signature).toBe(signature);
    expect((await city.log.bounds(signalAcknowledgements.name, 0)).first).toBe(0);
  });

  it('tells a notice to its own subscription only', async () => {
    const subscribe = async () =>
      (
        await city.app.inject({ method: 'POST', url: '/v1/subscriptions', payload: { facility: 'P1' } })
      ).json().subscription as string;
    const [mine, yours] = [await subscribe(), await subscribe()];
    const notice = (notification: string, subscription: string) => ({
      district: 'D1',
      notification,
      subscription,
      at: eight,
      kind: 'parkingLikely' as const,
      facility: 'P1',
      incident: null,
      spaceProbabilityPermille: 930,
      basis: 'sensor' as const,
      text: 'Free spaces.',
      url: null,
      expiresAt: eight + minutes(10),
    });
    const client = await follow(city, `?kinds=notification&subscription=${mine}`);
    await city.append(driverNotifications, notice('T1', yours), notice('T2', mine));
    expect((await client.next()).data.notification).toBe('T2');
    for (const query of ['?kinds=notification', '?kinds=notification&subscription=guessed', '?kinds=lane']) {
      const refused = await city.app.inject({ url: `/v1/stream${query}` });
      expect(refused.headers['content-type']).toContain('application/problem+json');
      expect([400, 404]).toContain(refused.statusCode);
    }
  });

  it('keeps the kinds apart', async () => {
    const client = await follow(city, '?kinds=incident');
    await city.append(linkStates, minute(1));
    await city.append(incidents, {
      district: 'D1',
      incident: 'N1',
      at: eight,
      revision: 0,
      kind: 'debris',
      status: 'detected',
      severity: 'minor',
      link: null,
      longitude: 10.2,
      latitude: 56.16,
      startedAt: eight,
      detectedAt: eight,
      endedAt: null,
      confidencePermille: 500,
      sources: ['V1'],
      text: 'Something lies on the road.',
      plateToken: 'secret-token',
    });
    const { event, data } = await client.next();
    expect([event, data.incident, data.plateToken]).toEqual(['incident', 'N1', undefined]);
  });

  it('counts its clients, and ends cleanly when the server closes', async () => {
    const client = await follow(city, '');
    expect((await city.app.inject({ url: '/metrics' })).body).toContain('arterial_stream_clients 1');
    await city.app.close();
    expect(await client.ended()).toBe(true);
  });
});

describe('a client of the stream', () => {
  it('that has fallen far behind is told so, and goes on with the newest', async () => {
    const city = await start({ stream: { behindMost: 3 } });
    const client = await follow(city, '?kinds=link');
    client.leave();
    await city.append(linkStates, ...[1, 2, 3, 4, 5].map(minute));
    const again = await follow(city, '?kinds=link', client.lastId());
    const { event, data } = await again.next();
    expect(event).toBe('gap');
    expect(data).toMatchObject({ kind: 'link', topic: 'link.state.v1', from: 0, to: 5 });
    await city.append(linkStates, minute(6));
    expect((await again.next()).data.vehicles).toBe(6);
  });

  it('that was further than the log, which is then another log, is told so', async () => {
    const before = await start();
    const client = await follow(before, '?kinds=link');
    await before.append(linkStates, minute(1), minute(2));
    await client.next();
    await client.next();
    const after = await start({ log: createMemoryLog() });
    const again = await follow(after, '?kinds=link', client.lastId());
    expect(await again.next()).toMatchObject({ event: 'gap', data: { from: 2, to: 0 } });
  });

  it('that takes nothing is disconnected, and nothing piles up for it', async () => {
    const city = await createTestCity();
    const tail = createTail(city.log, embeddedIds);
    const present = (event: unknown) => ({
      kind: 'link',
      json: JSON.stringify(event),
      subscription: undefined,
    });
    const channels = [{ topic: linkStates as Topic<never>, kind: 'link', present }];
    await city.append(linkStates, ...Array.from({ length: 2_000 }, (_, i) => minute(i)));
    const sink = new PassThrough();
    const audience = await Audience.open(tail, channels);
    const client = {
      tail,
      resumeAt: new Map([[linkStates.name, [0, 0]]]),
      subscription: undefined,
      sink,
      limits: { ...streamLimits, stalledSeconds: 0.01 },
    };
    await serveClient(client, audience);
    audience.close();
    expect(sink.destroyed).toBe(true);
    // One chunk of 2,000 states, and not all 2,000, was put into the buffers.
    expect(sink.readableLength + sink.writableLength).toBeLessThan(400_000);
    await city.app.close();
  });

  it('hears a comment while nothing happens', async () => {
    const city = await start({ stream: { heartbeatSeconds: 0.02 } });
    const { port } = city.app.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/v1/stream`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes(': alive\n\n')) text += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
  });

  it('with an id that is none of this stream is refused', async () => {
    const city = await start();
    const refused = await city.app.inject({ url: '/v1/stream', headers: { 'last-event-id': 'yesterday' } });
    expect(refused.json()).toMatchObject({ status: 400, code: 'cursor.invalid' });
  });
});

describe('the id of an event', () => {
  it('holds where the client stands in every partition', () => {
    const cursor = new Map([
      ['link.state.v1', [12, 0, 9_007_199_254_740_991]],
      ['incident.v1', [3]],
    ]);
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  it.each([
    '',
    '!!!',
    'link.state.v1:1',
    Buffer.from('a:1').toString('base64url'),
    Buffer.from('a.v1:-1').toString('base64url'),
  ])('%j is none', (id) => {
    expect(decodeCursor(id)).toBeUndefined();
  });
});
