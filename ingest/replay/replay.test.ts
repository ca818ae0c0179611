import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { writeNetwork } from '#ingest/gmns/write-network.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { needsElsewhere } from '../../test/needs.ts';
import { createLocalClock } from './local-time.ts';
import { openReplay, type RecordingKind } from './open-replay.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, text: string): Promise<void> =>
  writeFile(join(folder, file), file.endsWith('.gz') ? gzipSync(text) : text);

/** links.csv of one link 11 -> 12 and its way back, as Aarhus writes it. */
const links = [
  'POINT_1_STREET,POINT_1_NAME,POINT_2_NAME,POINT_2_LNG,POINT_2_STREET,NDT_IN_KMH,POINT_1_LAT,POINT_2_LAT,' +
    'POINT_2_CITY,POINT_1_LNG,REPORT_ID,DISTANCE_IN_METERS,POINT_2_POSTAL_CODE',
  'Søftenvej,11,12,10.16,Søftenvej,70,56.2,56.21,Aarhus,10.14,501,1505,8200',
  'Søftenvej,12,11,10.14,"Ringvej, ydre",195,56.21,56.2,Viby,10.16,502,1505,8260',
].join('\n');

async function aarhus(speeds: readonly string[], counts: readonly string[]): Promise<void> {
  await write('links.csv', links);
  await write('speed_kmh.csv.gz', ['timestamp,501,502', ...speeds, ''].join('\n'));
  await write('vehicle_count.csv.gz', ['timestamp,501,502', ...counts, ''].join('\n'));
}

/** Everything in the recording, one line an event: `time +minutes cabinet: count@speed ...`. */
async function lines(as: RecordingKind): Promise<string[]> {
  const drawn: string[] = [];
  for await (const { events } of (await openReplay(folder, as)).batches())
    for (const event of events as readonly (DetectorFrame | ParkingEvent)[]) {
      const time = new Date(event.at).toISOString().slice(0, 16);
      if (!('readings' in event)) {
        drawn.push(`${time} ${event.facility}: ${event.occupiedSpaces}`);
        continue;
      }
      const shown = (value: number | undefined): string => (value === -1 ? '-' : String(value));
      const { readings } = event;
      const cells = Array.from(readings.detector, (channel, i) => {
        const values = [readings.count[i], readings.speedDecikph[i], readings.occupancyPermille[i]];
        return `${channel}=${values.map(shown).join('/')}`;
      });
      drawn.push(`${time} ${event.cabinet}#${event.sequence}: ${cells.join(' ')}`);
    }
  return drawn;
}

const failure = async (as: RecordingKind): Promise<string> => {
  const error = await lines(as).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ArterialError);
  expect((error as ArterialError).code).toBe('replay.source');
  return (error as Error).message.replaceAll(`${folder}/`, '');
};

describe('a matrix of speeds and counts', () => {
  // count/speed/occupancy of each channel; `-` is absent
  it('gives one frame a cabinet and interval, at the end of the interval', async () => {
    await aarhus(
      ['2014-08-01T05:00:00,52,76', '2014-08-01T05:05:00,49,80'],
      ['2014-08-01T05:00:00,3,1', '2014-08-01T05:05:00,2,4'],
    );
    expect(await lines('speed-matrix')).toEqual([
      '2014-08-01T05:05 aarhus-cabinet-01#4689565: 1=3/520/- 2=1/760/-',
      '2014-08-01T05:10 aarhus-cabinet-01#4689566: 1=2/490/- 2=4/800/-',
    ]);
  });

  it('never passes on the speed that the feed repeats while no vehicle was counted', async () => {
    await aarhus(
      ['2014-08-01T05:00:00,52,76', '2014-08-01T05:05:00,52,0'],
      ['2014-08-01T05:00:00,3,0', '2014-08-01T05:05:00,0,0'],
    );
    expect((await lines('speed-matrix')).map((line) => line.split(': ')[1])).toEqual([
      '1=3/520/- 2=0/-/-',
      '1=0/-/- 2=0/-/-',
    ]);
  });

  it('sends the frame of a cabinet that knew nothing, with nothing in it', async () => {
    await aarhus(['2014-08-01T05:00:00,,'], ['2014-08-01T05:00:00,,']);
    expect((await lines('speed-matrix')).map((line) => line.split(': ')[1])).toEqual(['1=-/-/- 2=-/-/-']);
  });

  it('makes a network that can be written and read', async () => {
    await aarhus([], []);
    const { network } = await openReplay(folder, 'speed-matrix');
    await writeNetwork(join(folder, 'tables'), network);
    expect(await readNetwork(join(folder, 'tables'))).toEqual(network);
    expect([...network.links.values()].map((l) => [l.id, l.name, l.freeFlowKph, l.district])).toEqual([
      ['501', 'Søftenvej', 70, '8200'],
      ['502', 'Søftenvej - Ringvej, ydre', 130, '8260'],
    ]);
  });

  it('puts 32 sensors into a cabinet', async () => {
    const columns = Array.from({ length: 70 }, (_, i) => 7000 + i);
    const row = ['2012-03-01T00:00:00', ...columns.map(() => 60)];
    await write('speed.csv.gz', `timestamp,${columns}\n${row}\n`);
    const frames = await lines('speed-matrix');
    expect(frames.map((line) => line.split('=').length - 1)).toEqual([32, 32, 6]);
  });

  it.each([
    [
      'a count matrix that falls behind',
      ['2014-08-01T05:00:00,52,76', '2014-08-01T05:05:00,52,76'],
      ['2014-08-01T05:00:00,3,0'],
      'vehicle_count.csv.gz:3 timestamp: ""; "2014-08-01T05:05:00", as in',
    ],
    [
      'a word for a number',
      ['2014-08-01T05:00:00,52,fast'],
      ['2014-08-01T05:00:00,3,1'],
      'speed_kmh.csv.gz:2 502: "fast"; a number, or nothing, would be right',
    ],
    [
      'a cell too few',
      ['2014-08-01T05:00:00,52'],
      ['2014-08-01T05:00:00,3,1'],
      'speed_kmh.csv.gz:2: 2 cells; 3 without quotes would be right',
    ],
    [
      'a time before the last one',
      ['2014-08-01T05:05:00,52,76', '2014-08-01T05:00:00,52,76'],
      ['2014-08-01T05:05:00,1,1', '2014-08-01T05:00:00,1,1'],
      'speed_kmh.csv.gz:3 timestamp: "2014-08-01T05:00:00" after a later one; rows in order of time',
    ],
  ])('names file, line and what would be right for %s', async (_, speeds, counts, message) => {
    await aarhus(speeds, counts);
    expect(await failure('speed-matrix')).toContain(message);
  });

  it('says what a folder without a matrix should hold', async () => {
    expect(await failure('speed-matrix')).toContain('has no speed matrix; speed_kmh.csv.gz with');
    expect(await failure('parking')).toContain('has no car parks; dataset.csv.gz, or places.csv');
  });

  it('says so when a file is cut off', async () => {
    await aarhus(['2014-08-01T05:00:00,52,76'], ['2014-08-01T05:00:00,3,1']);
    const packed = gzipSync(`timestamp,501,502\n${'2014-08-01T05:00:00,52,76\n'.repeat(3)}`);
    await writeFile(join(folder, 'speed_kmh.csv.gz'), packed.subarray(0, packed.length - 12));
    expect(await failure('speed-matrix')).toContain('speed_kmh.csv.gz cannot be read to its end');
  });
});

describe('a matrix of speeds alone', () => {
  it('is in miles per hour of Los Angeles, where 0 is missing', async () => {
    await write('speed.csv.gz', 'timestamp,7,8\n2012-03-01T00:00:00,64.375,0\n');
    expect(await lines('speed-matrix')).toEqual([
      '2012-03-01T08:05 los-angeles-cabinet-01#4435297: 1=-/1036/- 2=-/-/-',
    ]);
  });

  //  01:55 PST = 09:55 UTC, then 03:00 PDT = 10:00 UTC: the hour between was never on the clock
  it('passes over the empty rows of the hour that the clock skipped in spring', async () => {
    await write(
      'speed.csv.gz',
      'timestamp,7\n2012-03-11T01:55:00,60\n2012-03-11T02:00:00,0\n' +
        '2012-03-11T02:55:00,0\n2012-03-11T03:00:00,61\n',
    );
    expect((await lines('speed-matrix')).map((line) => line.slice(0, 16))).toEqual([
      '2012-03-11T10:00',
      '2012-03-11T10:05',
    ]);
  });

  it('does not pass over a value of that hour', async () => {
    await write('speed.csv.gz', 'timestamp,7\n2012-03-11T02:00:00,60\n');
    expect(await failure('speed-matrix')).toContain(
      'speed.csv.gz:2 timestamp: "2012-03-11T02:00:00" is no time',
    );
  });
});

describe('car parks', () => {
  it('come as counts in order of time, impossible ones too, for ingest to refuse', async () => {
    await write(
      'dataset.csv.gz',
      'SystemCodeNumber,Capacity,Occupancy,LastUpdated\n' +
        'B,480,-3,2016-10-16 08:26:42\nB,480,481,2016-10-16 08:56:42\nA,577,61,2016-10-16 07:59:42\n',
    );
    expect(await lines('parking')).toEqual([
      '2016-10-16T06:59 A: 61',
      '2016-10-16T07:26 B: -3',
      '2016-10-16T07:56 B: 481',
    ]);
  });

  it('name a row that is there twice as the same record', async () => {
    const row = 'A,577,61,2016-10-16 07:59:42\n';
    await write('dataset.csv.gz', `SystemCodeNumber,Capacity,Occupancy,LastUpdated\n${row}${row}`);
    const identities: string[] = [];
    for await (const { topic, events } of (await openReplay(folder, 'parking')).batches())
      for (const event of events)
        identities.push(`${topic.source(event as never)}#${topic.sequence(event as never)}`);
    expect(identities).toEqual(['A#1476601182', 'A#1476601182']);
  });

  it('come from free spaces, with their 99.9th percentile where the capacity is not known', async () => {
    await write(
      'places.csv',
      'place_id,place_name,city_name,num_all,latitude,longitude,q999_free\n' +
        'x-a,Markt,Bonn,416.0,50.73,7.1,375.0\nx-b,,,,,,257.0\n',
    );
    await write(
      'free_spaces_15min.csv.gz',
      'timestamp,x-a,x-b\n2025-09-01T00:00:00Z,16,\n2025-09-01T00:15:00Z,,300\n',
    );
    expect(await lines('parking')).toEqual(['2025-09-01T00:00 x-a: 400', '2025-09-01T00:15 x-b: -43']);
    const { network } = await openReplay(folder, 'parking');
    await writeNetwork(join(folder, 'tables'), network);
    expect(await readNetwork(join(folder, 'tables'))).toEqual(network);
  });
});

describe('the clock on a wall', () => {
  it('agrees with the zone on any time that it shows once', () => {
    const clock = createLocalClock('Europe/Copenhagen');
    const shown = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Copenhagen',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const from = Date.UTC(2010, 0, 1) / 60_000;
    fc.assert(
      fc.property(fc.integer({ min: from, max: from + 20 * 366 * 1440 }), (minute) => {
        const at = minute * 60_000;
        const earlier = at - 3_600_000;
        const isSecondTime = shown.format(at) === shown.format(earlier);
        expect(clock(shown.format(at))).toBe(isSecondTime ? earlier : at);
      }),
    );
  });

  it('takes a time that it showed twice as the first of the two', () => {
    const clock = createLocalClock('Europe/Copenhagen');
    expect(clock('2014-10-26 02:30:00')).toBe(Date.UTC(2014, 9, 26, 0, 30));
    expect(clock('2014-10-26 03:00:00')).toBe(Date.UTC(2014, 9, 26, 2, 0));
  });

  it('knows no time that it never showed, nor one that is none', () => {
    const clock = createLocalClock('America/Los_Angeles');
    for (const never of ['2012-03-11T02:30:00', '2012-02-30T00:00:00', '2012-03-01', '2012-03-01T00:00:00Z'])
      expect(clock(never)).toBeUndefined();
  });
});

const recordings = new URL('../../../shared/data/', import.meta.url).pathname;

describe(
  'the recordings in ../shared/data',
  needsElsewhere(existsSync(recordings) ? '' : 'the recordings in ../shared/data'),
  () => {
    it.each([
      ['aarhus-traffic', 'speed-matrix', { links: 449, facilities: 0 }, 12_096 * 15],
      ['metr-la-10', 'speed-matrix', { links: 10, facilities: 0 }, 27_410],
      ['metr-la-week1-207', 'speed-matrix', { links: 207, facilities: 0 }, 2016 * 7],
      ['parking-birmingham', 'parking', { links: 29, facilities: 29 }, 28_494],
      ['parking-germany', 'parking', { links: 274, facilities: 274 }, 5_273_664],
    ] as const)('%s opens and begins', async (name, as, sizes, records) => {
      const replay = await openReplay(join(recordings, name), as);
      expect({ links: replay.network.links.size, facilities: replay.network.facilities.size }).toEqual(sizes);
      expect(replay.records).toBe(records);
      let last = Number.NEGATIVE_INFINITY;
      let batches = 0;
      for await (const { at, events } of replay.batches()) {
        expect(at).toBeGreaterThan(last);
        expect(events.length).toBeGreaterThan(0);
        last = at;
        if (++batches === 50) break;
      }
      expect(batches).toBe(50);
    });
  },
);
