/** The statuses that controllers send: what they show, and what the loops before their stop bars say. */
import type { Detector, Intersection, Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { LoopStatus, SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { falsify, grouped, isOn, type Reading } from './detectors.ts';
import type { Fault } from './faults.ts';
import type { Meters } from './meters.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import type { Roads } from './roads.ts';
import type { Signals } from './signals.ts';

/** From one status to the next. */
const intervalSeconds = 5;
/** From a status to when its controller could act on an answer: the way to the city and back. */
const delayMilliseconds = 4_000;
/** A loop that was occupied for half of the last second is taken to be so now. */
const onMs = 500;

export interface SavedStatuses {
  readonly random: RandomState;
  readonly sequence: number;
  readonly columns: readonly (readonly number[])[];
}

interface Loop {
  readonly id: string;
  readonly index: number;
}

export class Statuses {
  private readonly meters: Meters;
  private readonly signals: Signals;
  private readonly random: Random;
  private readonly loops: ReadonlyMap<Intersection, readonly Loop[]>;
  private readonly faultsOf: ReadonlyMap<string, readonly Fault[]>;
  private sequence = 0;
  /** By detector: vehicles and occupied ms at the last status, occupied ms a second ago and in the second since. */
  private readonly counted: Float64Array;
  private readonly occupied: Float64Array;
  private readonly before: Float64Array;
  private readonly lately: Float64Array;

  constructor(
    network: Network,
    roads: Roads,
    meters: Meters,
    signals: Signals,
    faults: readonly Fault[],
    seed: number,
  ) {
    this.meters = meters;
    this.signals = signals;
    this.random = createRandom(seed, 'statuses');
    this.loops = loopsOf(network, roads);
    this.faultsOf = grouped(faults, (fault) => ('detector' in fault ? fault.detector : undefined));
    const column = () => new Float64Array(roads.detectors.length);
    [this.counted, this.occupied, this.before, this.lately] = [column(), column(), column(), column()];
  }

  /** Forgets what was seen up to now. */
  begin(): void {
    this.counted.set(this.meters.detectorCount);
    this.occupied.set(this.meters.detectorOccupiedMs);
    this.before.set(this.meters.detectorOccupiedMs);
  }

  /** The statuses at `now`; asked for every second. */
  step(now: EventTime): SignalStatus[] {
    const { detectorOccupiedMs } = this.meters;
    for (let d = 0; d < this.lately.length; d++) this.lately[d] = detectorOccupiedMs[d]! - this.before[d]!;
    this.before.set(detectorOccupiedMs);
    if ((now / 1000) % intervalSeconds !== 0) return [];
    const sequence = this.sequence++;
    return [...this.loops].map(([intersection, loops]) => this.statusOf(intersection, loops, now, sequence));
  }

  save(): SavedStatuses {
    const { counted, occupied, before, lately } = this;
    return {
      random: this.random.save(),
      sequence: this.sequence,
      columns: [counted, occupied, before, lately].map((column) => Array.from(column)),
    };
  }

  restore(saved: SavedStatuses): void {
    this.random.restore(saved.random);
    this.sequence = saved.sequence;
    [this.counted, this.occupied, this.before, this.lately].forEach((column, i) => {
      column.set(saved.columns[i]!);
    });
  }

  private statusOf(
    { id, district }: Intersection,
    loops: readonly Loop[],
    now: EventTime,
    sequence: number,
  ): SignalStatus {
    const shown = this.signals.shown(id, now);
    return {
      district,
      intersection: id,
      sequence,
      at: now,
      intervalSeconds,
      delayMilliseconds,
      green: shown?.green ?? [],
      next: shown?.next ?? [],
      greenDeciseconds: Math.max(0, Math.round((now - (shown?.greenSince ?? now)) / 100)),
      loops: loops.map((loop) => this.read(loop, now)),
      zones: [],
    };
  }

  private read({ id, index }: Loop, now: EventTime): LoopStatus {
    const { detectorCount, detectorOccupiedMs } = this.meters;
    const reading: Reading = {
      count: detectorCount[index]! - this.counted[index]!,
      occupancyPermille: Math.min(
        1000,
        Math.max(0, Math.round((detectorOccupiedMs[index]! - this.occupied[index]!) / intervalSeconds)),
      ),
      speedDecikph: -1,
    };
    this.counted[index] = detectorCount[index]!;
    this.occupied[index] = detectorOccupiedMs[index]!;
    let isOccupied = this.lately[index]! >= onMs;
    for (const fault of this.faultsOf.get(id) ?? []) {
      if (!isOn(fault, now)) continue;
      falsify(reading, fault, intervalSeconds, this.random);
      isOccupied = fault.fault === 'stuckOn' || (fault.fault !== 'stuckOff' && isOccupied);
    }
    const { count, occupancyPermille } = reading;
    return {
      detector: id,
      count: count < 0 ? null : count,
      occupancyPermille: occupancyPermille < 0 ? null : occupancyPermille,
      isOn: isOccupied,
    };
  }
}

/** The loops on the ways into each intersection. */
function loopsOf({ intersections, links, detectors }: Network, roads: Roads): Map<Intersection, Loop[]> {
  const at = new Map([...intersections.values()].map((intersection) => [intersection.node, intersection]));
  const loops = new Map<Intersection, Loop[]>([...intersections.values()].map((one) => [one, []]));
  const isLoop = ({ role }: Detector): boolean => role !== 'midblock';
  for (const detector of [...detectors.values()].filter(isLoop)) {
    const intersection = at.get(links.get(detector.link)?.to ?? '');
    const index = roads.detectorIndex.get(detector.id);
    if (intersection !== undefined && index !== undefined)
      loops.get(intersection)?.push({ id: detector.id, index });
  }
  return loops;
}
