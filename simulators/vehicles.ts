import { none } from './roads.ts';

/** Front to front distance in a standing queue, metres. */
export const spacingMeters = 7;

export interface SavedVehicles {
  readonly used: number;
  readonly unused: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

/** Everything known about every vehicle, and the order in which they stand in each lane. Columns, by index. */
export class Vehicles {
  /** Distance of the front bumper to the stop bar, metres. */
  readonly position: Float64Array;
  /** Metres travelled in the last second. */
  readonly speed: Float64Array;
  /** Desired speed over the link's free-flow speed. */
  readonly eagerness: Float64Array;
  /** When it came onto its link, ms; -1 when it came from a car park along it. */
  readonly enteredMs: Float64Array;
  /** Movement that it will make at the end of its link; -1 on an exit. */
  readonly movement: Int32Array;
  /** Movement after that one; -1 while it has not been thought of. */
  readonly upcoming: Int32Array;
  /** Car park that it is bound for on this link, or -1. */
  readonly bound: Int32Array;
  /** Seconds for which a full road ahead has held it at the stop bar. */
  readonly heldSeconds: Int32Array;
  /** Nearest vehicle behind and ahead in its lane, or -1. */
  readonly behind: Int32Array;
  readonly ahead: Int32Array;
  /** First and last vehicle, and number of vehicles, of each lane. */
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly count: Int32Array;
  private readonly capacity: number;
  private unused: number[] = [];
  private used = 0;

  /** A pool of at most `capacity` vehicles on `laneCount` lanes. */
  constructor(capacity: number, laneCount: number) {
    this.capacity = capacity;
    this.position = new Float64Array(capacity);
    this.speed = new Float64Array(capacity);
    this.eagerness = new Float64Array(capacity);
    this.enteredMs = new Float64Array(capacity);
    this.movement = new Int32Array(capacity);
    this.upcoming = new Int32Array(capacity);
    this.bound = new Int32Array(capacity);
    this.heldSeconds = new Int32Array(capacity);
    this.behind = new Int32Array(capacity);
    this.ahead = new Int32Array(capacity);
    this.head = new Int32Array(laneCount).fill(none);
    this.tail = new Int32Array(laneCount).fill(none);
    this.count = new Int32Array(laneCount);
  }

  /** An unused vehicle, cleared. */
  take(): number {
    const vehicle = this.unused.pop() ?? this.used++;
    if (vehicle >= this.capacity)
      throw new Error(`more than ${this.capacity} vehicles, more than fit the roads`);
    this.position[vehicle] = 0;
    this.speed[vehicle] = 0;
    this.eagerness[vehicle] = 1;
    this.enteredMs[vehicle] = -1;
    this.movement[vehicle] = none;
    this.upcoming[vehicle] = none;
    this.bound[vehicle] = none;
    this.heldSeconds[vehicle] = 0;
    return vehicle;
  }

  /** Puts a vehicle that has left the network back to the unused ones. */
  giveBack(vehicle: number): void {
    this.unused.push(vehicle);
  }

  /** Puts the vehicle at the end of the lane. */
  append(lane: number, vehicle: number): void {
    this.insertBehind(lane, this.tail[lane]!, vehicle);
  }

  /** Puts the vehicle behind `leader`, or first when `leader` is -1. */
  insertBehind(lane: number, leader: number, vehicle: number): void {
    const follower = leader === none ? this.head[lane]! : this.behind[leader]!;
    this.ahead[vehicle] = leader;
    this.behind[vehicle] = follower;
    if (leader === none) this.head[lane] = vehicle;
    else this.behind[leader] = vehicle;
    if (follower === none) this.tail[lane] = vehicle;
    else this.ahead[follower] = vehicle;
    this.count[lane]!++;
  }

  /** Takes the vehicle out of its lane; those ahead and behind close up. */
  remove(lane: number, vehicle: number): void {
    const leader = this.ahead[vehicle]!;
    const follower = this.behind[vehicle]!;
    if (leader === none) this.head[lane] = follower;
    else this.behind[leader] = follower;
    if (follower === none) this.tail[lane] = leader;
    else this.ahead[follower] = leader;
    this.count[lane]!--;
  }

  save(): SavedVehicles {
    const columns: Record<string, number[]> = {};
    for (const [name, column] of this.perVehicle()) columns[name] = Array.from(column.subarray(0, this.used));
    for (const [name, column] of this.perLane()) columns[name] = Array.from(column);
    return { used: this.used, unused: [...this.unused], columns };
  }

  restore(saved: SavedVehicles): void {
    this.used = saved.used;
    this.unused = [...saved.unused];
    for (const [name, column] of [...this.perVehicle(), ...this.perLane()]) column.set(saved.columns[name]!);
  }

  private perVehicle(): [string, Float64Array | Int32Array][] {
    const { position, speed, eagerness, enteredMs, movement, upcoming, bound, heldSeconds, behind, ahead } =
      this;
    return Object.entries({
      position,
      speed,
      eagerness,
      enteredMs,
      movement,
      upcoming,
      bound,
      heldSeconds,
      behind,
      ahead,
    });
  }

  private perLane(): [string, Int32Array][] {
    const { head, tail, count } = this;
    return Object.entries({ head, tail, count });
  }
}
