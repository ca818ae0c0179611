import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '#domain/time.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { encodeRecord, type SchemaIds } from '#schemas/topic.ts';
import { environmentReadings, parkingEvents, parkingStates } from '#schemas/topics.ts';
import { Writer } from '#schemas/wire.ts';
import { pack } from './memory-log.ts';
import type { Input, Processor } from './processor.ts';
import { type Emitted, Task } from './task.ts';

type Seen = ParkingEvent | EnvironmentReading;
type Counts = Map<number, { entries: number; wet: number; revision: number }>;

/** Counts entries and wet readings minute by minute; a late one revises its minute. */
const entriesByMinute: Processor<Seen, Counts> = {
  name: 'entries-by-minute',
  stateVersion: 1,
  reads: [parkingEvents, environmentReadings],
  writes: [parkingStates],
  lateness: seconds(10),
  revisionBound: minutes(3),
  tick: minutes(1),
  initial: () => new Map(),
  step(state, input, emit) {
    const say = (start: number, revision: number): void => {
      const minute = state.get(start) ?? { entries: 0, wet: 0, revision: 0 };
      state.set(start, { ...minute, revision });
      emit(parkingStates, stateOf(input, start, revision, minute.entries, minute.wet));
    };
    if (input.kind === 'watermark') return say(input.at - minutes(1), 0);
    const start = Math.floor(input.event.at / minutes(1)) * minutes(1);
    const minute = state.get(start) ?? { entries: 0, wet: 0, revision: 0 };
    const wet = 'station' in input.event;
    state.set(start, { ...minute, entries: minute.entries + (wet ? 0 : 1), wet: minute.wet + (wet ? 1 : 0) });
    if (input.kind === 'late') say(start, minute.revision + 1);
  },
};

const stateOf = (
  input: Input<Seen>,
  windowStart: number,
  revision: number,
  entries: number,
  exits: number,
): ParkingState => ({
  district: 'old-town',
  facility: 'harbour',
  at: input.at,
  windowStart,
  windowSeconds: 60,
  revision,
  capacitySpaces: 100,
  occupiedSpaces: null,
  freeSpaces: null,
  entries,
  exits,
  driftSpaces: 0,
  method: 'none',
  quality: 'missing',
  observedAt: null,
});

const ids: SchemaIds = { heartbeat: 1, id: (topic) => (topic === parkingEvents.name ? 2 : 3) };
const begin = Date.UTC(2026, 4, 4, 7, 0);

const entry = (second: number, sequence: number, facility = 'harbour'): Buffer => {
  const event: ParkingEvent = {
    facility,
    sequence,
    at: begin + second * 1000,
    kind: 'entry',
    space: null,
    occupiedSpaces: null,
  };
  return encodeRecord(parkingEvents, event, 2);
};

const rain = (second: number, sequence: number): Buffer => {
  const event = {
    station: 'bridge',
    sequence,
    at: begin + second * 1000,
    waterLevelMillimeters: 1,
    rainDecimillimetersPerHour: null,
    visibilityMeters: null,
    roadSurfaceDecicelsius: null,
    roadSurfaceState: null,
    pm25DecimicrogramsPerCubicMeter: null,
    no2DecimicrogramsPerCubicMeter: null,
    noiseDecidecibels: null,
  };
  return encodeRecord(environmentReadings, event, 3);
};

const heartbeat = (second: number, source = 'ingest'): Buffer => {
  const writer = new Writer();
  writer.byte(0);
  writer.uint32(1);
  encodeHeartbeat(writer, { source, at: begin + second * 1000 });
  return writer.take();
};

const newTask = (): Task<Seen, Counts> =>
  new Task({ processor: entriesByMinute, network: {} as never, owned: () => true, ids, sources: new Map() });

/** A task whose weather has been quiet and whose clock is moved by the parking topic alone. */
function parkingTask(): Task<Seen, Counts> {
  const task = newTask();
  task.accept(pack(environmentReadings.name, 0, 0, [heartbeat(0), heartbeat(100_000)]));
  return task;
}

const told = (emitted: readonly Emitted[]): string[] =>
  emitted.map(({ event }) => {
    const state = event as ParkingState;
    const minute = (state.windowStart - begin) / minutes(1);
    return `minute ${minute} r${state.revision}: ${state.entries} in, ${state.exits} wet`;
  });

/** One cell is 5 s; `#` is an entry, `!` a heartbeat of the ingest. */
function drawn(timeline: string): Buffer[] {
  let sequence = 0;
  return [...timeline.replaceAll('|', '')].flatMap((cell, i) =>
    cell === '#' ? [entry(i * 5, sequence++)] : cell === '!' ? [heartbeat(i * 5)] : [],
  );
}

const run = (values: Buffer[]): Task<Seen, Counts> => {
  const task = parkingTask();
  task.accept(pack(parkingEvents.name, 0, 0, values));
  return task;
};

/** A task that reads a derived topic, to which two append. */
function followerTask(): Task<ParkingState, Counts> {
  const follower = { ...entriesByMinute, reads: [parkingStates], step: () => {} };
  return new Task({
    processor: follower as unknown as Processor<ParkingState, Counts>,
    network: {} as never,
    owned: () => true,
    ids,
    sources: new Map([[parkingStates.name, ['ahead', 'behind']]]),
  });
}

describe('a task', () => {
  it('closes a minute once the clock has passed it by the lateness, not before', () => {
    //                      minute 0    |minute 1     10 s of lateness end at the third cell
    expect(told(run(drawn('!#..#.......|..')).take().emitted)).toEqual([]);
    expect(told(run(drawn('!#..#.......|.!')).take().emitted)).toEqual([]);
    expect(told(run(drawn('!#..#.......|..!')).take().emitted)).toEqual(['minute 0 r0: 2 in, 0 wet']);
  });

  it('gives an event on the minute to the minute that it opens', () => {
    expect(told(run(drawn('!#..........|#..!........|..!')).take().emitted)).toEqual([
      'minute 0 r0: 1 in, 0 wet',
      'minute 1 r0: 1 in, 0 wet',
    ]);
  });

  it('says a minute in which nothing happened', () => {
    expect(told(run(drawn('!...........|..!')).take().emitted)).toEqual(['minute 0 r0: 0 in, 0 wet']);
  });

  it('revises a closed minute for what comes late, and says so by the revision', () => {
    const values = [heartbeat(0), entry(20, 0), heartbeat(75), entry(30, 1), heartbeat(140)];
    expect(told(run(values).take().emitted)).toEqual([
      'minute 0 r0: 1 in, 0 wet',
      'minute 0 r1: 2 in, 0 wet',
      'minute 1 r0: 0 in, 0 wet',
    ]);
  });

  it('sets aside what is older than can be revised, with its bytes and position', () => {
    const values = [heartbeat(0), heartbeat(300), entry(20, 0)];
    const { unusable } = run(values).take();
    expect(unusable).toMatchObject([{ kind: 'late', code: 'late', position: 2, topic: parkingEvents.name }]);
    expect(unusable[0]?.bytes).toEqual(values[2]);
  });

  it('sets aside what came before the clock was known and is far off, and goes through no time for it', () => {
    const [hour, year] = [3_600, 365 * 86_400];
    const wrong = [entry(-begin / 1000, 1), entry(-56 * year, 2), entry(year, 3), entry(-hour - 11, 4)];
    // The first comes again, with the right time.
    const values = [...wrong, entry(20, 5), entry(30 - hour, 6), heartbeat(0), entry(25, 1), heartbeat(75)];
    const task = run(values);
    const { emitted, unusable } = task.take();
    expect(unusable.map(({ code, position }) => [code, position])).toEqual([
      ['late', 0],
      ['late', 1],
      ['time.ahead', 2],
      ['late', 3],
    ]);
    expect(unusable.map(({ position, bytes }) => bytes.equals(values[position]!))).toEqual(
      Array(4).fill(true),
    );
    expect(told(emitted)).toEqual(['minute 0 r0: 2 in, 0 wet']);
    expect(task.ledger()).toMatchObject({
      read: 11,
      folded: 3,
      late: 3,
      rejected: 1,
      heartbeats: 4,
      open: 0,
    });
  });

  it('forgets at the same record that a name was used, in whatever batches the log is read', () => {
    // A device that begins to count anew, some minutes later each time.
    const values = [heartbeat(0)];
    for (let turn = 1; turn <= 40; turn++) values.push(heartbeat(turn * 100), entry(turn * 100 + 5, 7));
    const whole = run(values).ledger();
    const single = parkingTask();
    for (const [i, value] of values.entries()) single.accept(pack(parkingEvents.name, 0, i, [value]));
    expect(single.ledger()).toEqual(whole);
    expect(whole.duplicate).toBeGreaterThan(0);
    expect(whole.folded).toBeGreaterThan(1);
  });

  it('forgets at the same record however far another topic is behind', () => {
    const values = [heartbeat(0)];
    for (let turn = 1; turn <= 40; turn++) values.push(heartbeat(turn * 100), entry(turn * 100 + 5, 7));
    const behind = newTask();
    behind.accept(pack(environmentReadings.name, 0, 0, [heartbeat(0)]));
    behind.accept(pack(parkingEvents.name, 0, 0, values));
    behind.accept(pack(environmentReadings.name, 0, 1, [heartbeat(100_000)]));
    const { duplicate, folded, open } = run(values).ledger();
    expect(behind.ledger()).toMatchObject({ duplicate, folded, open });
  });

  it('counts a record and its repeats once', () => {
    const task = run([heartbeat(0), entry(20, 7), entry(20, 7), heartbeat(75), entry(20, 7)]);
    expect(told(task.take().emitted)).toEqual(['minute 0 r0: 1 in, 0 wet']);
    expect(task.ledger().duplicate).toBe(2);
  });

  it('knows a repeat from a source that is far ahead of the others, however long those take', () => {
    const task = followerTask();
    const state = stateOf({ at: begin + minutes(60) } as never, begin, 0, 0, 0);
    const told = encodeRecord(parkingStates, state, 3);
    const values = [told, heartbeat(3600, 'ahead')];
    for (let minute = 1; minute < 60; minute++) values.push(heartbeat(minute * 60, 'behind'));
    values.push(told);
    values.forEach((value, position) => {
      task.accept(pack(parkingStates.name, 0, position, [value]));
    });
    expect(task.ledger()).toMatchObject({ duplicate: 1, open: 1 });
  });

  it('takes what a source of a derived topic says though it is days ahead of one that has not vouched', () => {
    const task = followerTask();
    const sayings = [1, 2, 3].map((day) => {
      const at = begin + day * 86_400_000;
      return encodeRecord(parkingStates, { ...stateOf({ at } as never, begin, day, 0, 0), at }, 3);
    });
    const days = 3 * 86_400;
    const values = [...sayings, heartbeat(days, 'ahead'), heartbeat(60, 'behind'), heartbeat(days, 'behind')];
    task.accept(pack(parkingStates.name, 0, 0, values));
    expect(task.take().unusable).toEqual([]);
    expect(task.ledger()).toMatchObject({ folded: 3, rejected: 0, late: 0 });
  });

  it('does not believe one device whose clock is a year ahead, and closes nothing for it', () => {
    const year = 365 * 24 * 3600;
    const task = run([heartbeat(0), entry(20, 0), entry(year, 1, 'broken'), entry(year, 2, 'broken too')]);
    const { emitted, unusable } = task.take();
    expect(emitted).toEqual([]);
    expect(unusable.map(({ code }) => code)).toEqual(['time.ahead', 'time.ahead']);
  });

  it('goes by the second furthest device where no ingest has spoken', () => {
    const task = run([entry(0, 0), entry(300, 0, 'broken'), entry(75, 1)]);
    expect(told(task.take().emitted)).toEqual(['minute 0 r0: 1 in, 0 wet']);
  });

  it('refuses bytes that are no record of the topic, and goes on', () => {
    const task = run([
      heartbeat(0),
      Buffer.from('flowERROR'),
      Buffer.alloc(0),
      rain(3, 0),
      entry(20, 0),
      heartbeat(75),
    ]);
    const { emitted, unusable } = task.take();
    expect(unusable.map(({ code }) => code)).toEqual(['wire.framing', 'wire.framing', 'wire.schema']);
    expect(told(emitted)).toEqual(['minute 0 r0: 1 in, 0 wet']);
  });

  it('waits for the slower of two topics', () => {
    const task = newTask();
    task.accept(pack(parkingEvents.name, 0, 0, [heartbeat(0), entry(20, 0), heartbeat(200)]));
    expect(told(task.take().emitted)).toEqual([]);
    task.accept(pack(environmentReadings.name, 0, 0, [heartbeat(0), rain(30, 0), heartbeat(75)]));
    expect(told(task.take().emitted)).toEqual(['minute 0 r0: 1 in, 1 wet']);
  });
});

/** A log of both topics, disordered by up to `jitter` seconds, with repeats, late and unusable records. */
const logs = fc
  .record({
    entries: fc.array(fc.record({ second: fc.nat(400), jitter: fc.nat(9), repeat: fc.boolean() }), {
      maxLength: 40,
    }),
    rains: fc.array(fc.record({ second: fc.nat(400), jitter: fc.nat(9) }), { maxLength: 20 }),
    stragglers: fc.array(fc.record({ second: fc.nat(200), delay: fc.integer({ min: 20, max: 260 }) }), {
      maxLength: 5,
    }),
  })
  .map(({ entries, rains, stragglers }) => {
    const arrivals = (lists: { arrives: number; value: Buffer }[], from: number): Buffer[] =>
      [
        ...lists,
        ...Array.from({ length: 100 }, (_, i) => ({ arrives: from + i * 5, value: heartbeat(from + i * 5) })),
      ]
        .sort((a, b) => a.arrives - b.arrives)
        .map(({ value }) => value);
    return {
      parking: arrivals(
        [
          ...entries.flatMap(({ second, jitter, repeat }, i) => {
            const one = { arrives: second + jitter, value: entry(second, i) };
            return repeat ? [one, { ...one, arrives: one.arrives + 30 }] : [one];
          }),
          ...stragglers.map(({ second, delay }, i) => ({
            arrives: second + delay,
            value: entry(second, 1000 + i),
          })),
          { arrives: 33, value: Buffer.from('garbage') },
        ],
        0,
      ),
      weather: arrivals(
        rains.map(({ second, jitter }, i) => ({ arrives: second + jitter, value: rain(second, i) })),
        130,
      ),
    };
  });

interface Feed {
  readonly topic: string;
  readonly values: Buffer[];
}

const feedsOf = (log: { parking: Buffer[]; weather: Buffer[] }): Feed[] => [
  { topic: parkingEvents.name, values: log.parking },
  { topic: environmentReadings.name, values: log.weather },
];

/** Reads both feeds to the end: which feed is read next, and how much of it, is up to `choose`. */
function readOn(
  task: Task<Seen, Counts>,
  feeds: Feed[],
  choose: () => { second: boolean; size: number },
  after: () => boolean,
): void {
  for (;;) {
    const left = task
      .positions()
      .map(({ topic, position }) => ({ position, feed: feeds.find((feed) => feed.topic === topic)! }))
      .filter(({ feed, position }) => position < feed.values.length);
    if (left.length === 0) return;
    const { second, size } = choose();
    const { feed, position } = left[second ? left.length - 1 : 0]!;
    task.accept(pack(feed.topic, 0, position, feed.values.slice(position, position + size)));
    if (!after()) return;
  }
}

function straight(log: { parking: Buffer[]; weather: Buffer[] }): {
  said: string[];
  task: Task<Seen, Counts>;
} {
  const task = newTask();
  readOn(
    task,
    feedsOf(log),
    () => ({ second: false, size: 1000 }),
    () => true,
  );
  return { said: told(task.take().emitted), task };
}

describe('whatever happens on the way', () => {
  it('the order in which topics are read, and in how large batches, does not show', () => {
    fc.assert(
      fc.property(
        logs,
        fc.array(fc.record({ second: fc.boolean(), size: fc.integer({ min: 1, max: 9 }) }), { minLength: 1 }),
        (log, choices) => {
          const task = newTask();
          let i = 0;
          readOn(
            task,
            feedsOf(log),
            () => choices[i++ % choices.length]!,
            () => true,
          );
          expect(told(task.take().emitted)).toEqual(straight(log).said);
        },
      ),
    );
  });

  it('the order of arrival within the lateness does not show', () => {
    const disordered = fc.array(fc.record({ second: fc.nat(300), jitter: fc.nat(9) }), { maxLength: 60 });
    fc.assert(
      fc.property(disordered, (entries) => {
        const log = (jittered: boolean): Buffer[] =>
          [
            ...entries.map(({ second, jitter }, i) => ({
              arrives: second + (jittered ? jitter : 0),
              value: entry(second, i),
            })),
            ...Array.from({ length: 80 }, (_, i) => ({ arrives: i * 5, value: heartbeat(i * 5) })),
          ]
            .sort((a, b) => a.arrives - b.arrives)
            .map(({ value }) => value);
        const [ordered, jittered] = [run(log(false)), run(log(true))];
        expect(told(jittered.take().emitted)).toEqual(told(ordered.take().emitted));
        expect(jittered.ledger().late).toBe(0);
      }),
    );
  });

  it('how often the sources of a derived topic vouch does not show', () => {
    const repeats: Processor<ParkingState, unknown> = {
      ...(entriesByMinute as unknown as Processor<ParkingState, Counts>),
      reads: [parkingStates],
      lateness: 0,
      initial: () => ({ seen: 0 }),
      step(state, input, emit) {
        const counts = state as { seen: number };
        if (input.kind === 'event') counts.seen++;
        else emit(parkingStates, stateOf(input as never, input.at, 0, counts.seen, 0));
      },
    };
    const sources = new Map([[parkingStates.name, ['a', 'b']]]);
    /** Source a speaks every 50 s and b every 70 s; each vouches after every so many records, or only at the end. */
    const outputs = (everyA: number, everyB: number): string[] => {
      const task = new Task({ processor: repeats, network: {} as never, owned: () => true, ids, sources });
      const values = ['a', 'b'].flatMap((source, which) =>
        Array.from({ length: 20 }, (_, i) => {
          const at = begin + (i + 1) * (which === 0 ? 50_000 : 70_000);
          const state = { ...stateOf({ at } as never, begin, i, 0, 0), facility: source, at };
          const record = encodeRecord(parkingStates, state, 3);
          return (i + 1) % (which === 0 ? everyA : everyB) === 0
            ? [record, heartbeat((at - begin) / 1000, source)]
            : [record];
        }).flat(),
      );
      task.accept(pack(parkingStates.name, 0, 0, [...values, heartbeat(9000, 'a'), heartbeat(9000, 'b')]));
      return told(task.take().emitted);
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21 }), fc.integer({ min: 1, max: 21 }), (everyA, everyB) => {
        expect(outputs(everyA, everyB)).toEqual(outputs(1, 1));
      }),
    );
    expect(outputs(1, 1).length).toBeGreaterThan(40);
  });

  it('every record read is folded, late, rejected, a repeat, a heartbeat or still held', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const { read, folded, late, rejected, duplicate, heartbeats, open } = straight(log).task.ledger();
        expect(folded + late + rejected + duplicate + heartbeats + open).toBe(read);
        expect(read).toBe(log.parking.length + log.weather.length);
      }),
    );
  });

  it('crashes between commits and checkpoints lose nothing and say nothing twice', () => {
    const moments = fc.array(fc.constantFrom('go on', 'commit', 'checkpoint', 'crash'), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(logs, moments, fc.integer({ min: 1, max: 7 }), (log, script, size) => {
        const said: string[] = [];
        let task = newTask();
        let memory: Buffer | undefined;
        let committed = Number.NEGATIVE_INFINITY;
        let i = 0;
        let done = false;
        const commit = (): void => {
          said.push(...told(task.take().emitted));
          committed = Math.max(committed, task.releasedThrough);
        };
        while (!done) {
          done = true;
          readOn(
            task,
            feedsOf(log),
            () => ({ second: i % 2 === 0, size }),
            () => {
              const moment = i < script.length ? script[i++] : 'go on';
              if (moment === 'commit' || moment === 'checkpoint') commit();
              if (moment === 'checkpoint') memory = task.checkpoint().memory;
              done = moment !== 'crash';
              return done;
            },
          );
          if (done) break;
          task = newTask();
          if (memory) task.restore(memory, [], committed);
          else task.resumeAfter(committed);
        }
        commit();
        expect(said).toEqual(straight(log).said);
      }),
    );
  });
});
