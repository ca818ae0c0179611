/**
 * What must have come of the records, computed from the log as it is at the end. It knows what is declared of
 * lateness, revisions and repeats, and nothing of how the runtime goes about it.
 */
import { type EventTime, floorTo, minutes } from '#domain/time.ts';
import type { Ledger } from '#runtime/measures.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { parkingStates } from '#schemas/topics.ts';
import { forecastOf, lateness, revisionBound, stateOf, windowLength } from './stages.ts';
import { type Meaning, rawTopics } from './street.ts';

/** A record with a place in the order of time. */
interface Due {
  readonly time: EventTime;
  readonly rank: number;
  readonly identity: string;
  readonly sequence: number;
  readonly device: string;
  readonly at: EventTime;
  readonly isLate: boolean;
}

type Counts = { -readonly [K in keyof Ledger]: number };

/** What one raw topic of a partition comes to. */
interface Heard {
  readonly due: Due[];
  readonly counts: Counts;
  /** Codes of the records that could not be used, by their place. */
  readonly unusable: Map<string, string>;
  readonly clock: EventTime;
  readonly firstClock: EventTime;
}

const never = Number.NEGATIVE_INFINITY;
/** How far ahead of its partition a device is believed: what is declared, not what the runtime has. */
const aheadMost = minutes(2);
/** By how much what came before the clock was known may be off, as is declared. */
const offMost = minutes(60);
const empty = (): Counts => ({
  read: 0,
  folded: 0,
  late: 0,
  rejected: 0,
  duplicate: 0,
  heartbeats: 0,
  open: 0,
});

function hear(meanings: readonly Meaning[], rank: number, place: string): Heard {
  const due: Due[] = [];
  const counts = empty();
  const unusable = new Map<string, string>();
  const seen = new Set<string>();
  const furthest = new Map<string, EventTime>();
  /** Where those stand that came before the clock was known. */
  const early: string[] = [];
  let clock = never;
  let firstClock = Number.NaN;
  let hasFeed = false;
  meanings.forEach((meaning, position) => {
    counts.read++;
    if (meaning.kind === 'heartbeat') {
      hasFeed = true;
      counts.heartbeats++;
      clock = Math.max(clock, meaning.at);
    } else if (meaning.kind === 'bad') unusable.set(`${place}/${position}`, meaning.code);
    else {
      const { device, sequence, at } = meaning;
      if (!hasFeed) {
        furthest.set(device, Math.max(furthest.get(device) ?? never, at));
        clock = Math.max(clock, [...furthest.values()].sort((a, b) => b - a)[1] ?? never);
      }
      const watermark = clock - lateness;
      const identity = `${device}#${sequence}`;
      if (clock !== never && at > clock + aheadMost) unusable.set(`${place}/${position}`, 'time.ahead');
      else if (at <= watermark - revisionBound) unusable.set(`${place}/${position}`, 'late');
      else if (seen.has(identity)) counts.duplicate++;
      else {
        seen.add(identity);
        const isLate = at <= watermark;
        if (clock === never) early.push(`${place}/${position}`);
        due.push({ time: isLate ? watermark + 1 : at, rank, identity, device, sequence, at, isLate });
      }
    }
    if (!Number.isNaN(firstClock) || clock === never) return;
    firstClock = clock;
    // What was taken on trust before, and is far off the clock that is known now.
    const watermark = clock - lateness;
    const kept = due.filter(({ time, identity }, i) => {
      const isOff = Math.abs(time - watermark) > offMost;
      if (!isOff || early[i] === undefined) return true;
      unusable.set(early[i] as string, time < watermark ? 'late' : 'time.ahead');
      // It does not count, so that it may come again with the right time.
      seen.delete(identity);
      return false;
    });
    due.splice(0, due.length, ...kept);
  });
  counts.late = [...unusable.values()].filter((code) => code === 'late').length;
  counts.rejected = unusable.size - counts.late;
  return { due, counts, unusable, clock, firstClock };
}

/** What the first stage makes of a partition. */
export interface FirstStage {
  readonly states: readonly ParkingState[];
  readonly ledger: Ledger;
  readonly unusable: ReadonlyMap<string, string>;
  /** Up to when all was seen. */
  readonly through: EventTime;
}

export function firstStage(partition: number, meaningsOf: (topic: string) => readonly Meaning[]): FirstStage {
  const heard = rawTopics.map((topic, rank) => hear(meaningsOf(topic), rank, `${topic}/${partition}`));
  const through = Math.min(...heard.map(({ clock }) => clock)) - lateness;
  const firstClock = Math.min(...heard.map((topic) => topic.firstClock));
  const all = heard.flatMap(({ due }) => due);
  const taken = all.filter(({ time }) => time <= through);
  taken.sort(
    (a, b) => a.time - b.time || a.rank - b.rank || compare(a.device, b.device) || a.sequence - b.sequence,
  );

  const counted = new Map<string, Parameters<typeof stateOf>[0]>();
  const states: ParkingState[] = [];
  const tick = (at: EventTime): void => {
    for (const minute of counted.values())
      if (minute.start + windowLength === at) {
        minute.revision++;
        states.push(stateOf(minute, at));
      }
  };
  const ticks = ticksAfter(firstClock - lateness, through);
  for (const { time, rank, device, at, isLate } of taken) {
    while (ticks[0] !== undefined && ticks[0] <= time) tick(ticks.shift()!);
    const start = floorTo(at, windowLength);
    const key = `${device}@${start}`;
    const minute = counted.get(key) ?? { place: device, start, entries: 0, readings: 0, revision: -1 };
    counted.set(key, minute);
    if (rank === 0) minute.entries++;
    else minute.readings++;
    if (!isLate) continue;
    minute.revision++;
    states.push(stateOf(minute, time));
  }
  for (const at of ticks) tick(at);

  const ledger = empty();
  for (const { counts } of heard)
    for (const name of Object.keys(ledger) as (keyof Ledger)[]) ledger[name] += counts[name];
  ledger.folded = taken.length;
  ledger.open = all.length - taken.length;
  return { states, ledger, unusable: new Map(heard.flatMap((topic) => [...topic.unusable])), through };
}

/** The ends of the minutes that are seen whole from `begin` on, up to `through`. */
function ticksAfter(begin: EventTime, through: EventTime): EventTime[] {
  const ticks: EventTime[] = [];
  if (Number.isNaN(begin)) return ticks;
  const first = floorTo(begin - 1, windowLength) + 2 * windowLength;
  for (let at = first; at <= through; at += windowLength) ticks.push(at);
  return ticks;
}

/** What the second stage makes of a partition. */
export interface SecondStage {
  readonly forecasts: readonly ParkingForecast[];
  /** All but what follows from how often records and heartbeats were appended. */
  readonly folded: number;
  readonly open: number;
}

export function secondStage(
  partition: number,
  partitions: number,
  first: readonly FirstStage[],
): SecondStage {
  const through = Math.min(...first.map((stage) => stage.through));
  const heard = first
    .flatMap(({ states }) => states)
    .filter(({ district }) => partitionOf(district, partitions) === partition)
    .map((state) => ({ state, source: parkingStates.source(state) }))
    .sort(
      (a, b) => a.state.at - b.state.at || compare(a.source, b.source) || a.state.revision - b.state.revision,
    );
  const taken = heard.filter(({ state }) => state.at <= through);
  const forecasts: ParkingForecast[] = [];
  const last = new Map<string, ParkingState>();
  const heardOf = new Map<string, number>();
  const news = new Set<string>();
  const tick = (at: EventTime): void => {
    for (const district of news) {
      const own = [...last.values()].filter((state) => state.district === district);
      const sums = {
        heard: heardOf.get(district) ?? 0,
        entries: own.reduce((sum, { entries }) => sum + entries, 0),
        readings: own.reduce((sum, { exits }) => sum + exits, 0),
      };
      forecasts.push(forecastOf(district, sums, at));
    }
    news.clear();
  };
  const ticks = ticksAfter(taken[0]?.state.at ?? Number.NaN, through);
  for (const { state } of taken) {
    while (ticks[0] !== undefined && ticks[0] <= state.at) tick(ticks.shift()!);
    last.set(`${state.facility}@${state.windowStart}`, state);
    heardOf.set(state.district, (heardOf.get(state.district) ?? 0) + 1);
    news.add(state.district);
  }
  for (const at of ticks) tick(at);
  return { forecasts, folded: taken.length, open: heard.length - taken.length };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
