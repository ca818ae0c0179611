/** What devices and an ingest append to the raw topics: some of it late, twice, wrong, or of a wrong time. */
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { environmentReadings, parkingEvents } from '#schemas/topics.ts';
import { Writer } from '#schemas/wire.ts';
import { createRandom, type Random } from '#simulators/random.ts';
import { activeMilliseconds } from './plan.ts';
import { lateness, revisionBound, strangers } from './stages.ts';

/** What a record is, known to those who made it and to the judge. */
export type Meaning =
  | { readonly kind: 'heartbeat'; readonly at: EventTime }
  | { readonly kind: 'event'; readonly device: string; readonly sequence: number; readonly at: EventTime }
  | { readonly kind: 'bad'; readonly code: string };

export const rawTopics = [parkingEvents.name, environmentReadings.name] as const;

/** Records that a feed appends at once, and when it first tries to. */
export interface Delivery {
  readonly topic: string;
  readonly partition: number;
  readonly at: number;
  readonly values: readonly Buffer[];
}

const begin: EventTime = Date.UTC(2026, 4, 4, 7, 0);
/** Event time that passes in a millisecond of the machine. */
const rate = 240;
/** What a feed gathers before it appends. */
const gathered = seconds(40);
const places = 6;
/** Its clock is sometimes set to summer time, sometimes to another year; no other device helps it to be believed. */
const astray = 'place 0';
const offsAstray = [0, 0, minutes(-60), minutes(60), minutes(525_600)];
/** Times are whole fives, so that they meet one another and the edges of windows. */
const grain = seconds(5);

export class Street {
  readonly meanings = new Map<Buffer, Meaning>();
  readonly deliveries: Delivery[] = [];
  private readonly random: Random;
  private readonly eventsMean: number;
  private readonly sequences = new Map<string, number>();

  constructor(seed: number, partitions: number) {
    this.random = createRandom(seed, 'street');
    this.eventsMean = this.random.pick([1, 2]);
    const ends = begin + activeMilliseconds * rate;
    for (let now = begin + gathered; now <= ends; now += gathered) this.gather(now, partitions);
  }

  private gather(now: EventTime, partitions: number): void {
    const { random } = this;
    for (const topic of rawTopics) {
      const values = Array.from({ length: partitions }, (): Buffer[] => []);
      for (let left = random.poisson(this.eventsMean * 0.7 * partitions); left > 0; left--) {
        const place = `place ${random.integer(places)}`;
        const partition = values[partitionOf(place, partitions)] as Buffer[];
        const value = this.record(topic, place, now);
        partition.push(value);
        if (random.chance(0.05)) partition.push(value);
        if (random.chance(0.05)) this.deliver(topic, partitionOf(place, partitions), now, [value], 1_500);
      }
      values.forEach((list, partition) => {
        // The feed speaks for what it has seen, up to a moment ago.
        const vouched = now - random.integer(2) * grain;
        list.splice(random.integer(list.length + 1), 0, this.heartbeat(vouched));
        this.deliver(topic, partition, now, list, random.chance(0.1) ? 500 : 10);
      });
    }
  }

  private deliver(topic: string, partition: number, now: EventTime, values: Buffer[], delay: number): void {
    const at = (now - begin) / rate + this.random.next() * delay;
    this.deliveries.push({ topic, partition, at, values });
  }

  private record(topic: string, place: string, now: EventTime): Buffer {
    const { random } = this;
    const isParking = topic === parkingEvents.name;
    const luck = random.next();
    if (luck < 0.03) return this.bad('wire.framing', Buffer.from([1, 2, 3, 4, 5, 6]));
    const at = place === astray ? now + random.pick(offsAstray) : this.timeOf(now);
    const device = luck < 0.05 && isParking ? strangers : place;
    const sequence = this.sequences.get(topic + device) ?? 0;
    this.sequences.set(topic + device, sequence + 1);
    const value = isParking ? entry(device, sequence, at) : reading(device, sequence, at);
    if (device === strangers) return this.bad('reference.unknown', value);
    if (luck < 0.07) return this.bad('wire.truncated', value.subarray(0, value.length - 1));
    this.meanings.set(value, { kind: 'event', device, sequence, at });
    return value;
  }

  private timeOf(now: EventTime): EventTime {
    const { random } = this;
    const ago = (length: number): EventTime => now - Math.floor((random.next() * length) / grain) * grain;
    const luck = random.next();
    if (luck < 0.75) return ago(gathered);
    if (luck < 0.85) return ago(gathered + 2 * lateness);
    if (luck < 0.94) return ago(gathered + lateness + revisionBound);
    if (luck < 0.97) return ago(minutes(10)) - revisionBound;
    return now + minutes(2) + grain * random.integer(3) - grain;
  }

  private bad(code: string, value: Buffer): Buffer {
    this.meanings.set(value, { kind: 'bad', code });
    return value;
  }

  private heartbeat(at: EventTime): Buffer {
    writer.byte(0);
    writer.uint32(embeddedIds.heartbeat);
    encodeHeartbeat(writer, { source: 'ingest', at });
    const value = writer.take();
    this.meanings.set(value, { kind: 'heartbeat', at });
    return value;
  }
}

const writer = new Writer(64);

const entry = (facility: string, sequence: number, at: EventTime): Buffer =>
  encodeRecord(
    parkingEvents,
    { facility, sequence, at, kind: 'entry', space: null, occupiedSpaces: null },
    embeddedIds.id(parkingEvents.name),
  );

const reading = (station: string, sequence: number, at: EventTime): Buffer =>
  encodeRecord(
    environmentReadings,
    {
      station,
      sequence,
      at,
      waterLevelMillimeters: 1,
      rainDecimillimetersPerHour: null,
      visibilityMeters: null,
      roadSurfaceDecicelsius: null,
      roadSurfaceState: null,
      pm25DecimicrogramsPerCubicMeter: null,
      no2DecimicrogramsPerCubicMeter: null,
      noiseDecidecibels: null,
    },
    embeddedIds.id(environmentReadings.name),
  );
