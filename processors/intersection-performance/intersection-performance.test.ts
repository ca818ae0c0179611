import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intersection, Phase } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import type { AnyTopic } from '#schemas/topic.ts';
import { detectorFrames, signalEvents } from '#schemas/topics.ts';
import { frame, type Reading, street } from '../link-state/street.fixture.ts';
import { intersectionPerformance } from './intersection-performance.ts';

type Event = DetectorFrame | SignalEvents;
const happening = (topic: AnyTopic, event: Event): Happening<Event> => ({ topic, event });
const minute = (n: number): EventTime => n * 60_000;

const phase = (number: number, movement: string): Phase =>
  ({ number, movements: [{ movement, protection: 'protected' }] }) as unknown as Phase;

/** Northbound on link a in phase 2, eastbound on link b in phase 4, one lane each. */
const crossing = street({
  links: [{ id: 'a' }, { id: 'b' }],
  detectors: [
    { id: 'a1', channel: 1 },
    { id: 'b1', channel: 2, link: 'b' },
  ],
  movements: [
    { id: 'NBT', inbound: 'a' },
    { id: 'EBT', inbound: 'b', code: 'EBT' },
  ],
  intersections: [
    {
      id: 'x1',
      name: 'x1',
      site: 's1',
      district: 'd1',
      phases: [phase(4, 'EBT'), phase(2, 'NBT')],
    } as unknown as Intersection,
  ],
});

const codeOf: Record<string, number> = { G: 1, Y: 8, r: 10 };

/** The signal, drawn: one sign for 5 s, G green, Y yellow, r red clearance, - red; one line for each phase. */
function signal(cycles: number, lines: Record<number, string>): Happening<Event>[] {
  const records: Happening<Event>[] = [];
  const length = Object.values(lines)[0]?.length ?? 0;
  for (let i = 0; i < length * cycles; i++) {
    const begun = Object.entries(lines).flatMap(([number, line]) => {
      const now = line[i % length] as string;
      const before = line[(i + length - 1) % length];
      return now !== before && codeOf[now] ? [[codeOf[now] as number, Number(number)] as const] : [];
    });
    if (begun.length > 0)
      records.push(
        happening(signalEvents, {
          site: 's1',
          intersection: 'x1',
          sequence: i,
          at: i * 5000,
          events: {
            length: begun.length,
            code: Int32Array.from(begun, ([code]) => code),
            parameter: Int32Array.from(begun, ([, number]) => number),
            deciseconds: new Int32Array(begun.length),
          },
        }),
      );
  }
  return records;
}

/** Frames every 10 s, each with what `readings` says of that frame. */
const frames = (count: number, readings: (i: number) => Reading[]): Happening<Event>[] =>
  Array.from({ length: count }, (_, i) => happening(detectorFrames, frame((i + 1) * 10_000, readings(i))));

const performances = (happenings: Happening<Event>[], until = minute(11)): IntersectionPerformance[] =>
  drive(intersectionPerformance, crossing, happenings, until).map(
    (emitted) => emitted.event as IntersectionPerformance,
  );

const plan = {
  2: 'GGGGGGYr----',
  4: '-------GGGYr',
};

describe('intersection performance', () => {
  // 1 vehicle every 10 s on a: 360/h. 30 s of 60 s green at 1800/h: c = 900, X = 0.4.
  // d1 = 30 * 0.25 / (1 - 0.4 * 0.5) = 9.375; d2 = 225 * (-0.6 + sqrt(0.36 + 4 * 0.4 / 225)) = 1.327.
  // On b none came: 15 s of 60 s green, d1 = 30 * 0.75^2 = 16.875.
  const quiet = (): Happening<Event>[] => [
    ...signal(11, plan),
    ...frames(66, () => [
      [1, 1, 100, 400],
      [2, 0, 0, -1],
    ]),
  ];

  it('works out cycle, green, volume, v/c and HCM delay of each phase', () => {
    const [, second] = performances(quiet());
    expect(second).toMatchObject({
      intersection: 'x1',
      windowStart: 300_000,
      cycles: 5,
      cycleDeciseconds: 600,
      controlDelayDeciseconds: 107,
      levelOfService: 'B',
      quality: 'observed',
    });
    expect(second?.phases).toMatchObject([
      {
        phase: 2,
        greenDeciseconds: 300,
        volumeVph: 360,
        saturationVph: 1800,
        volumeToCapacityPermille: 400,
        controlDelayDeciseconds: 107,
        levelOfService: 'B',
        quality: 'observed',
      },
      {
        phase: 4,
        greenDeciseconds: 150,
        volumeVph: 0,
        volumeToCapacityPermille: 0,
        controlDelayDeciseconds: 169,
      },
    ]);
  });

  it('is F where more came than can pass', () => {
    const busy = performances([...signal(11, plan), ...frames(66, () => [[2, 2, 500, 200]])])[1];
    // 720 vehicles an hour, 450 of capacity
    expect(busy?.phases[1]).toMatchObject({ volumeToCapacityPermille: 1600, levelOfService: 'F' });
  });

  it('measures occupancy in the intervals that lay within green, and in no other', () => {
    // Green of phase 2 lasts from second 5 to 35: it holds frames 1 and 2 of six, and half of 0 and 3.
    const shifted = signal(11, { 2: '-GGGGGGYr---', 4: '--------GGYr' });
    const readings = (i: number): Reading[] => [[1, 1, i % 6 === 1 || i % 6 === 2 ? 200 : 900, 400]];
    const [, second] = performances([...shifted, ...frames(66, readings)]);
    expect(second?.phases[0]?.greenOccupancyPermille).toBe(200);
    expect(second?.phases[1]?.greenOccupancyPermille).toBeNull();
  });

  it('counts a long interval whose middle lies in a closed window in the one that is open', () => {
    const long = happening(detectorFrames, frame(minute(6.5), [[1, 24, 100, 400]], 240));
    const [open] = performances([...frames(1, () => []), long]);
    expect(open).toMatchObject({ windowStart: minute(5), phases: [{ volumeVph: 360 }, {}] });
  });

  it('spreads the vehicles of a wide detector over its lanes', () => {
    const wide = street({
      links: [{ id: 'a', lanes: 2 }],
      detectors: [{ id: 'a1', channel: 1, lastLane: 2 }],
      movements: [
        { id: 'NBL', inbound: 'a' },
        { id: 'NBT', inbound: 'a', firstLane: 2, lastLane: 2 },
      ],
      intersections: [
        { id: 'x1', site: 's1', district: 'd1', phases: [phase(2, 'NBT'), phase(5, 'NBL')] } as never,
      ],
    });
    const all = drive(
      intersectionPerformance,
      wide,
      frames(66, () => [[1, 3, 100, 400]]),
      minute(11),
    );
    const second = all[1]?.event as IntersectionPerformance | undefined;
    expect(second?.phases.map(({ volumeVph }) => volumeVph)).toEqual([540, 540]);
  });

  it('says no delay without a signal, and none without counts', () => {
    const dark = performances(frames(66, () => [[1, 1, 100, 400]]))[1];
    expect(dark).toMatchObject({ cycles: 0, cycleDeciseconds: null, controlDelayDeciseconds: null });
    expect(dark).toMatchObject({ levelOfService: null, quality: 'missing' });
    expect(dark?.phases[0]).toMatchObject({ volumeVph: 360, greenDeciseconds: null, quality: 'missing' });

    const blind = performances(signal(11, plan))[1];
    expect(blind).toMatchObject({ cycles: 5, controlDelayDeciseconds: null, quality: 'missing' });
    expect(blind?.phases[0]).toMatchObject({ volumeVph: null, volumeToCapacityPermille: null });
  });

  it('scales the volume where a frame is missing, and says imputed', () => {
    const holes = quiet().filter(({ topic, event }) => topic !== detectorFrames || event.at % 20_000 === 0);
    expect(performances(holes)[1]?.phases[0]).toMatchObject({ volumeVph: 360, quality: 'imputed' });
  });

  it('counts only whole cycles', () => {
    const alone = signal(11, { 2: plan[2] });
    expect(performances(alone)[1]?.cycles).toBe(5);
    const withoutYellow = alone.filter(({ event }) => event.at !== minute(7) + 30_000);
    expect(performances(withoutYellow)[1]).toMatchObject({ cycles: 4, cycleDeciseconds: 600 });
  });

  it('tells the cycle by the phase that is served most often', () => {
    // Without the yellow of phase 2 in minute 7, phase 4 still shows five cycles.
    const holed = signal(11, plan).filter(({ event }) => event.at !== minute(7) + 30_000);
    expect(performances(holed)[1]?.cycles).toBe(5);
  });

  it('refuses an intersection that the network does not have', () => {
    const refused = (event: Event) => intersectionPerformance.accepts?.(crossing, '', event);
    const good = signal(1, plan)[0]?.event as SignalEvents;
    expect(refused(good)).toBeUndefined();
    expect(refused({ ...good, intersection: 'x9' })).toMatchObject({ field: 'intersection' });
    expect(refused({ ...good, site: 's9' })).toMatchObject({ code: 'reference.unknown', field: 'site' });
    expect(refused(frame(0, [], 10, 'c9'))).toMatchObject({ field: 'cabinet' });
  });
});

describe('intersection performance, whatever comes', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 60, maxLength: 60 });

  it('loses no vehicle: the volumes of both phases are what the frames counted', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const readings = (i: number): Reading[] => [
          [1, a[i] as number, 100, 400],
          [2, b[i] as number, 100, 400],
        ];
        const all = performances(frames(60, readings));
        const total = (index: number): number =>
          all.reduce((sum, one) => sum + ((one.phases[index]?.volumeVph ?? 0) * 300) / 3600, 0);
        const counted = (line: number[]): number => line.reduce((sum, n) => sum + n, 0);
        expect(total(0)).toBeCloseTo(counted(a), 6);
        expect(total(1)).toBeCloseTo(counted(b), 6);
      }),
    );
  });

  it('goes on after a restart as if there had been none', () => {
    const all = [...signal(11, plan), ...frames(66, (i) => [[1, i % 4, 100, 400]])];
    const emitted = (restart: boolean): unknown[] => {
      let state = intersectionPerformance.initial(crossing, () => true);
      const out: unknown[] = [];
      const emit = (_topic: unknown, event: unknown) => void out.push(event);
      for (let at = 0; at <= minute(11); at += 5000) {
        if (at > 0 && at % 10_000 === 0)
          intersectionPerformance.step(state, { kind: 'watermark', at }, emit, crossing);
        for (const { topic, event } of all)
          if (event.at === at)
            intersectionPerformance.step(
              state,
              { kind: 'event', at, topic: topic.name, event },
              emit,
              crossing,
            );
        if (restart) state = deserialize(serialize(state));
      }
      return out;
    };
    expect(emitted(true)).toEqual(emitted(false));
    expect(emitted(false)).toHaveLength(2);
  });
});
