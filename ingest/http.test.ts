import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArterialError } from '#runtime/errors.ts';
import type { EventLog } from '#runtime/log.ts';
import { eventFromJson } from '#schemas/json.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord, type Topic } from '#schemas/topic.ts';
import { rawTopics } from '#schemas/topics.ts';
import { ingestRoutes } from './http.ts';
import { createIngest, type Ingest, rawTopicNamed } from './ingest.ts';
import {
  createRawLog,
  createStillClock,
  goodDocuments,
  recordsOf,
  rejectedOf,
  smallCity,
} from './small-city.ts';

const topic = 'parking.event.v1';
const limits = { bodyBytes: 200_000, records: 5, requestsAtOnce: 2 };
const count = (): Record<string, unknown> => goodDocuments()[topic] as Record<string, unknown>;

let log: EventLog;
let ingest: Ingest;
let app: FastifyInstance;
let lines: string[];

beforeEach(async () => {
  log = await createRawLog();
  ingest = createIngest({ log, network: smallCity, ids: embeddedIds, clock: createStillClock() });
  lines = [];
  app = await serve(ingest);
});
afterEach(() => app.close());

async function serve(door: Ingest): Promise<FastifyInstance> {
  const server = fastify({
    logger: { level: 'trace', stream: { write: (line: string) => lines.push(line) } },
  });
  await server.register(ingestRoutes, { ingest: door, limits });
  return server;
}

const post = (
  body: string | Buffer,
  contentType = 'application/json',
  to = topic,
): Promise<LightMyRequestResponse> =>
  app.inject({ method: 'POST', url: `/v1/ingest/${to}`, headers: { 'content-type': contentType }, body });

const postJson = (document: unknown, to = topic): Promise<LightMyRequestResponse> =>
  post(JSON.stringify(document), 'application/json', to);

/** A record after its length in bytes, as an Avro body has it. */
function lengthPrefixed(record: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(record.length);
  return Buffer.concat([length, record]);
}

function framed(document: unknown): Buffer {
  const parking = rawTopicNamed(topic) as Topic<unknown>;
  return encodeRecord(parking, eventFromJson(parking, document), embeddedIds.id(topic));
}

describe('POST /v1/ingest/:topic with JSON', () => {
  it('takes one document or a list of them', async () => {
    for (const [body, accepted] of [
      [count(), 1],
      [[count(), count()], 2],
      [[], 0],
    ]) {
      const response = await postJson(body);
      expect(response.statusCode).toBe(202);
      expect(response.json()).toEqual({ accepted, rejected: [] });
    }
    expect(await recordsOf(log, topic)).toHaveLength(3);
  });

  it('takes every raw topic', async () => {
    for (const { name } of rawTopics)
      expect((await postJson(goodDocuments()[name], name)).statusCode).toBe(202);
  });

  it('says of each rejected record which it is, where, why and what would be right', async () => {
    const response = await postJson([count(), { ...count(), facility: 'P9' }]);
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({
      accepted: 1,
      rejected: [
        {
          index: 1,
          code: 'reference.unknown',
          field: 'facility',
          detail: 'P9 is not in the parking table; a row there would be right',
        },
      ],
    });
  });

  it('answers 400 when nothing of it could be used', async () => {
    const response = await postJson([{ ...count(), facility: 'P9' }]);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'reference.unknown' }] });
  });

  it.each([
    ['{"facility":', 'json.syntax'],
    ['', 'json.syntax'],
    [Buffer.from([0x22, 0xff, 0x22]), 'wire.text'],
  ])('answers 400 to %j and keeps it', async (body, code) => {
    const response = await post(body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ accepted: 0, rejected: [{ index: 0, code }] });
    expect(await rejectedOf(log, topic)).toMatchObject([{ code, bytes: Buffer.from(body) }]);
  });
});

describe('POST /v1/ingest/:topic with Avro', () => {
  const avro = 'application/avro';

  it('takes records each after its length', async () => {
    const records = [framed(count()), framed({ ...count(), sequence: 8 })];
    const response = await post(Buffer.concat(records.map(lengthPrefixed)), avro);
    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({ accepted: 2, rejected: [] });
    expect(await recordsOf(log, topic)).toEqual(records);
  });

  it('takes those before the place where the framing breaks, and keeps the rest', async () => {
    const good = lengthPrefixed(framed(count()));
    for (const rest of [Buffer.of(0, 0), Buffer.of(0, 0, 0, 9, 1, 2), good.subarray(0, good.length - 1)]) {
      const response = await post(Buffer.concat([good, rest]), avro);
      expect(response.statusCode).toBe(202);
      expect(response.json()).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'wire.framing' }] });
      expect((await rejectedOf(log, topic)).at(-1)?.bytes).toEqual(rest);
    }
  });

  it('refuses records of another schema', async () => {
    const record = framed(count());
    record.writeUInt32BE(embeddedIds.id('link.state.v1'), 1);
    const response = await post(lengthPrefixed(record), avro);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ rejected: [{ index: 0, code: 'wire.schema' }] });
  });
});

describe('what cannot be taken at all', () => {
  it('is a topic that is not raw: the answer names those that are', async () => {
    for (const name of ['link.state.v1', 'heartbeat.v1', 'nothing', 'parking.event.v1.rejected']) {
      const response = await postJson([], name);
      expect(response.statusCode).toBe(404);
      expect(response.headers['content-type']).toContain('application/problem+json');
      expect(response.json()).toMatchObject({ code: 'resource.unknown', status: 404 });
      expect(response.json().detail).toContain(rawTopics.map((raw) => raw.name).join(', '));
    }
  });

  it('is more than one body may hold, in bytes or in records', async () => {
    expect((await post(' '.repeat(limits.bodyBytes + 1))).statusCode).toBe(413);
    const many = await postJson(Array.from({ length: 6 }, count));
    expect(many.statusCode).toBe(413);
    expect(many.json()).toMatchObject({
      code: 'limit.reached',
      detail: expect.stringContaining('at most 5'),
    });
    expect((await post(Buffer.alloc(4 * 5000), 'application/avro')).statusCode).toBe(413);
    expect(await recordsOf(log, topic)).toEqual([]);
  });

  it('is another media type', async () => {
    expect((await post('facility=P1', 'text/plain')).statusCode).toBe(415);
  });

  it('is what the log does not take: 503, and to be sent again', async () => {
    const append = async (): Promise<void> => {
      throw new ArterialError('log.unavailable', 'broker-1:9092 refused', { canRetry: true });
    };
    const door = createIngest({
      log: { ...log, append },
      network: smallCity,
      ids: embeddedIds,
      clock: createStillClock(),
    });
    app = await serve(door);
    const response = await postJson(count());
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('1');
    expect(response.json()).toMatchObject({ code: 'service.unavailable' });
    expect(lines.join()).toContain('log.unavailable');
  });

  it('is one request more than may wait for the log: 429, and taken again when one is done', async () => {
    let release = (): void => {};
    let entered = 0;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    app = await serve({
      ...ingest,
      json: async (...given) => {
        entered++;
        await gate;
        return ingest.json(...given);
      },
    });
    const waiting = [postJson(count()), postJson(count())];
    await vi.waitFor(() => expect(entered).toBe(2));
    const refused = await postJson(count());
    release();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual([202, 202]);
    expect((await postJson(count())).statusCode).toBe(202);
  });
});

describe('a number plate in a body', () => {
  const camera = 'camera.observation.v1';
  const seen = { kind: 'illegalParking', link: 'L1', toStopBarMeters: 4, confidencePermille: 900, track: 5 };
  const document = (change: object): object => ({
    ...goodDocuments()[camera],
    observations: [{ ...seen, plate: 'GHJKL77' }],
    ...change,
  });

  it('is in no answer, no record and no log line, even when the body is broken', async () => {
    const good = JSON.stringify(document({}));
    const bodies = [
      good,
      good.slice(0, -3),
      good.replace('"GHJKL77"', 'GHJKL77'),
      good.replace('"GHJKL77"', '"GHJKL77'),
      JSON.stringify([document({ camera: 'GHJKL77' }), document({ GHJKL77: 1 }), document({ site: 'S9' })]),
    ];
    const said: string[] = [];
    for (const body of bodies) {
      const response = await post(body, 'application/json', camera);
      said.push(response.body, JSON.stringify(response.headers));
    }
    const records = [...(await recordsOf(log, camera)), ...(await recordsOf(log, `${camera}.rejected`))];
    expect(records).toHaveLength(7);
    expect(lines.length).toBeGreaterThan(0);
    for (const output of [...said, ...lines, ...records.map(String)]) expect(output).not.toContain('GHJKL');
  });
});

describe('the description of the API', () => {
  it('shows the documents of every raw topic and the answers', async () => {
    const described = fastify();
    await described.register(swagger, { openapi: { openapi: '3.1.0' } });
    await described.register(ingestRoutes, { ingest, limits });
    await described.ready();
    const document = described.swagger() as unknown as {
      paths: Record<
        string,
        { post: { requestBody: { content: Record<string, unknown> }; responses: object } }
      >;
    };
    const post = document.paths['/v1/ingest/{topic}']?.post;
    expect(Object.keys(post?.requestBody.content ?? {})).toEqual(['application/json', 'application/avro']);
    expect(JSON.stringify(post?.requestBody)).toContain('"title":"detector.frame.v1"');
    expect(Object.keys(post?.responses ?? {})).toEqual(['202', '400', '404', '413', '429', '503']);
    await described.close();
  });
});
