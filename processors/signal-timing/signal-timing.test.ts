import { describe, expect, it } from 'vitest';
import type { Plan } from '#domain/network.ts';
import { avenue } from '#domain/signal-control/avenue.fixture.ts';
import { diagramOf, fourLegs } from '#domain/signal-timing/example.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type {
  AcknowledgementStatus,
  SignalAcknowledgement,
} from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalBenefit } from '#schemas/generated/signal.benefit.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { isRejection } from '#schemas/rejection.ts';
import {
  approachStates,
  intersectionPerformances,
  signalAcknowledgements,
  signalBenefits,
  signalRecommendations,
} from '#schemas/topics.ts';
import { approachOf, uneven } from './approach.fixture.ts';
import { corridorsOf } from './corridors.ts';
import { signalTiming } from './signal-timing.ts';
import { networkOf, windowOf } from './windows.ts';

const legs = fourLegs();
const other = { ...fourLegs(), id: 'I-2' };
const network = networkOf(legs, other);
const midnight = 1_800_057_600_000;
const fullLefts = [220, 480, 60, 220, 220, 480, 60, 220];

type Event = IntersectionPerformance | SignalAcknowledgement;
type Happened = Happening<Event>;

/** The window that ends at this minute, when the controller ran `plan`. */
const measured = (minute: number, plan: Plan = legs.plan, at = legs): Happened => ({
  topic: intersectionPerformances as Happened['topic'],
  event: windowOf(at, plan, midnight + minutes(minute - 5), fullLefts),
});

const answered = (minute: number, status: AcknowledgementStatus, recommendation: string): Happened => ({
  topic: signalAcknowledgements as Happened['topic'],
  event: {
    district: 'D-1',
    intersection: 'I-1',
    recommendation,
    sequence: minute,
    at: midnight + minutes(minute) + seconds(30),
    status,
    reason: null,
    by: 'controller',
  },
});

/** Minute of each recommendation, `12: I-1.1234`. */
const advised = (happened: readonly Happened[], until: number): SignalRecommendation[] =>
  drive(signalTiming, network, happened, midnight + minutes(until))
    .filter(({ topic }) => topic === signalRecommendations.name)
    .map(({ event }) => event as SignalRecommendation);
const benefits = (happened: readonly Happened[], until: number): SignalBenefit[] =>
  drive(signalTiming, network, happened, midnight + minutes(until))
    .filter(({ topic }) => topic === signalBenefits.name)
    .map(({ event }) => event as SignalBenefit);

const minuteOf = ({ at }: { at: EventTime }): number => (at - midnight) / minutes(1);
const idAt = (minute: number): string => `I-1.${midnight + minutes(minute)}`;
const asPlan = (plan: Omit<Plan, 'id'>): Plan => ({ id: 'applied', ...plan });
const every5 = (from: number, to: number, plan?: Plan): Happened[] => {
  const happened: Happened[] = [];
  for (let minute = from; minute <= to; minute += 5) happened.push(measured(minute, plan));
  return happened;
};

/** What the first advice of the examples asks for, and the windows once it runs. */
const advisedPlan = asPlan((advised(every5(5, 10), 11)[0] as SignalRecommendation).plan);

describe('the life of a recommendation', () => {
  // w: a window ends   A: advice   x: it expires   r: rejected   P: applied

  it('comes with the second window, and again once it expired without an answer', () => {
    // minute 5    10    15    20    25
    //        w    wA    w     wxA   w
    const documents = advised(every5(5, 25), 26);
    expect(documents.map(minuteOf)).toEqual([11, 22]);
    expect(documents.map(({ recommendation }) => recommendation)).toEqual([idAt(11), idAt(22)]);
    expect(documents.map(({ nonce }) => nonce)).toEqual([idAt(11), idAt(22)]);
  });

  it('is not repeated on evidence that it was drawn from already', () => {
    expect(advised(every5(5, 10), 30).map(minuteOf)).toEqual([11]);
  });

  it('is followed by a quarter of an hour of silence when it was rejected', () => {
    // minute 5    10    15    20    25    30    35    40
    //        w    wAr   w     w     w  A  w     w   A w
    const documents = advised([...every5(5, 40), answered(12, 'rejected', idAt(11))], 41);
    expect(documents.map(minuteOf)).toEqual([11, 28, 39]);
  });

  it('waits for the application of what was accepted, until it expires', () => {
    const documents = advised([...every5(5, 25), answered(12, 'accepted', idAt(11))], 26);
    expect(documents.map(minuteOf)).toEqual([11, 22]);
  });

  it('is drawn from the applied plan after two windows under it', () => {
    // minute 5    10    15    20    25    30
    //        w    wAP   w     w     w          the window of minute 15 began before P
    const old = every5(5, 15);
    const documents = advised(
      [...old, ...every5(20, 30, advisedPlan), answered(12, 'applied', idAt(11))],
      31,
    );
    expect(documents.map(minuteOf)).toEqual([11, 26]);
    expect(documents[1]?.previous).toEqual(documents[0]?.plan);
    expect(diagramOf(legs, asPlan(documents[1]!.previous))[0]).toBe('| 1 19  2 34 | 3 12  4 25 |');
  });

  it('counts an application that is heard of an hour late', () => {
    const late = { ...answered(12, 'applied', idAt(11)), lateAt: midnight + minutes(24) };
    const documents = advised([...every5(5, 15), ...every5(20, 30, advisedPlan), late], 31);
    // At 22 the old cycle is still believed; from 24 on it is known what ran since 12.
    expect(documents.at(-1)?.previous).toEqual(documents[0]?.plan);
  });

  it('returns to the plan before when an applied one is withdrawn', () => {
    const happened = [
      ...every5(5, 15),
      answered(12, 'applied', idAt(11)),
      answered(16, 'withdrawn', idAt(11)),
      ...every5(25, 30),
    ];
    const documents = advised(happened, 31);
    expect(documents.map(minuteOf)).toEqual([11, 31]);
    expect(documents[1]?.previous).toEqual(documents[0]?.previous);
  });

  it('is drawn from what was seen to run when somebody applied a plan of their own', () => {
    const theirs: Plan = {
      ...legs.plan,
      splits: legs.plan.splits.map((s) => ({ ...s, seconds: s.seconds + 1 })),
    };
    const shown = { ...theirs, cycleSeconds: 94 };
    const happened = [...every5(5, 5), answered(7, 'applied', 'I-1.by-hand'), ...every5(15, 20, shown)];
    const documents = advised(happened, 21);
    expect(documents.map(minuteOf)).toEqual([21]);
    expect(documents[0]?.previous).toEqual({ cycleSeconds: 94, offsetSeconds: 0, splits: theirs.splits });
  });

  it('concerns each intersection for itself, in one order whichever was heard of first', () => {
    const unusable = measured(5, legs.plan, other);
    const early = { ...unusable, event: { ...unusable.event, quality: 'missing' } as Event };
    const both = [...every5(10, 15), measured(10, legs.plan, other), measured(15, legs.plan, other)];
    const documents = advised([early, ...both], 16);
    expect(documents.map(({ intersection }) => intersection)).toEqual(['I-1', 'I-2']);
  });

  it('takes a revised window instead of the first', () => {
    const first = measured(5);
    const revised = { ...first, event: { ...first.event, revision: 1, quality: 'missing' } as Event };
    expect(advised([first, { ...revised, lateAt: midnight + minutes(6) }, measured(10)], 11)).toEqual([]);
    expect(advised([first, measured(10)], 11)).toHaveLength(1);
  });
});

describe('what is kept', () => {
  const happened = [
    ...every5(5, 15),
    answered(12, 'applied', idAt(11)),
    ...every5(20, 45, advisedPlan),
    answered(27, 'rejected', idAt(26)),
  ];

  it('continues after a restart at any minute as if nothing had happened', () => {
    const whole = advised(happened, 46);
    expect(whole.map(minuteOf)).toEqual([11, 26, 43]);
    for (let cut = 6; cut < 46; cut++) expect(restartedAt(cut)).toEqual(whole);
  });

  it('is a row for each changed intersection, once', () => {
    const state = signalTiming.initial(network, () => true);
    play(state, 0, 11);
    expect(keptRows(state).map(([id]) => id)).toEqual(['I-1']);
    expect(keptRows(state)).toEqual([]);
  });

  type State = ReturnType<typeof signalTiming.initial>;
  const documents: SignalRecommendation[] = [];

  const keptRows = (state: State) =>
    JSON.parse(JSON.stringify([...(signalTiming.keep?.changed(state) ?? [])])) as [string, unknown][];

  /** Feeds what happened from one minute to another, with a watermark at each. */
  function play(state: State, from: number, to: number): void {
    for (let minute = from; minute < to; minute++) {
      const begin = midnight + minutes(minute);
      for (const { topic, event } of happened)
        if (event.at >= begin && event.at < begin + minutes(1))
          signalTiming.step(state, { kind: 'event', at: event.at, topic: topic.name, event }, emit, network);
      signalTiming.step(state, { kind: 'watermark', at: begin + minutes(1) }, emit, network);
    }
  }
  const emit = ({ name }: { readonly name: string }, document: unknown): void => {
    if (name === signalRecommendations.name) documents.push(document as SignalRecommendation);
  };

  function restartedAt(cut: number): SignalRecommendation[] {
    documents.length = 0;
    const before = signalTiming.initial(network, () => true);
    play(before, 0, cut);
    const after = signalTiming.initial(network, () => true);
    signalTiming.keep?.restore(after, keptRows(before));
    play(after, cut, 46);
    return [...documents];
  }
});

describe('what an applied plan was worth', () => {
  /** As measured, but with this much more or less delay. */
  const delayed = (minute: number, plan: Plan, bySeconds: number): Happened => {
    const window = measured(minute, plan);
    const event = window.event as IntersectionPerformance;
    const controlDelayDeciseconds = (event.controlDelayDeciseconds ?? 0) + 10 * bySeconds;
    return { ...window, event: { ...event, controlDelayDeciseconds } };
  };
  const old = every5(5, 15);
  const told = (by: readonly number[]): Happened[] => [
    ...old,
    answered(12, 'applied', idAt(11)),
    ...by.map((bySeconds, i) => delayed(20 + 5 * i, advisedPlan, bySeconds)),
  ];

  it('is told from the third window on, beside what was promised', () => {
    const said = benefits(told([1, -1, 0, 0]), 36);
    expect(said.map(({ windows }) => windows)).toEqual([3, 4]);
    expect(said[0]).toMatchObject({
      intersection: 'I-1',
      recommendation: idAt(11),
      appliedAt: midnight + minutes(12) + seconds(30),
      predictedSavingDeciseconds: 193,
      verdict: 'better',
    });
    expect(said[0]?.savingDeciseconds).toBeCloseTo(193, -1);
    expect(said[0]?.savingLowDeciseconds).toBeLessThan(said[0]?.savingDeciseconds ?? 0);
  });

  it('is not known where nothing was measured before', () => {
    const by = every5(20, 35, advisedPlan);
    expect(benefits([...every5(5, 10), answered(12, 'applied', 'I-1.by-hand'), ...by], 36)).toEqual([]);
  });

  it('is reason to go back when it was worse, by a plan that passes the gate', () => {
    const happened = told([31, 29, 30]);
    expect(benefits(happened, 31).map(({ verdict }) => verdict)).toEqual(['worse']);
    const back = advised(happened, 31).at(-1);
    const [first] = advised(happened, 31);
    expect(back?.plan).toEqual(first?.previous);
    expect(back?.previous).toEqual(first?.plan);
    expect(back?.benefitLowDeciseconds).toBeGreaterThan(0);
    expect(back?.reason).toContain(`${idAt(11)} made it worse`);
    expect(back?.constraints.every(({ met }) => met)).toBe(true);
  });

  it('is left as it is while it may be better or worse', () => {
    const happened = told([40, -30, 35]);
    expect(benefits(happened, 31).map(({ verdict }) => verdict)).toEqual(['unsure']);
    expect(advised(happened, 31).every(({ reason }) => !reason.includes('made it worse'))).toBe(true);
  });
});

describe('what is refused', () => {
  it('is an intersection that the tables do not know, and one said to be in another district', () => {
    const { event } = measured(5);
    const judge = (changed: object) =>
      signalTiming.accepts?.(network, 'any', { ...event, ...changed } as Event);
    expect(judge({})).toBeUndefined();
    expect(judge({ intersection: 'I-9' })).toMatchObject({
      code: 'reference.unknown',
      field: 'intersection',
    });
    expect(judge({ district: 'D-9' })).toMatchObject({ code: 'reference.unknown', field: 'district' });
    expect(isRejection(judge({ district: 'D-9' }))).toBe(true);
  });
});

describe('plans from lanes', () => {
  const street = avenue(2, 300);
  const [corridor] = corridorsOf(street, () => true);
  type Any = Happening<Event | ApproachState>;
  /** What is said of both signals of the minutes from one to another. */
  const minutesOf = (from: number, to: number, vph = uneven): Any[] =>
    Array.from({ length: to - from }, (_, i) => from + i).flatMap((minute) =>
      corridor!.signals.map(({ intersection, layout }) => ({
        topic: approachStates as Any['topic'],
        event: approachOf(intersection, layout, vph, midnight + minutes(minute)),
      })),
    );
  const said = (happened: readonly Any[], until: number): SignalRecommendation[] =>
    drive(signalTiming, street, happened as Happened[], midnight + minutes(until))
      .filter(({ topic }) => topic === signalRecommendations.name)
      .map(({ event }) => event as SignalRecommendation);
  const when = ({ intersection, at }: SignalRecommendation): string =>
    `${(at - midnight) / minutes(1)} ${intersection}`;
  const applied = (
    minute: number,
    { intersection, recommendation, district }: SignalRecommendation,
  ): Any => ({
    topic: signalAcknowledgements as Any['topic'],
    event: {
      ...{
        district,
        intersection,
        recommendation,
        sequence: minute,
        status: 'applied',
        reason: null,
        by: 'I',
      },
      at: midnight + minutes(minute) + seconds(5),
    },
  });

  it('are advised to all signals of a corridor after six minutes', () => {
    expect(said(minutesOf(0, 8), 8).map(when)).toEqual(['6 I1', '6 I2']);
  });

  it('wait for an answer, for as long as one can come', () => {
    expect(said(minutesOf(0, 18), 18).map(when)).toEqual(['6 I1', '6 I2', '17 I1', '17 I2']);
  });

  const minuteOf = ({ at }: SignalRecommendation): number => (at - midnight) / minutes(1);
  /** All that is said until then, when every plan is applied in the minute in which it is said. */
  function settled(until: number): SignalRecommendation[] {
    let known: SignalRecommendation[] = [];
    for (let count = -1; count < known.length; ) {
      count = known.length;
      known = said([...minutesOf(0, until), ...known.map((one) => applied(minuteOf(one), one))], until);
    }
    return known;
  }

  it('are not advised again when they are in force', () => {
    // The second leaves a phase out, which the first may not.
    const all = settled(14);
    expect(all.map(when)).toEqual(['6 I1', '6 I2', '12 I1', '12 I2']);
    expect(settled(40)).toEqual(all);
  });

  it('are drawn anew from whole minutes under the plan in force', () => {
    const before = settled(14).map((one) => applied(minuteOf(one), one));
    const light = minutesOf(12, 20, (link, lane) => Math.round(0.2 * uneven(link, lane)));
    const turned = minutesOf(12, 20, (link) => (link.startsWith('side') ? 600 : 60));
    const then = (others: Any[]): string[] =>
      said([...minutesOf(0, 12), ...before, ...others], 20)
        .map(when)
        .slice(before.length);
    expect(then(light)).toEqual([]);
    expect(then(turned)).toEqual(['18 I1', '18 I2']);
  });

  it('are not drawn where nothing was said for two minutes', () => {
    expect(said(minutesOf(0, 2), 8)).toEqual([]);
  });

  it('leave it to windows where these tell', () => {
    const window = windowOf(
      street.intersections.get('I1')!,
      street.intersections.get('I1')!.plan,
      midnight,
      [300],
    );
    const told: Any = { topic: intersectionPerformances as Any['topic'], event: window };
    expect(said([...minutesOf(0, 8), told], 8).map(when)).toEqual(['6 I2']);
  });
});
