import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ArterialError } from '#runtime/errors.ts';
import type { EventLog } from '#runtime/log.ts';
import { anyEvent } from '#schemas/any-event.ts';
import { eventFromJson, shapeNamed } from '#schemas/json.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection, rejectionCodes } from '#schemas/rejection.ts';
import { encodeRecord, type Topic } from '#schemas/topic.ts';
import { detectorFrames, linkStates, parkingEvents, rawTopics } from '#schemas/topics.ts';
import { createIngest, type Ingest, type IngestResult, rawTopicNamed } from './ingest.ts';
import {
  createRawLog,
  createStillClock,
  eventsOf,
  goodDocuments,
  morning,
  recordsOf,
  rejectedOf,
  smallCity,
} from './small-city.ts';

// Properties try hundreds of events; a busy machine needs its time for them.
vi.setConfig({ testTimeout: 60_000 });

let log: EventLog;
let ingest: Ingest;
const clock = createStillClock();

beforeEach(async () => {
  log = await createRawLog();
  ingest = createIngest({ log, network: smallCity, ids: embeddedIds, clock });
});

const good = (topic: string): Record<string, unknown> => goodDocuments()[topic] as Record<string, unknown>;
const topicNames = rawTopics.map(({ name }) => name);

/** The only rejection of a document that is good but for `change`, in one line. */
async function fault(topic: string, change: object): Promise<string> {
  const { accepted, rejected } = await ingest.json(topic, [{ ...good(topic), ...change }]);
  expect(accepted).toBe(0);
  const { code, field, detail } = (rejected[0] as IngestResult['rejected'][number]).rejection;
  return `${code} ${field}: ${detail}`;
}

describe('a good record', () => {
  it.each(topicNames)('of %s goes into its topic, whichever way it comes', async (name) => {
    const topic = rawTopicNamed(name) as Topic<unknown>;
    const event = eventFromJson(topic, good(name));
    const record = encodeRecord(topic, event, embeddedIds.id(name));
    expect(await ingest.json(name, [good(name)])).toEqual({ accepted: 1, rejected: [] });
    expect(await ingest.events(topic, [event])).toEqual({ accepted: 1, rejected: [] });
    expect(await ingest.encoded(name, [record])).toEqual({ accepted: 1, rejected: [] });
    expect(await recordsOf(log, name)).toEqual([record, record, record]);
    expect(await recordsOf(log, `${name}.rejected`)).toEqual([]);
  });

  it('is appended with all others of its call at once, under the key of its topic', async () => {
    const appended: string[] = [];
    const noting: EventLog = {
      ...log,
      append: async (topic, records) => {
        appended.push(`${topic}: ${records.map(({ key }) => key).join(' ')}`);
      },
    };
    const door = createIngest({ log: noting, network: smallCity, ids: embeddedIds, clock });
    await door.json('parking.event.v1', [good('parking.event.v1'), {}, good('parking.event.v1')]);
    expect(appended).toEqual(['parking.event.v1: P1 P1', 'parking.event.v1.rejected: parking.event.v1']);
  });
});

describe('a record that cannot be used', () => {
  it('is told by its place and kept with its reason, while the others go on', async () => {
    const late = { ...good('parking.event.v1'), at: '2024-05-01T08:00:00' };
    const result = await ingest.json('parking.event.v1', [good('parking.event.v1'), late]);
    expect(result).toMatchObject({ accepted: 1, rejected: [{ index: 1, rejection: { code: 'time.zone' } }] });
    expect(await rejectedOf(log, 'parking.event.v1')).toEqual([
      {
        topic: 'parking.event.v1',
        code: 'time.zone',
        field: 'at',
        detail:
          '2024-05-01T08:00:00 has no zone; 2024-05-01T08:00:00Z or 2024-05-01T08:00:00+02:00 would be right',
        receivedAt: morning,
        bytes: Buffer.from(JSON.stringify(late)),
      },
    ]);
  });

  it.each([
    ['detector.frame.v1', { cabinet: 'C9' }, 'reference.unknown cabinet: C9 is not in the detector table'],
    ['detector.frame.v1', { site: 'S9' }, 'value.combination site: S9; S1 would be right, where C1 is'],
    [
      'detector.frame.v1',
      { readings: [{ detector: 1 }, { detector: 3 }] },
      'reference.unknown readings[1].detector: 3 of cabinet C1 is not in the detector table',
    ],
    [
      'detector.frame.v1',
      { readings: [{ detector: 1, count: 3, speedDecikph: 0 }] },
      'value.combination readings[0].speedDecikph',
    ],
    ['camera.observation.v1', { camera: 'K9' }, 'reference.unknown camera: K9 is not in the camera table'],
    ['camera.observation.v1', { site: 'S9' }, 'value.combination site: S9; S1 would be right, where K1 is'],
    [
      'camera.observation.v1',
      { lanes: [{ link: 'L9', lane: 1, count: 0 }] },
      'reference.unknown lanes[0].link: L9 is not in the link table',
    ],
    [
      'camera.observation.v1',
      { observations: [{ kind: 'smoke', link: 'L9', toStopBarMeters: 0, confidencePermille: 1, track: 1 }] },
      'reference.unknown observations[0].link: L9 is not in the link table',
    ],
    [
      'signal.event.v1',
      { intersection: 'X9' },
      'reference.unknown intersection: X9 is not in the node table',
    ],
    ['signal.event.v1', { site: 'S9' }, 'value.combination site: S9; S1 would be right, where X1 is'],
    ['parking.event.v1', { facility: 'P9' }, 'reference.unknown facility: P9 is not in the parking table'],
    [
      'parking.event.v1',
      { occupiedSpaces: 121 },
      'value.range occupiedSpaces: 121; 0..120 would be right, the capacity of P1',
    ],
    ['parking.event.v1', { occupiedSpaces: null }, 'value.combination occupiedSpaces'],
    [
      'parking.event.v1',
      { space: 'A'.repeat(201) },
      'value.range space: 201 characters; 1..200 would be right',
    ],
    [
      'environment.reading.v1',
      { station: 'W9' },
      'reference.unknown station: W9 is not in the station table',
    ],
    ['citizen.report.v1', { district: 'D9' }, 'reference.unknown district: D9 is not in the district table'],
    ['citizen.report.v1', { report: '' }, 'value.range report: 0 characters; 1..200 would be right'],
    [
      'citizen.report.v1',
      { text: 'a'.repeat(1001) },
      'value.range text: 1001 characters; 0..1000 would be right',
    ],
    ['driver.subscription.v1', { district: 'D9' }, 'reference.unknown district: D9'],
    [
      'driver.subscription.v1',
      { facility: 'P9' },
      'reference.unknown facility: P9 is not in the parking table',
    ],
    [
      'driver.subscription.v1',
      { district: 'D2' },
      'value.combination district: D2; D1 would be right, where P1 is',
    ],
    ['driver.subscription.v1', { facility: null }, 'value.combination facility: bound for nowhere'],
    ['driver.subscription.v1', { facility: null, latitude: 56 }, 'value.combination longitude: half a place'],
    ['signal.acknowledgement.v1', { intersection: 'X9' }, 'reference.unknown intersection: X9'],
    ['signal.acknowledgement.v1', { district: 'D2' }, 'value.combination district: D2; D1 would be right'],
  ])('of %s with %j says what would be right', async (topic, change, said) => {
    expect(await fault(topic, change)).toContain(said);
    expect(await recordsOf(log, topic)).toEqual([]);
  });

  it('may be full to the last space and a driver may end what has no place', async () => {
    const ended = { ...good('driver.subscription.v1'), status: 'ended', facility: null };
    expect(await ingest.json('driver.subscription.v1', [ended])).toMatchObject({ accepted: 1 });
    expect(await ingest.json('parking.event.v1', [good('parking.event.v1')])).toMatchObject({ accepted: 1 });
  });

  it('made in this process is refused like one from a device', async () => {
    const event = eventFromJson(parkingEvents, good('parking.event.v1'));
    if (isRejection(event)) throw new Error(event.detail);
    const wrong = [
      { ...event, sequence: 1.5 },
      { ...event, sequence: -1 },
      { ...event, kind: 'arrival' as 'entry' },
      { ...event, facility: 'P9' },
      { ...event, at: 1e15 },
      event,
    ];
    const { accepted, rejected } = await ingest.events(parkingEvents, wrong);
    expect(accepted).toBe(1);
    expect(rejected.map(({ index, rejection }) => `${index} ${rejection.code}`)).toEqual([
      '0 wire.number',
      '1 value.range',
      '2 wire.choice',
      '3 reference.unknown',
      '4 value.range',
    ]);
    expect(await eventsOf(log, 'parking.event.v1')).toEqual([event]);
  });

  it('of another schema, without a frame or of a megabyte is told so', async () => {
    const topic = rawTopicNamed('parking.event.v1') as Topic<unknown>;
    const event = eventFromJson(topic, good('parking.event.v1'));
    const foreign = encodeRecord(topic, event, embeddedIds.id('detector.frame.v1'));
    const { rejected } = await ingest.encoded('parking.event.v1', [
      foreign,
      encodeRecord(topic, event, embeddedIds.heartbeat),
      Buffer.of(),
      Buffer.of(1, 0, 0, 0, 5, 0),
      Buffer.alloc(1024 * 1024),
    ]);
    expect(rejected.map(({ rejection }) => rejection.code)).toEqual([
      'wire.schema',
      'wire.schema',
      'wire.framing',
      'wire.framing',
      'wire.length',
    ]);
    const kept = await rejectedOf(log, 'parking.event.v1');
    expect(kept.map(({ bytes }) => bytes.length)).toEqual([foreign.length, foreign.length, 0, 6, 64 * 1024]);
  });

  it('never throws, whatever it is', async () => {
    const anything = fc.anything({ withBigInt: false, withNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...topicNames), fc.array(anything), async (topic, documents) => {
        const parsed = JSON.parse(JSON.stringify(documents)) as unknown[];
        const { accepted, rejected } = await ingest.json(topic, parsed);
        expect(accepted + rejected.length).toBe(parsed.length);
        for (const { rejection } of rejected) expect(rejectionCodes).toContain(rejection.code);
      }),
    );
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
    for (const topic of topicNames)
      expect(await ingest.json(topic, [deep, { observations: [deep], plate: deep }])).toMatchObject({
        accepted: 0,
      });
  });

  it('is one of those of a city that it does not know', async () => {
    for (const topic of topicNames.map((name) => rawTopicNamed(name) as Topic<unknown>))
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent(shapeNamed(topic.name))), async (events) => {
          const result = await ingest.events(topic, events);
          expect(result.accepted).toBe(0);
          expect(result.rejected).toHaveLength(events.length);
        }),
        { numRuns: 20 },
      );
  });
});

describe('the door', () => {
  it('is shut to derived topics and to topics that do not exist', async () => {
    await expect(ingest.json('link.state.v1', [])).rejects.toThrow('link.state.v1 is not a raw topic');
    await expect(ingest.encoded('heartbeat.v1', [])).rejects.toThrow('is not a raw topic');
    await expect(ingest.events(linkStates, [])).rejects.toThrow('is not a raw topic');
  });

  it('keeps a body in which no records can be told apart', async () => {
    const why = (await ingest.json('parking.event.v1', [7])).rejected[0]?.rejection;
    if (!why) throw new Error('7 was accepted');
    await ingest.unreadable('parking.event.v1', Buffer.from('{'), why);
    await ingest.unreadable('camera.observation.v1', Buffer.from('{"plate":"AB12345'), why);
    expect((await rejectedOf(log, 'parking.event.v1')).map(({ bytes }) => `${bytes}`)).toEqual(['7', '{']);
    expect((await rejectedOf(log, 'camera.observation.v1')).map(({ bytes }) => `${bytes}`)).toEqual(['']);
  });

  it('lets the failures of the log through', async () => {
    const append = async (): Promise<void> => {
      throw new ArterialError('log.unavailable', 'the broker is gone', { canRetry: true });
    };
    const door = createIngest({ log: { ...log, append }, network: smallCity, ids: embeddedIds, clock });
    await expect(door.json('parking.event.v1', [good('parking.event.v1')])).rejects.toThrow(
      'the broker is gone',
    );
    await expect(door.json('parking.event.v1', [{}])).rejects.toThrow('the broker is gone');
  });
});

describe('a heartbeat', () => {
  it('reaches every partition of every raw topic', async () => {
    await ingest.heartbeat('ingest', morning);
    for (const name of topicNames) {
      expect(await eventsOf(log, name)).toEqual([
        { source: 'ingest', at: morning },
        { source: 'ingest', at: morning },
      ]);
      for (let partition = 0; partition < 2; partition++)
        expect(await log.bounds(name, partition)).toEqual({ first: 0, next: 1 });
    }
  });
});

describe('the topics of the small city', () => {
  it('are all the raw topics there are', () => {
    expect(Object.keys(goodDocuments()).sort()).toEqual([...topicNames].sort());
    expect(topicNames).toContain(detectorFrames.name);
  });
});
