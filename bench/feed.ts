/** The records of a job, second by second, the same for the same seed. */

import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { createRandom, type Random } from '#simulators/random.ts';
import { type BenchCity, type Cabinet, intervalSeconds } from './city.ts';
import { closingSeconds, startAt } from './jobs.ts';

export interface FeedOptions {
  readonly city: BenchCity;
  readonly seed: number;
  /** Of event time that is judged. */
  readonly minutes: number;
}

/** A frame in a hundred comes late by up to so much; one in a thousand is not sent at all. Seconds. */
const lateMost = 5;
const lateShare = 0.01;
const lostShare = 0.001;

/** The frames of each second of event time, in the order in which they come. */
export function* makeFeed({ city, seed, minutes }: FeedOptions): Generator<readonly DetectorFrame[]> {
  const random = createRandom(seed, 'bench');
  const traffic = city.cabinets.map((cabinet) => new Traffic(cabinet, random));
  const delayed: DetectorFrame[][] = Array.from({ length: lateMost }, () => []);
  const seconds = minutes * 60 + closingSeconds;
  for (let second = 1; second <= seconds; second++) {
    const frames: DetectorFrame[] = delayed[second % lateMost]!;
    delayed[second % lateMost] = [];
    for (const place of traffic) {
      const frame = place.frame(second, random);
      if (random.chance(lostShare)) continue;
      const isLate = random.chance(lateShare) && second < seconds - lateMost;
      if (isLate) delayed[(second + 1 + random.integer(lateMost - 1)) % lateMost]!.push(frame);
      else frames.push(frame);
    }
    yield frames;
  }
}

/** The traffic at one cabinet: how busy it is changes slowly. */
class Traffic {
  private readonly cabinet: Cabinet;
  private readonly channels: Int32Array;
  private sequence = 0;
  /** Vehicles a second and lane, and their speed in 0.1 km/h. */
  private flow: number;
  private speed: number;

  constructor(cabinet: Cabinet, random: Random) {
    this.cabinet = cabinet;
    this.channels = Int32Array.from(cabinet.detectors, ({ channel }) => channel);
    this.flow = random.between(0, 0.45);
    this.speed = random.between(80, 900);
  }

  frame(second: number, random: Random): DetectorFrame {
    if (second % 60 === 1) this.change(random);
    const { length } = this.channels;
    const count = new Int32Array(length);
    const occupancyPermille = new Int32Array(length);
    const speedDecikph = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      // One draw for each detector, cut into three.
      const draw = random.next();
      const isPassed = draw < this.flow;
      const rest = (draw * 1e6) % 1;
      count[i] = isPassed ? 1 : 0;
      occupancyPermille[i] = isPassed
        ? 60 + Math.floor(rest * 700)
        : rest < 0.1
          ? Math.floor(rest * 3000)
          : 0;
      speedDecikph[i] = isPassed && rest < 0.97 ? Math.floor(this.speed * (0.8 + rest * 0.4)) : -1;
      if (rest > 0.9999) count[i] = -1;
    }
    return {
      site: this.cabinet.site,
      cabinet: this.cabinet.id,
      sequence: this.sequence++,
      at: startAt + second * 1000 + (this.cabinet.phase % 500),
      intervalSeconds,
      readings: { length, detector: this.channels, count, occupancyPermille, speedDecikph },
    };
  }

  private change(random: Random): void {
    this.flow = Math.min(0.5, Math.max(0, this.flow + random.between(-0.05, 0.05)));
    this.speed = Math.min(1_200, Math.max(60, this.speed + random.between(-60, 60)));
  }
}
