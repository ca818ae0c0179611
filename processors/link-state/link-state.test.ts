import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { linkState } from './link-state.ts';
import { frame, type Reading, street } from './street.fixture.ts';

const second = (n: number): EventTime => n * 1000;
const minute = (n: number): EventTime => n * 60_000;

/** A loop that measures speed, alone on its one-lane link. */
const oneLoop = street({ links: [{ id: 'a' }], detectors: [{ id: 'a1', channel: 1 }] });

/**
 * One line for each detector, one sign for each 10 s, `|` for the eye: a digit is that many vehicles at 50 km/h,
 * `.` is no reading, `#` is on without a count, `!` is 40 counts, `s` a digit's stale speed without vehicles.
 */
function draw(...lines: string[]): Happening<DetectorFrame>[] {
  const signs = lines.map((line) => [...line.replaceAll('|', '')]);
  const frames: Happening<DetectorFrame>[] = [];
  for (let i = 0; i < (signs[0]?.length ?? 0); i++) {
    const readings = signs.flatMap((line, lane) => readingOf(lane + 1, line[i] as string));
    if (readings.length > 0)
      frames.push({ topic: detectorFrames, event: frame(second(10 * (i + 1)), readings) });
  }
  return frames;
}

function readingOf(channel: number, sign: string): Reading[] {
  if (sign === '.') return [];
  if (sign === '#') return [[channel, 0, 1000, -1]];
  if (sign === '!') return [[channel, 40, 300, 500]];
  if (sign === 's') return [[channel, 0, 0, 500]];
  const vehicles = Number(sign);
  return [[channel, vehicles, vehicles * 50, vehicles > 0 ? 500 : -1]];
}

const states = (
  network: Network,
  happenings: readonly Happening<DetectorFrame>[],
  until: EventTime,
): LinkState[] => drive(linkState, network, happenings, until).map((emitted) => emitted.event as LinkState);

const describeState = (s: LinkState): string =>
  `minute ${s.windowStart / 60_000}${s.revision > 0 ? `.${s.revision}` : ''}: ${s.vehicles} veh, ` +
  `${s.flowVph ?? '-'} veh/h, ${s.spaceMeanDecikph === null ? '-' : s.spaceMeanDecikph / 10} km/h, ` +
  `${s.quality} ${s.samples}/${s.expectedSamples}`;

const report = (
  happenings: readonly Happening<DetectorFrame>[],
  network = oneLoop,
  until = minute(3),
): string[] => states(network, happenings, until).map(describeState);

describe('link state', () => {
  it('counts each minute for itself', () => {
    expect(report(draw('111111|002000|'))).toEqual([
      'minute 0: 6 veh, 360 veh/h, 50 km/h, observed 6/6',
      'minute 1: 2 veh, 120 veh/h, 50 km/h, observed 6/6',
    ]);
  });

  it('says that nobody came: flow 0, and no speed', () => {
    const [state] = states(oneLoop, draw('000000'), second(65));
    expect(state).toMatchObject({ vehicles: 0, flowVph: 0, occupancyPermille: 0, quality: 'missing' });
    expect(state).toMatchObject({ spaceMeanDecikph: null, delayDeciseconds: null, levelOfService: null });
  });

  it('says silence: nothing is known, and nothing is 0', () => {
    const [, silent] = states(oneLoop, draw('111111|......'), second(125));
    expect(silent).toMatchObject({ windowStart: 60_000, quality: 'missing', samples: 0, expectedSamples: 6 });
    expect(silent).toMatchObject({ flowVph: null, occupancyPermille: null, spaceMeanDecikph: null });
  });

  it('says the silence of a link that has never spoken, from the first minute that it could have', () => {
    const network = street({
      links: [{ id: 'a' }, { id: 'b' }],
      detectors: [
        { id: 'a1', channel: 1 },
        { id: 'b1', channel: 2, link: 'b' },
      ],
    });
    const said = states(network, draw('111111|111111', '......|......'), second(125));
    expect(
      said.map(({ link, windowStart, quality }) => `${link} ${windowStart / 60_000} ${quality}`),
    ).toEqual(['a 0 observed', 'a 1 observed', 'b 1 missing']);
  });

  it('does not take the stale speed of a sample in which nobody was seen', () => {
    expect(report(draw('11ss11|ssssss'))).toEqual([
      'minute 0: 4 veh, 240 veh/h, 50 km/h, observed 6/6',
      'minute 1: 0 veh, 0 veh/h, - km/h, missing 6/6',
    ]);
  });

  it('scales the flow where a reading is missing, and says imputed', () => {
    expect(report(draw('111.11'), oneLoop, second(65))).toEqual([
      'minute 0: 5 veh, 360 veh/h, 50 km/h, imputed 5/6',
    ]);
  });

  it('scales the flow to all lanes where a lane is silent', () => {
    const network = street({
      links: [{ id: 'a', lanes: 2 }],
      detectors: [
        { id: 'a1', channel: 1 },
        { id: 'a2', channel: 2, firstLane: 2, lastLane: 2 },
      ],
    });
    expect(report(draw('111111|111111', '222222|......'), network)).toEqual([
      'minute 0: 18 veh, 1080 veh/h, 50 km/h, observed 12/12',
      'minute 1: 6 veh, 720 veh/h, 50 km/h, imputed 6/12',
    ]);
  });

  it('leaves out a loop that has been on for two minutes without a count, until it counts', () => {
    expect(report(draw('11####|######|#####1|'), oneLoop, second(185))).toEqual([
      'minute 0: 2 veh, 120 veh/h, 50 km/h, observed 6/6',
      'minute 1: 0 veh, 0 veh/h, - km/h, missing 6/6',
      'minute 2: 1 veh, 180 veh/h, 50 km/h, imputed 2/6',
    ]);
  });

  it('leaves out chatter: more than one vehicle a second', () => {
    expect(report(draw('11!!11'), oneLoop, second(65))).toEqual([
      'minute 0: 4 veh, 360 veh/h, 50 km/h, imputed 4/6',
    ]);
  });

  it('weighs speeds by vehicles, harmonically', () => {
    const slowAndFast = [
      { topic: detectorFrames, event: frame(second(10), [[1, 2, 100, 300]]) },
      { topic: detectorFrames, event: frame(second(20), [[1, 2, 100, 600]]) },
    ];
    const [state] = states(oneLoop, slowAndFast, second(65));
    // 500 m at 40 km/h take 45 s, at 50 km/h 36 s; 40 is four fifths of free flow.
    expect(state).toMatchObject({
      spaceMeanDecikph: 400,
      delayDeciseconds: 90,
      travelTimeIndexPermille: 1250,
    });
    expect(state?.levelOfService).toBe('B');
  });

  it('takes a speed without a count as one vehicle, and then knows no flow', () => {
    const [state] = states(
      oneLoop,
      [{ topic: detectorFrames, event: frame(10_000, [[1, -1, -1, 420]]) }],
      65_000,
    );
    expect(state).toMatchObject({ vehicles: 0, flowVph: null, spaceMeanDecikph: 420, quality: 'imputed' });
  });

  it('imputes the speed from occupancy ahead of the stop bar, and never at it', () => {
    const single = (role: 'advance' | 'stop'): LinkState[] =>
      states(
        street({ links: [{ id: 'a' }], detectors: [{ id: 'a1', channel: 1, role }] }),
        // Two vehicles in 10 s, each 0.7 s over 7 m: 10 m/s.
        [{ topic: detectorFrames, event: frame(10_000, [[1, 2, 140, -1]]) }],
        65_000,
      );
    expect(single('advance')).toMatchObject([{ spaceMeanDecikph: 360, quality: 'imputed' }]);
    expect(single('stop')).toMatchObject([{ spaceMeanDecikph: null, quality: 'missing', flowVph: 720 }]);
  });

  it('gives a link whose feed reports every five minutes windows of five minutes', () => {
    const network = street({
      links: [{ id: 'a' }],
      detectors: [{ id: 'a1', channel: 1, intervalSeconds: 300 }],
    });
    const feed = [300_000, 600_000].map((at) => ({
      topic: detectorFrames,
      event: frame(at, [[1, 10, -1, 500]], 300),
    }));
    expect(states(network, feed, minute(11))).toMatchObject([
      { windowStart: 0, windowSeconds: 300, vehicles: 10, flowVph: 120, quality: 'observed' },
      { windowStart: 300_000, windowSeconds: 300, vehicles: 10, quality: 'observed' },
    ]);
  });

  it('counts with the cross-section that covers most lanes, and no vehicle twice', () => {
    const network = street({
      links: [{ id: 'a', lanes: 2 }],
      detectors: [
        { id: 'stop', channel: 1 },
        { id: 'advance', channel: 2, role: 'advance', firstLane: 1, lastLane: 2 },
      ],
    });
    expect(report(draw('111111', '333333'), network, second(65))).toEqual([
      'minute 0: 18 veh, 1080 veh/h, 50 km/h, observed 12/12',
    ]);
  });

  it('counts at the stop bar where two cross-sections cover as many lanes', () => {
    const network = street({
      links: [{ id: 'a' }],
      detectors: [
        { id: 'advance', channel: 1, role: 'advance' },
        { id: 'stop', channel: 2 },
      ],
    });
    expect(states(network, draw('111111', '222222'), second(65))).toMatchObject([{ vehicles: 12 }]);
  });

  it('does not hold against a loop what comes late', () => {
    const late = draw('######|######').map((happening) => ({ ...happening, lateAt: second(121) }));
    const onAtRed = draw('......|......|.#').concat(late);
    expect(report(onAtRed, oneLoop, second(185)).at(-1)).toBe(
      'minute 2: 0 veh, 0 veh/h, - km/h, missing 1/6',
    );
  });

  it('is moved by no clock that is off by less than half an interval', () => {
    const skewed = draw('111111|111111').map(({ topic, event }) => ({
      topic,
      event: { ...event, at: event.at + 3000 },
    }));
    expect(report(skewed, oneLoop, second(125))).toEqual([
      'minute 0: 6 veh, 360 veh/h, 50 km/h, observed 6/6',
      'minute 1: 6 veh, 360 veh/h, 50 km/h, observed 6/6',
    ]);
  });

  it('is told half an interval after the minute, however far off the clock is within that', () => {
    const secondly = (skew: number): Happening<DetectorFrame>[] =>
      Array.from({ length: 60 }, (_, i) => ({
        topic: detectorFrames,
        event: { ...frame(second(i + 1), [[1, 1, 50, 500]], 1), at: second(i + 1) + skew },
      }));
    const quick = { id: 'a1', channel: 1, intervalSeconds: 1 };
    const alone = street({ links: [{ id: 'a' }], detectors: [quick] });
    for (const skew of [-499, 0, 499])
      expect(states(alone, secondly(skew), minute(2)).slice(0, 1)).toMatchObject([
        { link: 'a', at: second(60.5), vehicles: 60, quality: 'observed' },
      ]);
    // Of all links alike, or it would matter which others are in the partition.
    const slow = { id: 'b1', channel: 2, link: 'b', intervalSeconds: 4 };
    const both = street({ links: [{ id: 'a' }, { id: 'b' }], detectors: [quick, slow] });
    expect(states(both, secondly(0), second(62))).toMatchObject([{ link: 'a', at: second(62) }]);
  });

  it('revises a window once for all the late frames of a tick', () => {
    //              |   late frames of minute 0, taken up in minute 2
    const frames = draw('1..111|111111|111111').concat(
      draw('.11...').map((late) => ({ ...late, lateAt: second(121) })),
    );
    expect(report(frames, oneLoop, second(126))).toEqual([
      'minute 0: 4 veh, 360 veh/h, 50 km/h, imputed 4/6',
      'minute 0.1: 6 veh, 360 veh/h, 50 km/h, observed 6/6',
      'minute 1: 6 veh, 360 veh/h, 50 km/h, observed 6/6',
    ]);
  });

  it('does not revise for a late frame that says nothing', () => {
    const silent = { topic: detectorFrames, event: frame(25_000, [[1, -1, -1, -1]]), lateAt: second(121) };
    expect(report([...draw('111111|111111|1'), silent], oneLoop, second(126))).toHaveLength(2);
  });

  it('still has the window of a frame that is a quarter of an hour late', () => {
    // At 15:29.9 the newest second is of minute 15; what ended 15 min before has its middle in minute -1.
    const newest = { topic: detectorFrames, event: frame(second(929), [[1, 1, 50, 500]], 1) };
    const late = {
      topic: detectorFrames,
      event: frame(second(29.91), [[1, 1, 50, 500]], 60),
      lateAt: second(929.9),
    };
    const all = report([...draw('1'.repeat(92)), newest, late], oneLoop, minute(17));
    expect(all.filter((line) => line.startsWith('minute -1'))).toEqual([
      'minute -1: 1 veh, 60 veh/h, 50 km/h, imputed 1/6',
    ]);
    expect(all.filter((line) => line.startsWith('minute 0:'))).toEqual([
      'minute 0: 6 veh, 360 veh/h, 50 km/h, observed 6/6',
    ]);
  });

  it('refuses what the network does not have', () => {
    const refused = (event: DetectorFrame) => linkState.accepts?.(oneLoop, 'detector.frame.v1', event);
    expect(refused(frame(0, [[1, 0, 0, -1]]))).toBeUndefined();
    expect(refused(frame(0, [], 10, 'c9'))).toMatchObject({ code: 'reference.unknown', field: 'cabinet' });
    expect(refused({ ...frame(0, []), site: 's9' })).toMatchObject({ field: 'site' });
    expect(refused(frame(0, [[7, 0, 0, -1]]))).toMatchObject({ field: 'readings[0].detector' });
  });

  it('takes no channel of another cabinet for one of this', () => {
    const two = street({
      links: [{ id: 'a' }],
      detectors: [
        { id: 'c1/1', channel: 1 },
        { id: 'c2/1', channel: 1, cabinet: 'c2' },
        { id: 'c2/3', channel: 3, cabinet: 'c2' },
      ],
    });
    const refused = (cabinet: string, channel: number) =>
      linkState.accepts?.(two, 'detector.frame.v1', frame(0, [[channel, 0, 0, -1]], 10, cabinet));
    const known = (cabinet: string): number[] => [1, 2, 3, 4, 5].filter((n) => !refused(cabinet, n));
    expect(known('c1')).toEqual([1]);
    expect(known('c2')).toEqual([1, 3]);
  });

  it('answers only for the sites of its partition', () => {
    const state = linkState.initial(oneLoop, (site) => site !== 's1');
    expect(state).toMatchObject({ links: { ids: [] }, cabinets: new Map() });
  });
});

describe('link state, whatever happens', () => {
  const lane = fc.string({
    unit: fc.constantFrom('.', '0', '1', '2', '5', 's'),
    minLength: 30,
    maxLength: 30,
  });
  const twoLanes = street({
    links: [{ id: 'a', lanes: 2 }],
    detectors: [
      { id: 'a1', channel: 1 },
      { id: 'a2', channel: 2, firstLane: 2, lastLane: 2 },
      { id: 'up', channel: 3, role: 'advance' },
    ],
  });

  it('loses no vehicle: the windows sum to the readings of the cross-section', () => {
    fc.assert(
      fc.property(lane, lane, lane, (first, second, advance) => {
        const counted = [...(first + second)].reduce((sum, sign) => sum + (Number(sign) || 0), 0);
        const all = states(twoLanes, draw(first, second, advance), minute(6));
        expect(all.reduce((sum, state) => sum + state.vehicles, 0)).toBe(counted);
      }),
    );
  });

  it('never says a speed without a quality nor a quality without a speed', () => {
    fc.assert(
      fc.property(lane, lane, lane, (...lines) => {
        for (const state of states(twoLanes, draw(...lines), minute(6))) {
          expect(state.quality === 'missing').toBe(state.spaceMeanDecikph === null);
          expect(state.spaceMeanDecikph).not.toBe(0);
          if (state.samples === 0) expect(state.flowVph).toBeNull();
          if (state.quality === 'observed') expect(state.samples).toBe(state.expectedSamples);
        }
      }),
    );
  });

  it('says in the end the same whether a frame came in time or late', () => {
    const last = (all: LinkState[]) =>
      new Map(all.map(({ windowStart, at, revision, ...said }) => [windowStart, said]));
    fc.assert(
      fc.property(lane, lane, fc.array(fc.nat(29), { maxLength: 5 }), (near, far, delayed) => {
        const frames = draw(near, far, '.'.repeat(30));
        const some = frames.map((happening) =>
          delayed.includes(happening.event.at / 10_000 - 1)
            ? { ...happening, lateAt: second(301) }
            : happening,
        );
        expect(last(states(twoLanes, some, minute(7)))).toEqual(last(states(twoLanes, frames, minute(7))));
      }),
    );
  });

  it('goes on after a restart as if there had been none', () => {
    const frames = draw('1203..|11.1.1|######|######', '......|111111|222222|.....1', '1'.repeat(24));
    const emitted = (restart: boolean): LinkState[] => {
      let state = linkState.initial(twoLanes, () => true);
      const out: LinkState[] = [];
      for (let at = 5000; at <= 250_000; at += 5000) {
        const emit = (_topic: unknown, event: unknown) => void out.push(event as LinkState);
        linkState.step(state, { kind: 'watermark', at }, emit, twoLanes);
        const due = frames.find(({ event }) => event.at === at);
        if (due)
          linkState.step(
            state,
            { kind: 'event', at, topic: due.topic.name, event: due.event },
            emit,
            twoLanes,
          );
        if (restart) state = deserialize(serialize(state));
      }
      return out;
    };
    expect(emitted(true)).toEqual(emitted(false));
    expect(emitted(false)).toHaveLength(4);
  });
});
