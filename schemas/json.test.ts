import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyEvent } from './any-event.ts';
import { eventFromJson, eventToJson, shapeNamed } from './json.ts';
import { isRejection, type Rejection } from './rejection.ts';
import type { Topic } from './topic.ts';
import { derivedTopics, detectorFrames, driverSubscriptions, parkingEvents, rawTopics } from './topics.ts';

// Properties try hundreds of events; a busy machine needs its time for them.
vi.setConfig({ testTimeout: 60_000 });

const frame = {
  site: 'S1',
  cabinet: 'C1',
  sequence: 7,
  at: '2024-05-01T08:00:00Z',
  intervalSeconds: 60,
  readings: [
    { detector: 1, count: 12, occupancyPermille: 80, speedDecikph: 431 },
    { detector: 2, occupancyPermille: 1000 },
  ],
};
const at = Date.UTC(2024, 4, 1, 8);

/** Code, path and detail of the rejection of a frame with these changes, in one line. */
function fault(change: object, document: object = frame): string {
  const rejection = eventFromJson(detectorFrames, { ...document, ...change }) as Rejection;
  return `${rejection.code} ${rejection.field}: ${rejection.detail}`;
}

describe('a frame in JSON', () => {
  it('may leave out what was not measured', () => {
    expect(eventFromJson(detectorFrames, frame)).toEqual({
      site: 'S1',
      cabinet: 'C1',
      sequence: 7,
      at,
      intervalSeconds: 60,
      readings: {
        length: 2,
        detector: Int32Array.of(1, 2),
        count: Int32Array.of(12, -1),
        occupancyPermille: Int32Array.of(80, 1000),
        speedDecikph: Int32Array.of(431, -1),
      },
    });
  });

  it('may give its time with any zone, or in milliseconds', () => {
    for (const time of ['2024-05-01T10:00:00+02:00', '2024-05-01T08:00:00.000Z', at])
      expect(eventFromJson(detectorFrames, { ...frame, at: time })).toMatchObject({ at });
  });

  it('is refused without a zone rather than read in somebody else’s', () => {
    expect(fault({ at: '2024-05-01T08:00:00' })).toBe(
      'time.zone at: 2024-05-01T08:00:00 has no zone; ' +
        '2024-05-01T08:00:00Z or 2024-05-01T08:00:00+02:00 would be right',
    );
  });

  it.each([
    [
      'yesterday',
      'json.type at: text "yesterday"; RFC 3339 with its zone, such as 2024-05-01T08:00:00Z, would be right',
    ],
    [true, 'json.type at: true; RFC 3339 text or integer milliseconds since 1970 would be right'],
    [1.5, 'json.type at: 1.5; an integer within 2^53 would be right'],
    [1e15, 'value.range at: 1000000000000000; -62167219200000..253402300799999 would be right'],
  ])('is refused with the time %s', (time, said) => {
    expect(fault({ at: time })).toBe(said);
  });

  it('is told the nearest right name of a field that is not there', () => {
    expect(fault({ intervalSecond: 60 })).toBe(
      'json.unknown intervalSecond: no such field; intervalSeconds would be right',
    );
    expect(fault({ readings: [{ detector: 1, speedKph: 43 }] })).toBe(
      'json.unknown readings[0].speedKph: no such field; speedDecikph would be right',
    );
    expect(fault({ zzz: 1 })).toBe(
      'json.unknown zzz: no such field; ' +
        'site, cabinet, sequence, at, intervalSeconds, readings are the fields of a DetectorFrame',
    );
    expect(fault(JSON.parse('{"__proto__":{}}'))).toContain('json.unknown');
  });

  it('is told which field is missing and what it means', () => {
    expect(fault({ cabinet: undefined })).toBe(
      'json.missing cabinet: needed: Cabinet that polled the detectors.',
    );
    expect(fault({ readings: [{ count: 3 }] })).toBe(
      'json.missing readings[0].detector: needed: ' +
        'Channel of the detector in its cabinet (NTCIP 1202 vehicleDetectorNumber).',
    );
    expect(fault({ readings: undefined })).toContain('json.missing readings');
  });

  it.each([
    [{ cabinet: 7 }, 'json.type cabinet: 7; text would be right'],
    [{ cabinet: 'C\0' }, 'wire.text cabinet: text with a NUL, which no store keeps'],
    [{ cabinet: '\ud800' }, 'wire.text cabinet: text with half a surrogate pair, which UTF-8 cannot say'],
    [{ sequence: '7' }, 'json.type sequence: text "7"; an integer would be right'],
    [{ sequence: 2 ** 53 }, 'json.type sequence: 9007199254740992; an integer within 2^53 would be right'],
    [{ sequence: -1 }, 'value.range sequence: -1; 0..9007199254740991 would be right'],
    [{ intervalSeconds: 0.5 }, 'json.type intervalSeconds: 0.5; an integer within 2^53 would be right'],
    [{ readings: {} }, 'json.type readings: an object; a list would be right'],
    [{ readings: [3] }, 'json.type readings[0]: 3; an object would be right'],
    [
      { readings: [...frame.readings, ...frame.readings, { detector: 9, occupancyPermille: 1001 }] },
      'value.range readings[4].occupancyPermille: 1001; 0..1000 would be right',
    ],
    [
      { readings: [{ detector: 1, count: 4, speedDecikph: 0 }] },
      'value.combination readings[0].speedDecikph: ' +
        'speed 0 with 4 vehicles counted; leave the speed out when it was not measured',
    ],
  ])('is refused with %j', (change, said) => {
    expect(fault(change)).toBe(said);
  });

  it.each([null, 7, 'frame', [], [frame]])('cannot be %j', (document) => {
    expect(eventFromJson(detectorFrames, document)).toMatchObject({ code: 'json.type', field: '' });
  });

  it('is shown again with RFC 3339 times and rows', () => {
    const event = eventFromJson(detectorFrames, frame);
    if (isRejection(event)) throw new Error(event.detail);
    expect(eventToJson(detectorFrames, event)).toEqual({
      ...frame,
      at: '2024-05-01T08:00:00.000Z',
      readings: [
        frame.readings[0],
        { detector: 2, count: null, occupancyPermille: 1000, speedDecikph: null },
      ],
    });
  });
});

describe('other documents', () => {
  it('name the symbols that an enum could be', () => {
    expect(eventFromJson(parkingEvents, { facility: 'P1', sequence: 1, at, kind: 'enter' })).toMatchObject({
      code: 'json.type',
      field: 'kind',
      detail: 'text "enter"; one of entry, exit, spaceOn, spaceOff, count would be right',
    });
  });

  it('keep doubles as they are and refuse those out of range', () => {
    const subscription = {
      district: 'D1',
      subscription: 'u1',
      sequence: 0,
      at,
      status: 'active',
      longitude: 10.2039,
      latitude: 56.1629,
      radiusMeters: 300,
      expiresAt: at + 1,
    };
    expect(eventFromJson(driverSubscriptions, subscription)).toMatchObject({
      longitude: 10.2039,
      facility: null,
    });
    expect(eventFromJson(driverSubscriptions, { ...subscription, latitude: 90.5 })).toMatchObject({
      code: 'value.range',
      field: 'latitude',
    });
  });

  it('do not put what no log line should hold into the name of the field at fault', () => {
    const rejection = eventFromJson(detectorFrames, { ['\0\ud800'.repeat(100)]: 1 }) as Rejection;
    expect(rejection.field).toMatch(/^\?{60}…$/);
  });
});

describe('every event of every topic', () => {
  it.each(
    [...rawTopics, ...derivedTopics].map((topic) => ({ name: topic.name, topic: topic as Topic<unknown> })),
  )('$name comes back from JSON as it was', ({ name, topic }) => {
    const unchecked = { ...topic, check: () => undefined };
    fc.assert(
      fc.property(anyEvent(shapeNamed(name)), (event) => {
        const text = JSON.stringify(eventToJson(topic, event), (_, value) =>
          Object.is(value, -0) ? '-0' : value,
        );
        const document = JSON.parse(text, (_, value) => (value === '-0' ? -0 : value));
        expect(eventFromJson(unchecked, document)).toEqual(event);
      }),
      { numRuns: 50 },
    );
  });

  it('or any other JSON at all, ends as an event or as a rejection', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rawTopics), fc.jsonValue(), fc.string(), (topic, value, name) => {
        const known = shapeNamed(topic.name).fields.map((field) => [field.name, value]);
        for (const document of [value, { [name]: value }, Object.fromEntries(known)])
          expect(isRejection(eventFromJson(topic as Topic<unknown>, document))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
