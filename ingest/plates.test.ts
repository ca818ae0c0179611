import { inspect } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { EventLog } from '#runtime/log.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { cameraObservations, driverSubscriptions } from '#schemas/topics.ts';
import { createIngest, type Ingest } from './ingest.ts';
import { createPlateTokens, isPlateToken, RawPlate } from './plates.ts';
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

const hour = minutes(60);
/** Midnight in Copenhagen between 1 and 2 May 2024: 22:00 UTC. */
const midnight = Date.UTC(2024, 4, 1, 22);

describe('the token of a plate', () => {
  it('is the first 128 bits of HMAC-SHA-256, as OpenSSL computes it', () => {
    // printf AB12345 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01
    const tokens = createPlateTokens('Europe/Copenhagen', () => Buffer.alloc(32, 1));
    expect(tokens.tokenise('AB 12 345', morning)).toBe('c415df8576002abc6e091795c36fff5b');
    expect(isPlateToken(tokens.tokenise('AB 12 345', morning))).toBe(true);
  });

  it('is the same however the plate is written', () => {
    const tokens = createPlateTokens('Europe/Copenhagen');
    const written = ['AB12345', 'ab 12 345', ' AB-12·345 ', 'ＡＢ１２３４５'];
    expect(new Set(written.map((plate) => tokens.tokenise(plate, morning))).size).toBe(1);
    expect(tokens.tokenise('粤B·D12345', morning)).toBe(tokens.tokenise('粤BD12345', morning));
    expect(tokens.tokenise('AB12346', morning)).not.toBe(tokens.tokenise('AB12345', morning));
  });

  it('is another from midnight of the city on, and the key of the day before is gone', () => {
    const keys: Buffer[] = [];
    const tokens = createPlateTokens('Europe/Copenhagen', () => {
      keys.push(Buffer.alloc(32, keys.length + 1));
      return keys.at(-1) as Buffer;
    });
    const today = tokens.tokenise('AB12345', midnight - hour);
    expect(tokens.tokenise('AB12345', midnight - 1)).toBe(today);
    expect(tokens.tokenise('AB12345', midnight)).not.toBe(today);
    expect(keys.map((key) => key.every((byte) => byte === 0))).toEqual([true, false]);
    expect(tokens.tokenise('AB12345', midnight - 1), 'nobody can go back to a day').not.toBe(
      createPlateTokens('Europe/Copenhagen', () => Buffer.alloc(32, 2)).tokenise('AB12345', midnight),
    );
  });

  it('cannot be made again once the key is destroyed, even when no plate comes', () => {
    const keys: Buffer[] = [];
    const tokens = createPlateTokens('Europe/Copenhagen', () => {
      keys.push(Buffer.alloc(32, 7));
      return keys.at(-1) as Buffer;
    });
    tokens.tokenise('AB12345', morning);
    tokens.expire(midnight - 1);
    expect(keys[0]?.every((byte) => byte === 7)).toBe(true);
    tokens.expire(midnight);
    expect(keys[0]?.every((byte) => byte === 0)).toBe(true);
    tokens.tokenise('AB12345', midnight);
    tokens.destroy();
    expect(keys[1]?.every((byte) => byte === 0)).toBe(true);
  });

  it('is the same in two processes that agree on the key of a day, and another the day after', async () => {
    const agreed = new Map<string, Buffer>();
    const agree = async (day: string, proposed: Buffer): Promise<Buffer> => {
      if (!agreed.has(day)) agreed.set(day, Buffer.from(proposed));
      return agreed.get(day) as Buffer;
    };
    const [one, other] = [1, 2].map(() => createPlateTokens('Europe/Copenhagen', undefined, agree));
    await one!.prepare(morning);
    await other!.prepare(morning);
    const token = one!.tokenise('AB12345', morning);
    expect(other!.tokenise('AB 12345', morning)).toBe(token);
    expect(() => one!.tokenise('AB12345', midnight)).toThrow('prepared');
    await one!.prepare(midnight);
    await other!.prepare(midnight);
    expect(one!.tokenise('AB12345', midnight)).not.toBe(token);
    expect(other!.tokenise('AB12345', midnight)).toBe(one!.tokenise('AB12345', midnight));
    expect([...agreed.keys()].length).toBe(2);
  });

  it('comes from a random key: two cities make two', () => {
    const make = (): string => createPlateTokens('Europe/Copenhagen').tokenise('AB12345', morning);
    expect(make()).not.toBe(make());
  });
});

describe('a raw plate', () => {
  const plate = new RawPlate('AB12345');

  it('prints as [plate], whatever prints it', () => {
    expect(JSON.stringify({ plate })).toBe('{"plate":"[plate]"}');
    expect(`${plate}`).toBe('[plate]');
    expect(inspect({ plate }, { showHidden: true, depth: 9 })).toBe('{ plate: [plate] }');
    expect(String(Object.entries(plate))).toBe('');
    expect(() => structuredClone({ plate })).not.toThrow();
    expect(JSON.stringify(structuredClone({ plate }))).not.toContain('AB12345');
  });

  it('knows itself in a text however it is spaced', () => {
    expect(RawPlate.anyIn([plate], 'my car ab-12 345!')).toBe(true);
    expect(RawPlate.anyIn([plate], 'my car ab-12 346!')).toBe(false);
    expect(RawPlate.anyIn([new RawPlate('')], 'anything')).toBe(false);
  });
});

describe('plates at the door', () => {
  let log: EventLog;
  let ingest: Ingest;
  const clock = createStillClock();
  const plates = createPlateTokens('Europe/Copenhagen');

  beforeEach(async () => {
    clock.set(morning);
    log = await createRawLog();
    ingest = createIngest({ log, network: smallCity, ids: embeddedIds, clock, plates });
  });

  const seen = { kind: 'illegalParking', link: 'L1', toStopBarMeters: 4, confidencePermille: 900, track: 5 };
  const camera = (observation: object, change: object = {}): Record<string, unknown> => ({
    ...goodDocuments()['camera.observation.v1'],
    observations: [{ ...seen, ...observation }],
    ...change,
  });
  const driver = (change: object): Record<string, unknown> => ({
    ...goodDocuments()['driver.subscription.v1'],
    ...change,
  });

  it('become the same token for the camera and for the driver', async () => {
    const token = plates.tokenise('AB12345', morning);
    const seenThere = camera({ plate: 'AB 12345' });
    expect(await ingest.json('camera.observation.v1', [seenThere])).toMatchObject({ accepted: 1 });
    expect(await ingest.json('driver.subscription.v1', [driver({ plate: 'ab12345' })])).toMatchObject({
      accepted: 1,
    });
    expect(await eventsOf(log, 'camera.observation.v1')).toMatchObject([
      { observations: [{ plateToken: token }] },
    ]);
    expect(await eventsOf(log, 'driver.subscription.v1')).toMatchObject([{ plateToken: token }]);
    expect(seenThere['observations'], 'the document given is left as it is').toMatchObject([
      { plate: 'AB 12345' },
    ]);
  });

  it('may be left out, and a camera may make its own tokens', async () => {
    const own = 'a'.repeat(32);
    const documents = [camera({ plate: null }), camera({}), camera({ plateToken: own })];
    expect(await ingest.json('camera.observation.v1', documents)).toMatchObject({ accepted: 3 });
    expect(await eventsOf(log, 'camera.observation.v1')).toMatchObject([
      { observations: [{ plateToken: null }] },
      { observations: [{ plateToken: null }] },
      { observations: [{ plateToken: own }] },
    ]);
  });

  it.each([
    ['observations[0].plate', 'json.type', camera({ plate: 12345 })],
    ['observations[0].plate', 'value.range', camera({ plate: 'GHJKL-MNPQR-STUVW' })],
    ['observations[0].plate', 'value.range', camera({ plate: '-' })],
    ['observations[0].plate', 'value.combination', camera({ plate: 'GHJKL7', plateToken: 'a'.repeat(32) })],
    ['observations[0].plateToken', 'value.range', camera({ plateToken: 'GHJKL7' })],
    ['observations[0].link', 'value.combination', camera({ plate: 'GHJKL7', link: 'ghjkl 7' })],
    ['plate', 'json.unknown', camera({}, { plate: 'GHJKL7' })],
    ['observations[0].licensePlate', 'json.unknown', camera({ licensePlate: 'GHJKL7' })],
    ['observations[0].plate', 'value.range', camera({ plate: '' })],
  ])('that come wrongly are refused at %s as %s and not repeated', async (field, code, document) => {
    const result = await ingest.json('camera.observation.v1', [document]);
    expect(result).toMatchObject({ accepted: 0, rejected: [{ rejection: { field, code } }] });
    const [kept] = await rejectedOf(log, 'camera.observation.v1');
    expect(`${kept?.detail} ${kept?.bytes}`.toUpperCase()).not.toMatch(/GHJKL|12345/);
  });

  it('in hundreds in one record are withheld with all of it', async () => {
    const observations = Array.from({ length: 101 }, (_, i) => ({ ...seen, plate: `GHJKL${i}` }));
    const { rejected } = await ingest.json('camera.observation.v1', [camera({}, { observations })]);
    expect(rejected).toMatchObject([{ rejection: { code: 'value.range' } }]);
    const [kept] = await rejectedOf(log, 'camera.observation.v1');
    expect(`${kept?.bytes}`).toBe('"[withheld: 101 number plates]"');
  });

  it('in the place of a token of a binary record leave no bytes behind', async () => {
    const event = { ...(await acceptedSubscription()), plateToken: 'GHJKL7' };
    const record = encodeRecord(driverSubscriptions, event, embeddedIds.id('driver.subscription.v1'));
    for (const result of [
      await ingest.encoded('driver.subscription.v1', [record]),
      await ingest.events(driverSubscriptions, [event]),
      await ingest.encoded('driver.subscription.v1', [record.subarray(0, record.length - 1)]),
    ])
      expect(result.accepted).toBe(0);
    const kept = await rejectedOf(log, 'driver.subscription.v1');
    expect(kept.map(({ bytes }) => bytes.length)).toEqual([0, 0, 0]);
  });

  async function acceptedSubscription() {
    await ingest.json('driver.subscription.v1', [driver({})]);
    const [event] = await eventsOf(log, 'driver.subscription.v1');
    return event as ReturnType<typeof driverSubscriptions.decode>;
  }

  it('have their key destroyed by the heartbeats when the day is over', async () => {
    const today = plates.tokenise('AB12345', morning);
    clock.set(midnight);
    await ingest.heartbeat('ingest', midnight);
    clock.set(morning);
    expect(plates.tokenise('AB12345', morning)).not.toBe(today);
  });

  it('are in no record, rejection or kept byte, wherever in a document they stand', async () => {
    // Letters beyond F, so that no token can hold the plate by chance.
    const anyPlate = fc
      .tuple(
        fc.stringMatching(/^[G-Z]{3}$/),
        fc.stringMatching(/^[0-9]{2,5}$/),
        fc.constantFrom('', ' ', '-'),
      )
      .map(([letters, digits, space]) => `${letters}${space}${digits}`);
    const anyPlace = fc.constantFrom(
      'observation',
      'driver',
      'root',
      'lane',
      'site',
      'kind',
      'id',
      'key',
      'twice',
      'apart',
    );
    const anyDamage = fc.constantFrom(
      {},
      { at: '2024-05-01' },
      { sequence: -1 },
      { site: 'S9' },
      { district: 'D9' },
    );
    await fc.assert(
      fc.asyncProperty(anyPlate, anyPlace, anyDamage, fc.boolean(), async (plate, place, damage, isLower) => {
        const text = isLower ? plate.toLowerCase() : plate;
        const [topic, document] = documentWith(text, place);
        const fresh = await createRawLog(1);
        const door = createIngest({ log: fresh, network: smallCity, ids: embeddedIds, clock, plates });
        const result = await door.json(topic, [{ ...document, ...damage }]);
        const records = [
          ...(await recordsOf(fresh, topic)),
          ...(await recordsOf(fresh, `${topic}.rejected`)),
        ];
        const outputs = [
          ...records.map((record) => record.toString('latin1')),
          JSON.stringify(result),
          inspect(result, { depth: 9 }),
        ].map((output) => output.toUpperCase());
        expect(records).toHaveLength(1);
        for (const output of outputs) {
          expect(output).not.toContain(plate);
          expect(output.replace(/[^A-Z0-9]/g, '')).not.toContain(plate.replace(/[^A-Z0-9]/g, ''));
        }
      }),
      { numRuns: 400 },
    );
  });

  function documentWith(plate: string, place: string): [topic: string, document: Record<string, unknown>] {
    const topic = cameraObservations.name;
    if (place === 'driver') return [driverSubscriptions.name, driver({ plate })];
    if (place === 'id') return [driverSubscriptions.name, driver({ plate, subscription: `car ${plate}` })];
    if (place === 'root') return [topic, camera({}, { plate })];
    if (place === 'lane') return [topic, camera({}, { lanes: [{ link: 'L1', lane: 1, count: 0, plate }] })];
    if (place === 'site') return [topic, camera({ plate }, { site: plate })];
    if (place === 'kind') return [topic, camera({ plate, kind: plate })];
    if (place === 'key') return [topic, camera({ plate, [plate]: true })];
    if (place === 'twice') return [topic, camera({ plate, numberPlate: plate })];
    if (place === 'apart') {
      const observations = [
        { ...seen, kind: plate },
        { ...seen, numberPlate: plate },
      ];
      return [topic, camera({}, { observations })];
    }
    return [topic, camera({ plate })];
  }
});
