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
const minutes = (n: number): EventTime => n * 60_000;

/** 500 m at 10 m/s, counted 100 m ahead of the stop bar, which is 10 s, and at it. */
const approach = street({
  links: [{ id: 'a', freeFlowKph: 36 }],
  detectors: [
    { id: 'ahead', channel: 1, role: 'advance', toStopBarMeters: 99 },
    { id: 'stop', channel: 2 },
  ],
});

/**
 * One line for the detector ahead and one for that at the stop bar, one sign for each 10 s, `|` for the eye: a
 * digit is that many vehicles at free flow, `a` to `i` 1 to 9 that leave a queue, `#` is on without a count, `.`
 * is no reading.
 */
function draw(ahead: string, stop: string): Happening<DetectorFrame>[] {
  const lines = [ahead, stop].map((line) => [...line.replaceAll('|', '')]);
  return (lines[0] ?? []).flatMap((_, i) => {
    const readings = lines.flatMap((line, lane) => readingOf(lane + 1, line[i] as string));
    return readings.length === 0
      ? []
      : [{ topic: detectorFrames, event: frame(second(10 * (i + 1)), readings) }];
  });
}

function readingOf(channel: number, sign: string): Reading[] {
  if (sign === '.') return [];
  if (sign === '#') return [[channel, 0, 1000, -1]];
  const leaving = 'abcdefghi'.indexOf(sign) + 1;
  if (leaving > 0) return [[channel, leaving, 900, 200]];
  // 7 m at 10 m/s are 0.7 s in 10 s.
  return [[channel, Number(sign), Number(sign) * 70, sign === '0' ? -1 : 360]];
}

const quiet = '000000|';

const states = (
  happenings: readonly Happening<DetectorFrame>[],
  network: Network = approach,
  until: EventTime = minutes(9),
): LinkState[] => drive(linkState, network, happenings, until).map((emitted) => emitted.event as LinkState);

/** What was said last of the minute that is drawn after `before`. */
function minuteAfter(before: [ahead: string, stop: string], ahead: string, stop: string, network = approach) {
  const minute = before[0].replaceAll('|', '').length / 6;
  const said = states(draw(before[0] + ahead, before[1] + stop), network, minutes(minute + 1) + second(5));
  const { spaceMeanDecikph, delayDeciseconds, quality } = said.findLast(
    (state) => state.windowStart === minutes(minute),
  ) as LinkState;
  return { decikph: spaceMeanDecikph, delay: delayDeciseconds, quality };
}

const twoQuiet: [string, string] = [quiet + quiet, quiet + quiet];

describe('the speed of a link that is counted ahead of the stop bar and at it', () => {
  it('is that of free flow when nobody waits', () => {
    expect(minuteAfter(twoQuiet, '121000', '012100')).toEqual({
      decikph: 360,
      delay: 0,
      quality: 'observed',
    });
  });

  it('tells the wait for green, which no speed at a detector does', () => {
    // Two are at the stop bar after 20 s, four after 30 s, none after 40 s: 10 + 30 + 20 s, shared by four.
    expect(minuteAfter(twoQuiet, '220000', '0##d00')).toEqual({
      decikph: 277,
      delay: 150,
      quality: 'observed',
    });
  });

  it('goes on with the queue of the minute before', () => {
    // Four stand from the start for 30 s and leave in the next 10 s: (120 + 20) s, over 4 x 100 m / 2.
    const [ahead, stop] = [`${quiet}${quiet}000220|`, `${quiet}${quiet}0000##|`];
    expect(minuteAfter([ahead, stop], '000000', '###d00')).toMatchObject({
      decikph: 45,
      quality: 'observed',
    });
  });

  it('forgets a vehicle that was counted ahead only, once nobody stands at the stop bar', () => {
    const [ahead, stop] = [`${quiet}001000|`, `${quiet}000000|`];
    expect(minuteAfter([ahead, stop], '200000', '020000')).toEqual({
      decikph: 360,
      delay: 0,
      quality: 'observed',
    });
  });

  it('never has more vehicles wait than the road can store', () => {
    // 100 m store 13.
    const overCounted = minuteAfter(twoQuiet, '999999', '######').decikph as number;
    const full = (54 * 500 - 27 * 100) * 3.6;
    const most = (60 * 13 + (54 * 100) / 2 / 10 + 54 * 40) / 1;
    expect(overCounted).toBeGreaterThanOrEqual(Math.floor((10 * full) / most));
  });

  it('knows that the road is full when vehicles stand on the zone ahead', () => {
    // 13 are there from the start, although nobody saw them come, and six leave in the last 10 s: 5 x 130 + 100 s,
    // and 30 s for 6 x 100 m / 2.
    const said = minuteAfter(['......|0#####|', '......|a#####|'], '#####0', '#####f');
    expect(said).toMatchObject({
      decikph: Math.round((36 * 300) / (5 * 130 + 100 + 30)),
      quality: 'imputed',
    });
  });

  it('calls it imputed when the counts do not belong together, and leaves a section that is dumb alone', () => {
    const [ahead, stop] = [`${quiet}111111|`, `${quiet}033333|`];
    expect(minuteAfter([ahead, stop], '111111', '333333').quality).toBe('imputed');
    expect(minuteAfter([`${quiet}000000|`, `${quiet}cccccc|`], '000000', 'cccccc')).toEqual({
      decikph: 200,
      delay: 400,
      quality: 'imputed',
    });
  });

  it('calls it imputed after a hole, until the queue has been seen empty', () => {
    const [ahead, stop] = [`${quiet}0...11|`, `${quiet}0...##|`];
    expect(minuteAfter([ahead, stop], '111111', 'aaaaaa').quality).toBe('imputed');
    expect(minuteAfter([ahead, stop], '000000', 'b00000').quality).toBe('imputed');
    expect(minuteAfter([ahead, stop], '011000', '000110').quality).toBe('observed');
  });

  it('falls back on the speeds at the detectors when one of the two sections is silent', () => {
    expect(minuteAfter(twoQuiet, '......', '0##d00')).toMatchObject({ decikph: 200, quality: 'imputed' });
  });

  it('takes the speed measured on the way for what lies upstream', () => {
    const slow = draw(quiet + quiet, quiet + quiet).concat([
      {
        topic: detectorFrames,
        event: frame(second(130), [
          [1, 1, 140, 180],
          [2, 0, 0, -1],
        ]),
      },
      ...draw(`${quiet}${quiet}000000`, `${quiet}${quiet}010000`).slice(13),
    ]);
    // 400 m at 5 m/s, 100 m at 10 m/s.
    expect(states(slow, approach, second(185)).at(-1)).toMatchObject({ spaceMeanDecikph: 200 });
  });

  it('loses time behind a signal, and not where the road has none', () => {
    const signal = (intersection: string | undefined): Network => ({
      ...approach,
      nodes: new Map([['n0', { id: 'n0', name: 'n0', position: [0, 0], intersection }]]),
    });
    // (6.0 - 2.0) / (0.0025 x 1640 ft) is 0.98 s.
    expect(minuteAfter(twoQuiet, '100000', '010000', signal('i0')).delay).toBe(10);
    expect(minuteAfter(twoQuiet, '100000', '010000', signal(undefined)).delay).toBe(0);
  });

  it('keeps to the speeds at the detectors where a lane is not counted twice', () => {
    const halfCovered: Network = street({
      links: [{ id: 'a', freeFlowKph: 36, lanes: 2 }],
      detectors: [
        { id: 'ahead', channel: 1, role: 'advance', toStopBarMeters: 99 },
        { id: 'stop', channel: 2, lastLane: 2 },
      ],
    });
    expect(minuteAfter(twoQuiet, '220000', '0##d00', halfCovered).decikph).toBe(257);
  });
});

describe('the queue of a link, whatever happens', () => {
  const line = fc.string({
    unit: fc.constantFrom('.', '0', '1', '2', '#', 'b'),
    minLength: 30,
    maxLength: 30,
  });
  const last = (all: LinkState[]) =>
    new Map(all.map(({ windowStart, at, revision, ...said }) => [windowStart, said]));

  it('is in the end the same whether a frame came in time or late', () => {
    fc.assert(
      fc.property(line, line, fc.array(fc.nat(29), { maxLength: 5 }), (ahead, stop, delayed) => {
        const frames = draw(ahead.replaceAll('#', '0'), stop.replaceAll('#', 'a'));
        const some = frames.map((happening) =>
          delayed.includes(happening.event.at / 10_000 - 1)
            ? { ...happening, lateAt: second(361) }
            : happening,
        );
        const first = frames[0]?.event.at;
        if (first === undefined || some.find(({ event }) => event.at === first)?.lateAt) return;
        expect(last(states(some))).toEqual(last(states(frames)));
      }),
    );
  });

  it('is told anew in the two minutes after a late frame, and not in the third', () => {
    const all = draw('1'.repeat(30), 'a'.repeat(30));
    const late = all.map((happening) =>
      happening.event.at === second(60) ? { ...happening, lateAt: second(301) } : happening,
    );
    const revised = states(late, approach, second(305)).filter(({ revision }) => revision > 0);
    expect(revised.map(({ windowStart }) => windowStart / minutes(1))).toEqual([0, 1, 2]);
  });

  it('is counted anew when the place of an old minute is used again', () => {
    const minute = (n: number): [string, string] =>
      n % 2 === 0 ? ['220000', '0##d00'] : ['111000', '011100'];
    const drawn = Array.from({ length: 44 }, (_, n) => minute(n));
    const frames = draw(drawn.map(([ahead]) => ahead).join(''), drawn.map(([, stop]) => stop).join(''));
    const said = states(frames, approach, minutes(44) + second(5)).slice(2);
    expect(
      new Set(said.map((s) => `${(s.windowStart / minutes(1)) % 2} ${s.spaceMeanDecikph} ${s.quality}`)),
    ).toEqual(new Set(['0 277 observed', '1 360 observed']));
  });

  it('goes on after a restart as if there had been none', () => {
    const frames = draw('1203..|11.1.1|##2222|101010', 'a1#b..|111111|222###|.....1');
    const emitted = (restart: boolean): LinkState[] => {
      let state = linkState.initial(approach, () => true);
      const out: LinkState[] = [];
      for (let at = 5000; at <= 250_000; at += 5000) {
        const emit = (_topic: unknown, event: unknown) => void out.push(event as LinkState);
        linkState.step(state, { kind: 'watermark', at }, emit, approach);
        const due = frames.find(({ event }) => event.at === at);
        if (due)
          linkState.step(
            state,
            { kind: 'event', at, topic: 'detector.frame.v1', event: due.event },
            emit,
            approach,
          );
        if (restart) state = deserialize(serialize(state));
      }
      return out;
    };
    expect(emitted(true)).toEqual(emitted(false));
    expect(emitted(false)).toHaveLength(4);
  });

  it('gives a speed that a vehicle can have', () => {
    fc.assert(
      fc.property(line, line, (ahead, stop) => {
        for (const { spaceMeanDecikph, quality } of states(draw(ahead, stop))) {
          expect(quality === 'missing').toBe(spaceMeanDecikph === null);
          if (spaceMeanDecikph === null) continue;
          expect(spaceMeanDecikph).toBeGreaterThanOrEqual(1);
          expect(spaceMeanDecikph).toBeLessThanOrEqual(360);
        }
      }),
    );
  });
});
