import type { Detector, Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { Fault } from './faults.ts';
import type { Meters } from './meters.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import type { Roads } from './roads.ts';

/** Detectors of one cabinet that report together. */
interface Poll {
  readonly site: string;
  readonly cabinet: string;
  readonly intervalSeconds: number;
  readonly detectors: readonly { readonly detector: Detector; readonly index: number }[];
}

/** -1 where it says nothing. */
export interface Reading {
  count: number;
  occupancyPermille: number;
  speedDecikph: number;
}

/** A frame, and the faults of its cabinet that bear on how it is delivered. */
export interface PolledFrame {
  readonly frame: DetectorFrame;
  readonly delivery: readonly Fault[];
}

export interface SavedDetectors {
  readonly random: RandomState;
  readonly sequences: Readonly<Record<string, number>>;
  readonly seen: readonly (readonly number[])[];
}

const absent = -1;
const speedNoise = 0.02;

/** Cabinets that poll their detectors and make frames of it; with the faults that were planned. */
export class Detectors {
  private readonly meters: Meters;
  private readonly polls: readonly Poll[];
  private readonly random: Random;
  private readonly faultsOfDetector: ReadonlyMap<string, readonly Fault[]>;
  private readonly faultsOfCabinet: ReadonlyMap<string, readonly Fault[]>;
  private readonly sequences = new Map<string, number>();
  /** Counters at each detector's last poll: vehicles, metres a second, occupied ms. */
  private readonly seen: readonly [Float64Array, Float64Array, Float64Array];

  constructor(network: Network, roads: Roads, meters: Meters, faults: readonly Fault[], seed: number) {
    this.meters = meters;
    this.polls = pollsOf(network, roads);
    this.random = createRandom(seed, 'detectors');
    this.faultsOfDetector = grouped(faults, (f) => ('detector' in f ? f.detector : undefined));
    this.faultsOfCabinet = grouped(faults, (f) => ('cabinet' in f ? f.cabinet : undefined));
    const column = () => new Float64Array(roads.detectors.length);
    this.seen = [column(), column(), column()];
  }

  /** Forgets what was measured up to now. */
  begin(): void {
    this.seen[0].set(this.meters.detectorCount);
    this.seen[1].set(this.meters.detectorMps);
    this.seen[2].set(this.meters.detectorOccupiedMs);
  }

  /** The frames of the intervals that end at `now`. */
  step(now: EventTime): PolledFrame[] {
    const frames: PolledFrame[] = [];
    for (const poll of this.polls) {
      if ((now / 1000) % poll.intervalSeconds !== 0) continue;
      const delivery = (this.faultsOfCabinet.get(poll.cabinet) ?? []).filter((f) => isOn(f, now));
      const frame = this.poll(poll, now, delivery);
      if (!delivery.some(({ fault }) => fault === 'outage')) frames.push({ frame, delivery });
    }
    return frames;
  }

  save(): SavedDetectors {
    return {
      random: this.random.save(),
      sequences: Object.fromEntries(this.sequences),
      seen: this.seen.map((column) => Array.from(column)),
    };
  }

  restore(saved: SavedDetectors): void {
    this.random.restore(saved.random);
    this.sequences.clear();
    for (const [cabinet, next] of Object.entries(saved.sequences)) this.sequences.set(cabinet, next);
    this.seen.forEach((column, i) => {
      column.set(saved.seen[i]!);
    });
  }

  private poll(poll: Poll, now: EventTime, delivery: readonly Fault[]): DetectorFrame {
    const length = poll.detectors.length;
    const readings = {
      length,
      detector: new Int32Array(length),
      count: new Int32Array(length),
      occupancyPermille: new Int32Array(length),
      speedDecikph: new Int32Array(length),
    };
    poll.detectors.forEach(({ detector, index }, row) => {
      const reading = this.read(index, poll.intervalSeconds);
      for (const fault of this.faultsOfDetector.get(detector.id) ?? [])
        if (isOn(fault, now)) falsify(reading, fault, poll.intervalSeconds, this.random);
      readings.detector[row] = detector.channel;
      readings.count[row] = reading.count;
      readings.occupancyPermille[row] = reading.occupancyPermille;
      readings.speedDecikph[row] = reading.speedDecikph;
    });
    const sequence = this.sequences.get(poll.cabinet) ?? 0;
    if (!delivery.some(({ fault }) => fault === 'outage')) this.sequences.set(poll.cabinet, sequence + 1);
    return {
      site: poll.site,
      cabinet: poll.cabinet,
      sequence,
      at: now + clockErrorMs(delivery),
      intervalSeconds: poll.intervalSeconds,
      readings,
    };
  }

  /** What the detector truly measured since it was last asked, with the noise of a healthy one. */
  private read(index: number, intervalSeconds: number): Reading {
    const { detectorCount, detectorMps, detectorOccupiedMs } = this.meters;
    const now = [detectorCount[index]!, detectorMps[index]!, detectorOccupiedMs[index]!] as const;
    const [count, mps, occupiedMs] = now.map((value, i) => value - this.seen[i]![index]!) as [
      number,
      number,
      number,
    ];
    now.forEach((value, i) => {
      this.seen[i]![index] = value;
    });
    const noise = 1 + speedNoise * this.random.gaussian();
    return {
      count,
      occupancyPermille: Math.max(0, Math.min(1000, Math.round(occupiedMs / intervalSeconds))),
      speedDecikph: count === 0 ? absent : Math.max(1, Math.round((mps / count) * 36 * noise)),
    };
  }
}

/** What a fault makes of a reading of one detector. */
export function falsify(reading: Reading, fault: Fault, intervalSeconds: number, random: Random): void {
  switch (fault.fault) {
    case 'dead':
      reading.count = absent;
      reading.occupancyPermille = absent;
      reading.speedDecikph = absent;
      return;
    case 'stuckOn':
      reading.count = 0;
      reading.occupancyPermille = 1000;
      reading.speedDecikph = absent;
      return;
    case 'stuckOff':
      reading.count = 0;
      reading.occupancyPermille = 0;
      reading.speedDecikph = absent;
      return;
    case 'chattering':
      // More than two vehicles a second over one zone cannot be.
      reading.count = Math.round(intervalSeconds * random.between(2, 4));
      reading.occupancyPermille = random.integer(400);
      reading.speedDecikph = absent;
      return;
    case 'miscounting': {
      const counted = reading.count * (1 + fault.percent / 100);
      reading.count = Math.floor(counted) + (random.chance(counted % 1) ? 1 : 0);
      if (reading.count === 0) reading.speedDecikph = absent;
      return;
    }
  }
}

export const isOn = (fault: Fault, at: EventTime): boolean => fault.start <= at && at < fault.end;

function clockErrorMs(faults: readonly Fault[]): number {
  let error = 0;
  for (const fault of faults) {
    if (fault.fault === 'skew') error += fault.skewSeconds * 1000;
    if (fault.fault === 'leap') error += fault.aheadSeconds * 1000;
  }
  return error;
}

function pollsOf(network: Network, roads: Roads): Poll[] {
  const polls = new Map<string, { poll: Poll; detectors: { detector: Detector; index: number }[] }>();
  for (const detector of network.detectors.values()) {
    const { site, cabinet, intervalSeconds } = detector;
    const key = `${cabinet} ${intervalSeconds}`;
    let entry = polls.get(key);
    if (entry === undefined) {
      const detectors: { detector: Detector; index: number }[] = [];
      entry = { poll: { site, cabinet, intervalSeconds, detectors }, detectors };
      polls.set(key, entry);
    }
    entry.detectors.push({ detector, index: roads.detectorIndex.get(detector.id)! });
  }
  return [...polls.values()].map(({ poll }) => poll);
}

export function grouped(
  faults: readonly Fault[],
  keyOf: (fault: Fault) => string | undefined,
): Map<string, Fault[]> {
  const groups = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = keyOf(fault);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), fault]);
  }
  return groups;
}
