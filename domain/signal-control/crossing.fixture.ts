/** A crossing with vehicles of known number, for tests: points that drive to the stop bar and leave in turn. */
import type { ControlModel, DetectorModel, Observation, Reading, SignalLink, StageAdvice } from './model.ts';

/** Lanes of the crossing: north and east go straight on, from the west a lane is shared with those who turn left. */
export type LaneName = 'north' | 'east' | 'west';

const laneOf: readonly LaneName[] = ['north', 'east', 'west', 'west'];
const speedMps = 15;
export const advanceMeters = 45;
const zoneMeters = 75;
const vehicleMeters = 7.5;
const headwaySeconds = 2;
const yellowSeconds = 3;

/** Stage 0 serves the north, 1 the east and those who go straight on from the west, 2 those who turn left there. */
export function crossing(sees: 'loops' | 'zones' = 'loops', id = 'X'): ControlModel {
  const link = (number: number): SignalLink => ({
    movement: `${number}`,
    number,
    inLane: `${laneOf[number]}`,
    inEdge: `${laneOf[number]}`,
    inMeters: 200,
    outLanes: [],
    turn: number === 3 ? 'left' : 'thru',
    saturationVph: 3600 / headwaySeconds,
    speedMps,
    downstream: undefined,
  });
  const stage = (...links: number[]) => ({
    green: links,
    protected: links,
    afterStop: [],
    minGreenSeconds: 5,
    nativeGreenSeconds: 25,
  });
  const detector = (
    lane: LaneName,
    role: DetectorModel['role'],
    distanceMeters: number,
    lengthMeters = 0,
  ) => ({
    id: `${id} ${lane} ${role}`,
    signal: id,
    role,
    distanceMeters,
    lengthMeters,
    lanes: [lane],
  });
  return {
    tickSeconds: 5,
    signals: [
      {
        id,
        stages: [stage(0), stage(1, 2), stage(3)],
        links: [0, 1, 2, 3].map(link),
        yellowSeconds,
        allRedSeconds: 0,
        native: [0, 1, 2].map((stage) => ({ stage, greenSeconds: 25 })),
      },
    ],
    detectors: (['north', 'east', 'west'] as const).flatMap((lane) => [
      detector(lane, 'stop', 2),
      detector(lane, 'advance', advanceMeters),
      ...(sees === 'zones' ? [detector(lane, 'queue', 0, zoneMeters)] : []),
    ]),
  };
}

interface Vehicle {
  readonly link: number;
  /** When it would reach the stop bar, were nobody in its way, s. */
  readonly reachesAt: number;
}

/** One second after the other, under whatever stage shows. */
export class Street {
  now = 0;
  stage = 0;
  /** Start of the green of `stage`, s. */
  greenSince = 0;
  readonly greens: { readonly stage: number; readonly seconds: number }[] = [];
  readonly left = [0, 0, 0, 0];
  /** Time that every vehicle stood, summed, s. */
  stoodSeconds = 0;
  longestWaitSeconds = 0;
  private readonly id: string;
  private readonly lanes = new Map<LaneName, Vehicle[]>([
    ['north', []],
    ['east', []],
    ['west', []],
  ]);
  private readonly freeAt = new Map<LaneName, number>();
  private clearing: { readonly to: number; readonly until: number } | undefined;
  private called: { readonly stage: number; readonly at: number } | undefined;
  private counts = new Map<string, { vehicles: number; onSeconds: number; isOn: boolean }>();

  constructor(id = 'X') {
    this.id = id;
  }

  /** A vehicle that will pass the advance loop in a moment. */
  arrive(link: number): void {
    this.lanes.get(laneOf[link] as LaneName)?.push({ link, reachesAt: this.now + advanceMeters / speedMps });
    this.loop(laneOf[link] as LaneName, 'advance').vehicles++;
  }

  /** Vehicles between the advance loop and the stop bar, and beyond when the queue is longer. */
  vehicles(lane: LaneName): number {
    return (this.lanes.get(lane) as Vehicle[]).length;
  }

  step(): void {
    this.control();
    const green = this.clearing ? [] : ([[0], [1, 2], [3]][this.stage] as number[]);
    for (const [lane, vehicles] of this.lanes) {
      const [first] = vehicles;
      const stop = this.loop(lane, 'stop');
      const stands = first !== undefined && first.reachesAt <= this.now;
      if (stands && green.includes(first.link) && (this.freeAt.get(lane) ?? 0) <= this.now) {
        vehicles.shift();
        stop.vehicles++;
        stop.onSeconds += 0.5;
        stop.isOn = false;
        this.left[first.link]!++;
        this.longestWaitSeconds = Math.max(this.longestWaitSeconds, this.now - first.reachesAt);
        this.freeAt.set(lane, this.now + headwaySeconds);
      } else {
        stop.isOn = stands;
        stop.onSeconds += stands ? 1 : 0;
      }
      const advance = this.loop(lane, 'advance');
      advance.isOn = vehicles.length > advanceMeters / vehicleMeters;
      advance.onSeconds += advance.isOn ? 1 : 0;
      this.stoodSeconds += vehicles.filter(({ reachesAt }) => reachesAt <= this.now).length;
    }
    this.now++;
  }

  follow(advice: readonly Pick<StageAdvice, 'stage' | 'afterSeconds'>[]): void {
    for (const { stage, afterSeconds } of advice) this.called = { stage, at: this.now + 1 + afterSeconds };
  }

  observe(seconds: number): Observation {
    const readings = new Map<string, Reading>();
    for (const [lane, vehicles] of this.lanes) {
      for (const role of ['stop', 'advance'] as const) {
        const loop = this.loop(lane, role);
        const occupancy = seconds > 0 ? Math.min(1, loop.onSeconds / seconds) : 0;
        readings.set(`${this.id} ${lane} ${role}`, {
          kind: 'loop',
          vehicles: loop.vehicles,
          occupancy,
          isOn: loop.isOn,
        });
        loop.vehicles = 0;
        loop.onSeconds = 0;
      }
      const halted = vehicles.filter(({ reachesAt }) => reachesAt <= this.now).length;
      const seen = Math.min(vehicles.length, zoneMeters / vehicleMeters);
      const queue: Reading = {
        kind: 'zone',
        vehicles: seen,
        halted: Math.min(seen, halted),
        jamMeters: Math.min(zoneMeters, halted * vehicleMeters),
      };
      readings.set(`${this.id} ${lane} queue`, queue);
    }
    return {
      at: this.now,
      intervalSeconds: seconds,
      latencySeconds: 1,
      readings,
      signals: [
        {
          id: this.id,
          stage: this.clearing ? undefined : this.stage,
          clearingTo: this.clearing?.to,
          elapsedSeconds: this.now - this.greenSince,
        },
      ],
    };
  }

  private control(): void {
    if (this.clearing && this.now >= this.clearing.until) {
      this.stage = this.clearing.to;
      this.greenSince = this.now;
      this.clearing = undefined;
    }
    if (!this.called || this.clearing || this.now < this.called.at || this.called.stage === this.stage)
      return;
    this.greens.push({ stage: this.stage, seconds: this.now - this.greenSince });
    this.clearing = { to: this.called.stage, until: this.now + yellowSeconds };
  }

  private loop(lane: LaneName, role: string): { vehicles: number; onSeconds: number; isOn: boolean } {
    const key = `${lane} ${role}`;
    const loop = this.counts.get(key) ?? { vehicles: 0, onSeconds: 0, isOn: false };
    this.counts.set(key, loop);
    return loop;
  }
}
