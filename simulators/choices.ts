import type { Random } from './random.ts';
import { none, type RoadLink, type Roads } from './roads.ts';
import { spacingMeters, type Vehicles } from './vehicles.ts';

/** What drivers decide: which way they take and which lane. */
export class Choices {
  /** Wanted share of each movement among those of its link, any scale. */
  readonly preference: Float64Array;
  /** When each lane was last given a vehicle, ms: it takes one a second. */
  readonly givenAt: Float64Array;
  private readonly roads: Roads;
  private readonly vehicles: Vehicles;
  private readonly random: Random;

  constructor(roads: Roads, vehicles: Vehicles, random: Random) {
    this.roads = roads;
    this.vehicles = vehicles;
    this.random = random;
    this.preference = new Float64Array(roads.movements.length).fill(1);
    this.givenAt = new Float64Array(roads.laneCount).fill(-1);
  }

  /** The speed that a driver desires over the link's free-flow speed. */
  eagerness(): number {
    return this.random.between(0.9, 1.08);
  }

  /** The way that a driver takes at the end of the link; -1 where the network ends. */
  way(road: RoadLink): number {
    let sum = 0;
    for (const m of road.movements) sum += this.preference[m]!;
    let left = this.random.next() * sum;
    for (const m of road.movements) {
      left -= this.preference[m]!;
      if (left < 0) return m;
    }
    return road.movements.at(-1) ?? none;
  }

  /** Another way that can be taken from this lane. */
  wayFrom(road: RoadLink, lane: number): number {
    return this.random.pick(
      road.movements.filter((m) => {
        const { firstLane, lastLane } = this.roads.movements[m]!;
        return firstLane <= lane && lane <= lastLane;
      }),
    );
  }

  /** The emptiest lane that serves the movement. */
  emptiestLane(road: RoadLink, movement: number): number {
    return this.bestLane(road, movement, () => true);
  }

  /** The emptiest lane that serves the movement and can take a vehicle at its start now; -1 when none can. */
  laneWithRoom(road: RoadLink, movement: number, nowMs: number): number {
    const { tail, position } = this.vehicles;
    const lastPlace = road.lengthMeters - spacingMeters;
    return this.bestLane(
      road,
      movement,
      (lane) => this.givenAt[lane] !== nowMs && (tail[lane] === none || position[tail[lane]!]! <= lastPlace),
    );
  }

  private bestLane(road: RoadLink, movement: number, suits: (lane: number) => boolean): number {
    const served = movement === none ? undefined : this.roads.movements[movement];
    const first = served?.firstLane ?? road.firstLane;
    const last = served?.lastLane ?? road.firstLane + road.lanes - 1;
    const { count } = this.vehicles;
    let best = none;
    for (let lane = first; lane <= last; lane++)
      if (suits(lane) && (best === none || count[lane]! < count[best]!)) best = lane;
    return best;
  }
}
