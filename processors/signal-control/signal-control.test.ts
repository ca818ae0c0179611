import { describe, expect, it } from 'vitest';
import { street } from '#domain/signal-control/street.fixture.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { isRejection } from '#schemas/rejection.ts';
import type { Topic } from '#schemas/topic.ts';
import { approachStates, signalStages, signalStatuses } from '#schemas/topics.ts';
import { signalControl } from './signal-control.ts';

const network = street();
const start = 1_800_057_600_000;

/** `waits` vehicles stand on each way in; phase 1 has been green for a minute and more. */
const status = (second: number, waits: { in: number; cross: number }, part: Partial<SignalStatus> = {}) => ({
  topic: signalStatuses,
  event: {
    district: 'D',
    intersection: 'A',
    sequence: second,
    at: start + seconds(second),
    intervalSeconds: 5,
    delayMilliseconds: 1000,
    green: [1],
    next: [],
    greenDeciseconds: 600 + 10 * second,
    loops: [{ detector: 'stop', count: 0, occupancyPermille: 0, isOn: false }],
    zones: (['in', 'cross'] as const).map((way) => ({
      zone: `zone-${way}`,
      vehicles: waits[way],
      halted: waits[way],
      queueDecimeters: 75 * waits[way],
    })),
    ...part,
  } satisfies SignalStatus,
});

const told = <Event>(topic: string, happened: readonly Happening<SignalStatus>[], until = 120): Event[] =>
  drive(signalControl, network, happened, start + seconds(until))
    .filter((one) => one.topic === topic)
    .map(({ event }) => event as Event);
const advised = (happened: readonly Happening<SignalStatus>[], until?: number): SignalStage[] =>
  told(signalStages.name, happened, until);

const times = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 5 + 1 }, (_, i) => from + 5 * i);

describe('advice stage by stage', () => {
  it('calls the phase for those who wait, with its proof', () => {
    const [first] = advised([status(0, { in: 0, cross: 8 })]);
    expect(first).toMatchObject({
      intersection: 'A',
      phases: [2],
      previous: [1],
      statusAt: start,
      callAt: start + 1000,
      waitingVehicles: 8,
      servedVehicles: 8,
    });
    expect(first?.at).toBe(start + 1000);
    expect(first?.expiresAt).toBe(start + 61_000);
    expect(first?.reason).toContain('phase 2 after phase 1, for 8 of 8 vehicles that wait');
    const names = first?.constraints.map(({ name }) => name);
    expect(names).toContain('minimumGreen');
    expect(first?.constraints.every(({ met }) => met)).toBe(true);
  });

  it('does not end a green before its minimum', () => {
    const [first] = advised([status(0, { in: 0, cross: 8 }, { greenDeciseconds: 20 })]);
    const shown = 2 + ((first?.callAt ?? 0) - start) / 1000;
    if (first?.phases[0] === 2) expect(shown).toBeGreaterThanOrEqual(6);
    else expect(first?.phases).toEqual([1]);
  });

  it('is silent where no change would pass the gate: a stage held for good would be worse than none', () => {
    const [a] = [network.intersections.get('A')!];
    const phases = a.phases.map((phase) => ({ ...phase, yellowSeconds: 1 }));
    const short = { ...network, intersections: new Map([...network.intersections, ['A', { ...a, phases }]]) };
    const happened = [status(0, { in: 8, cross: 0 }), status(5, { in: 8, cross: 8 })];
    const told = drive(signalControl, short, happened, start + seconds(120));
    expect(told.filter(({ topic }) => topic === signalStages.name)).toEqual([]);
    expect(advised(happened).length).toBeGreaterThan(0);
  });

  it('is silent while it would say the same, for 20 s', () => {
    const same = times(0, 60).map((second) => status(second, { in: 6, cross: 0 }));
    const said = advised(same);
    expect(new Set(said.map(({ phases }) => phases.join()))).toEqual(new Set(['1']));
    expect(said.map(({ at }) => (at - start) / 1000)).toEqual([1, 21, 41, 61]);
  });

  it('says nothing of a signal that shows no stage, nor of one that clears to it knows not what', () => {
    expect(advised([status(0, { in: 0, cross: 8 }, { green: [] })])).toEqual([]);
    expect(advised([status(0, { in: 0, cross: 8 }, { green: [1, 2] })])).toEqual([]);
    expect(advised([status(0, { in: 0, cross: 8 }, { green: [], next: [2] })])).toHaveLength(1);
  });

  it('goes on without a zone that is faulty', () => {
    const broken = { zones: [{ zone: 'zone-in', vehicles: null, halted: null, queueDecimeters: null }] };
    expect(advised(times(0, 30).map((second) => status(second, { in: 0, cross: 0 }, broken)))).not.toEqual(
      [],
    );
  });

  it('lets a status pass that comes too late', () => {
    const late = { ...status(0, { in: 0, cross: 8 }), lateAt: start + seconds(30) };
    expect(advised([late])).toEqual([]);
  });

  it('is the same after a restart', () => {
    const happened = times(0, 90).map((second) =>
      status(
        second,
        { in: (second * 7) % 11, cross: (second * 3) % 5 },
        {
          greenDeciseconds: 200 + 10 * (second % 40),
        },
      ),
    );
    const whole = drive(signalControl, network, happened, start + seconds(120));
    const before = signalControl.initial(network, () => true);
    const all: { topic: string; event: unknown }[] = [];
    let state = before;
    const emit = <Event>(topic: Topic<Event>, event: Event): void => {
      all.push({ topic: topic.name, event });
    };
    const step = (second: number, input: Parameters<typeof signalControl.step>[1]): void => {
      if (second % 15 === 0) {
        const rows = JSON.parse(JSON.stringify([...signalControl.keep!.changed(state)])) as [
          string,
          unknown,
        ][];
        kept = new Map([...kept, ...rows]);
        state = signalControl.initial(network, () => true);
        signalControl.keep!.restore(state, kept);
      }
      signalControl.step(state, input, emit, network);
    };
    let kept = new Map<string, unknown>();
    for (let second = 0; second <= 120; second++) {
      const at = (start + seconds(second)) as EventTime;
      if (second > 0) step(second, { kind: 'watermark', at });
      const { event } = happened.find((one) => one.event.at === at) ?? {};
      if (event !== undefined) step(second, { kind: 'event', at, topic: signalStatuses.name, event });
    }
    expect(all).toEqual(whole);
    expect(new Set(all.map(({ topic }) => topic)).size).toBe(2);
  });

  it('refuses a signal that the network does not have, and one of another district', () => {
    const { event } = status(0, { in: 0, cross: 0 });
    const verdict = (part: Partial<SignalStatus>) =>
      signalControl.accepts?.(network, signalStatuses.name, { ...event, ...part });
    expect(verdict({})).toBeUndefined();
    expect(isRejection(verdict({ intersection: 'Q' }))).toBe(true);
    expect(isRejection(verdict({ district: 'E' }))).toBe(true);
  });

  it('is withdrawn for half an hour where vehicles stand longer than the twin foresaw without it', () => {
    const crowded = times(0, 3000).map((second) =>
      status(second, { in: second % 60 === 0 ? 1 : 30, cross: 0 }, { greenDeciseconds: 600 }),
    );
    const said = advised(crowded, 3000);
    const [withdrawal, ...others] = said.filter(({ phases }) => phases.length === 0);
    expect(others).toEqual([]);
    expect(withdrawal).toMatchObject({ at: start + minutes(15), expiresAt: start + minutes(15) });
    expect(withdrawal?.reason).toContain('withdrawn until 2027-01-16T00:45');
    expect(withdrawal?.reason).toMatch(/in the last 15 windows vehicles stood for \d+ vehicle seconds each/);
    const minutesOfAdvice = said
      .filter(({ phases }) => phases.length > 0)
      .map(({ at }) => (at - start) / minutes(1));
    expect(minutesOfAdvice.filter((minute) => minute > 15 && minute < 45)).toEqual([]);
    expect(Math.min(...minutesOfAdvice.filter((minute) => minute > 15))).toBeLessThan(46);
  });

  it('tells what stood and came, minute by minute, and which lanes nobody sees', () => {
    const half = times(0, 115).map((second) => status(second, { in: 0, cross: second < 60 ? 4 : 0 }));
    const minutes = told<ApproachState>(approachStates.name, half, 180);
    expect(minutes.map(({ windowStart, statuses }) => [(windowStart - start) / 1000, statuses])).toEqual([
      [0, 12],
      [60, 12],
    ]);
    const cross = minutes.map(({ lanes }) => lanes.find(({ link }) => link === 'cross'));
    expect(cross.map((lane) => lane?.queueDecivehicles)).toEqual([40, 0]);
    const [first] = minutes;
    expect(first?.twin).toMatchObject({ seconds: 56, stoppedVehicleSeconds: 4 * 55, followedPermille: 0 });
    expect(first?.twin?.advisedVehicleSeconds).toBeLessThan(first?.twin?.nativeVehicleSeconds as number);
    expect(cross[0]).toMatchObject({ lane: 1, longestQueueDecivehicles: 40, quality: 'observed' });
    expect(cross[0]?.shares).toEqual([{ movement: 'X', permille: 1000, deviationPermille: 0 }]);
    const [blind] = told<ApproachState>(
      approachStates.name,
      times(0, 55).map((second) => status(second, { in: 0, cross: 0 }, { zones: [] })),
    );
    expect(blind?.lanes.map(({ link, lane, quality }) => `${link} ${lane} ${quality}`)).toEqual([
      'in 1 missing',
      'in 2 imputed',
      'cross 1 missing',
    ]);
  });
});
