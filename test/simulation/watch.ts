/** What must hold at every moment; whatever does not is a violation of the seed. */

import type { Commit, Ledger } from '#runtime/measures.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { sourceOf } from '#runtime/wiring.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeBody, decodeRecord, schemaIdOf, type Topic } from '#schemas/topic.ts';
import { parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { Reader } from '#schemas/wire.ts';
import { countByMinute, sumByDistrict } from './stages.ts';

interface Known {
  version: number;
  epoch: number;
  releasedThrough: number;
}

/** The name of an event among all of its topic. */
export const nameIn = <Event>(topic: Topic<Event>, event: Event): string =>
  `${topic.source(event)}#${topic.sequence(event)}`;

export class Watch {
  readonly violations: string[] = [];
  /** How far each partition of each topic was read by what is committed, at most. */
  readonly readTo = new Map<string, number>();
  private readonly partitions: number;
  private readonly tasks = new Map<string, Known>();
  /** Each row that was committed, as it was last. */
  private readonly rows = new Map<string, Readonly<Record<string, unknown>>>();
  /** The furthest that a task has vouched for, anywhere and by partition of its topic. */
  private readonly vouched = new Map<string, number>();
  /** Derived records that are in the log, each once. */
  readonly appended = new Set<string>();

  constructor(partitions: number) {
    this.partitions = partitions;
  }

  /** Looks at a commit that the store has taken. */
  committed({ processor, partition, progress, measures }: Commit): void {
    const name = sourceOf(processor, partition);
    const known = this.tasks.get(name) ?? { version: 0, epoch: 0, releasedThrough: Number.NEGATIVE_INFINITY };
    const through = progress.releasedThrough ?? Number.NEGATIVE_INFINITY;
    if (progress.version !== known.version + 1)
      this.complain(`${name}: version ${progress.version} was committed after ${known.version}`);
    if (progress.epoch < known.epoch)
      this.complain(`${name}: epoch ${progress.epoch} has committed after ${known.epoch}`);
    if (through < known.releasedThrough)
      this.complain(`${name}: has gone back from ${known.releasedThrough} to ${through}`);
    if (deficitOf(progress.ledger) !== 0)
      this.complain(`${name}: the ledger misses ${deficitOf(progress.ledger)} records`);
    this.tasks.set(name, { version: progress.version, epoch: progress.epoch, releasedThrough: through });
    for (const { topic, processedTo } of progress.topics) {
      const place = `${topic}/${partition}`;
      this.readTo.set(place, Math.max(this.readTo.get(place) ?? 0, processedTo));
    }
    this.stored(name, measures);
  }

  /** Looks at the rows that the store has taken from a task. */
  stored(task: string, measures: Commit['measures']): void {
    for (const [table, rows] of measures) for (const row of rows) this.storedRow(task, table, row);
  }

  /** Looks at a record of a derived topic that has come into the log. */
  derived(topic: string, partition: number, value: Buffer): void {
    if (schemaIdOf(value, 0, value.length) === embeddedIds.heartbeat) {
      const beat = decodeBody(reader.reset(value, 5, value.length), decodeHeartbeat);
      if (isRejection(beat)) throw new Error(`${topic}: a heartbeat that cannot be read`);
      this.heard(beat.source, beat.at);
      this.heard(`${beat.source} ${topic}/${partition}`, beat.at);
    } else if (topic === parkingStates.name) {
      const state = read(parkingStates, value);
      this.told(topic, partition, state, nameIn(parkingStates, state));
    } else {
      const forecast = read(parkingForecasts, value);
      this.told(topic, partition, forecast, nameIn(parkingForecasts, forecast));
    }
  }

  complain(violation: string): void {
    if (this.violations.length < 10) this.violations.push(violation);
  }

  private heard(source: string, at: number): void {
    if (at > (this.vouched.get(source) ?? Number.NEGATIVE_INFINITY)) this.vouched.set(source, at);
  }

  private storedRow(task: string, table: string, row: Readonly<Record<string, unknown>>): void {
    const isState = table === 'parking_state';
    const key = isState
      ? `${row['facility']}@${row['window_start']}`
      : `${row['facility']}@${row['at']}#${row['horizon_minutes']}`;
    const before = this.rows.get(key);
    this.rows.set(key, row);
    const at = row['at'] as number;
    if (before === undefined || before['revision'] !== row['revision']) {
      if (isState && before && (row['revision'] as number) < (before['revision'] as number))
        this.complain(`${task}: ${key} went from revision ${before['revision']} to ${row['revision']}`);
      if (at <= (this.vouched.get(task) ?? Number.NEGATIVE_INFINITY))
        this.complain(`${task}: ${key} of ${at} is committed after it was vouched for`);
    } else if (JSON.stringify(before) !== JSON.stringify(row))
      this.complain(`${task}: ${key} was committed twice, with different values`);
  }

  private told(
    topic: string,
    partition: number,
    event: ParkingState | ParkingForecast,
    identity: string,
  ): void {
    const isState = 'windowStart' in event;
    const source = isState
      ? sourceOf(countByMinute.name, partitionOf(event.facility, this.partitions))
      : sourceOf(sumByDistrict.name, partitionOf(event.district, this.partitions));
    const key = isState ? `${event.facility}@${event.windowStart}` : identity;
    const row = this.rows.get(key);
    const isStored = row && (!isState || (row['revision'] as number) >= event.revision);
    if (!isStored) this.complain(`${topic}: ${identity} is told before it is in the store`);
    const place = `${topic}/${partition} ${identity}`;
    if (this.appended.has(place)) return;
    this.appended.add(place);
    if (event.at <= (this.vouched.get(`${source} ${topic}/${partition}`) ?? Number.NEGATIVE_INFINITY))
      this.complain(`${topic}: ${identity} of ${event.at} is appended after it was vouched for`);
  }
}

const reader = new Reader();

function read<Event>(topic: Topic<Event>, value: Buffer): Event {
  const event = decodeRecord(topic, value, 0, value.length);
  if (isRejection(event)) throw new Error(`${topic.name}: a record that cannot be read: ${event.code}`);
  return event;
}

const deficitOf = ({ read, folded, late, rejected, duplicate, heartbeats, open }: Ledger): number =>
  read - folded - late - rejected - duplicate - heartbeats - open;
