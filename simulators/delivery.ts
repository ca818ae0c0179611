import type { EventTime } from '#domain/time.ts';
import type { CameraObservation } from '#schemas/generated/camera.observation.v1.ts';
import type { CitizenReport } from '#schemas/generated/citizen.report.v1.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, encodeRecord, type Topic } from '#schemas/topic.ts';
import {
  cameraObservations,
  citizenReports,
  detectorFrames,
  environmentReadings,
  parkingEvents,
  signalEvents,
  signalStatuses,
} from '#schemas/topics.ts';
import type { Fault } from './faults.ts';
import { createRandom, type Random, type RandomState } from './random.ts';

interface Of<Event> {
  readonly topic: Topic<Event>;
  readonly event: Event;
}

/** A record as it arrives from the street. */
export type Emission =
  | Of<DetectorFrame>
  | Of<CameraObservation>
  | Of<SignalEvents>
  | Of<SignalStatus>
  | Of<ParkingEvent>
  | Of<EnvironmentReading>
  | Of<CitizenReport>;

const topics: readonly Topic<never>[] = [
  detectorFrames,
  cameraObservations,
  signalEvents,
  signalStatuses,
  parkingEvents,
  environmentReadings,
  citizenReports,
] as readonly unknown[] as readonly Topic<never>[];

interface Underway {
  readonly emission: Emission;
  readonly arrivesAt: EventTime;
}

export interface SavedDelivery {
  readonly random: RandomState;
  readonly underway: readonly {
    readonly topic: string;
    readonly body: string;
    readonly arrivesAt: EventTime;
  }[];
}

/** Share of records that any network repeats, and that it delays by seconds. */
const repeatShare = 0.0005;
const delayShare = 0.001;

/** Carries records from the street: some late, some twice, some overtaking others. */
export class Delivery {
  private readonly random: Random;
  private underway: Underway[] = [];

  constructor(seed: number, name = 'delivery') {
    this.random = createRandom(seed, name);
  }

  /** Takes a record at `now`; `faults` are those of the way that it goes. */
  send(emission: Emission, now: EventTime, faults: readonly Fault[]): void {
    let delayMs = this.random.between(40, 900);
    let again = this.random.chance(repeatShare);
    if (this.random.chance(delayShare)) delayMs += this.random.between(1000, 8000);
    for (const fault of faults) {
      if (fault.fault === 'late') delayMs += fault.delaySeconds * this.random.between(300, 1000);
      if (fault.fault === 'outOfOrder') delayMs += this.random.between(0, 45_000);
      if (fault.fault === 'duplicates') again ||= this.random.chance(0.4);
    }
    this.underway.push({ emission, arrivesAt: Math.round(now + delayMs) });
    if (again)
      this.underway.push({ emission, arrivesAt: Math.round(now + delayMs + this.random.between(10, 4000)) });
  }

  /** What has arrived by `now`, in the order of arrival. */
  arrive(now: EventTime): Emission[] {
    const arrived = this.underway.filter(({ arrivesAt }) => arrivesAt <= now);
    if (arrived.length > 0) this.underway = this.underway.filter(({ arrivesAt }) => arrivesAt > now);
    return arrived.sort((a, b) => a.arrivesAt - b.arrivesAt).map(({ emission }) => emission);
  }

  save(): SavedDelivery {
    return {
      random: this.random.save(),
      underway: this.underway.map(({ emission, arrivesAt }) => ({
        topic: emission.topic.name,
        body: encodeRecord(emission.topic as Topic<unknown>, emission.event, 0).toString('base64'),
        arrivesAt,
      })),
    };
  }

  restore(saved: SavedDelivery): void {
    this.random.restore(saved.random);
    this.underway = saved.underway.map(({ topic: name, body, arrivesAt }) => {
      const topic = topics.find((one) => one.name === name);
      if (topic === undefined) throw new Error(`no topic ${name}`);
      const bytes = Buffer.from(body, 'base64');
      const event = decodeRecord(topic, bytes, 0, bytes.length);
      if (isRejection(event)) throw new Error(`a saved record of ${name} cannot be read: ${event.detail}`);
      return { emission: { topic, event } as unknown as Emission, arrivesAt };
    });
  }
}
