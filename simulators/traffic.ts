import type { EventTime } from '#domain/time.ts';
import { Choices } from './choices.ts';
import { mayCross } from './crossing.ts';
import type { Gates } from './gates.ts';
import { type Lights, permittedGreen } from './lights.ts';
import { createMeters, type Meters, restoreColumns, saveColumns } from './meters.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import { none, type RoadLink, type Roads } from './roads.ts';
import { Sensing } from './sensing.ts';
import { type SavedVehicles, spacingMeters, Vehicles } from './vehicles.ts';

/** Acceleration from a standstill, m/s2. */
const accelerationMps2 = 2.5;
/** Start-up loss of a queue (HCM). */
const startUpMs = 2000;
/** How late a vehicle of a moving queue may be for its turn at the stop bar. */
const catchUpMs = 1000;
/** A driver whose road ahead stays full thinks of another way after these times. */
const secondThoughtSeconds = 60;
const turnAwaySeconds = 150;

export interface SavedTraffic {
  readonly random: RandomState;
  readonly vehicles: SavedVehicles;
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly meters: Readonly<Record<string, readonly number[]>>;
  readonly totals: Readonly<Record<string, number>>;
}

/**
 * Vehicles on lanes, one step a second. They follow each other after Newell's simplified model (free flow, or the
 * leader's place a second ago and a jam spacing behind it), leave the stop bar at saturation flow while their
 * light lets them, and only when the road ahead has room: so queues fill, and spill back.
 */
export class Traffic {
  readonly meters: Meters;
  readonly vehicles: Vehicles;
  /** Mean vehicles a second that want in at each link; set by the caller. */
  readonly demand: Float64Array;
  /** Wanted share of each movement among those of its link; set by the caller, any scale. */
  readonly preference: Float64Array;
  /** Speed over the free-flow speed of each link that the weather allows; set by the caller. */
  readonly speedFactor: Float64Array;
  /** Place of an obstruction on each link, metres to the stop bar, or -1, and the headway at which a lane passes it. */
  readonly obstructionMeters: Float64Array;
  readonly obstructionHeadwayMs: Float64Array;
  /** Counts since the start: `generated + emerged = outside + inside + left + parked`. */
  readonly totals = { generated: 0, emerged: 0, left: 0, parked: 0 };
  private readonly roads: Roads;
  private readonly lights: Lights;
  private readonly gates: Gates;
  private readonly random: Random;
  /** Drivers waiting to come in at each entry. */
  private readonly outside: Float64Array;
  private readonly nextReleaseMs: Float64Array;
  private readonly nextPassMs: Float64Array;
  private readonly sensing: Sensing;
  private readonly choices: Choices;
  private readonly crossing: { vehicle: number; lane: number; beyond: number }[] = [];
  private nowMs = 0;

  constructor(roads: Roads, lights: Lights, gates: Gates, seed: number) {
    const links = roads.links.length;
    this.roads = roads;
    this.lights = lights;
    this.gates = gates;
    this.random = createRandom(seed, 'traffic');
    this.meters = createMeters(roads);
    const places = roads.links.reduce((sum, l) => sum + l.lanes * (1 + l.lengthMeters / spacingMeters), 0);
    this.vehicles = new Vehicles(Math.ceil(places) + roads.laneCount, roads.laneCount);
    this.demand = new Float64Array(links);
    this.speedFactor = new Float64Array(links).fill(1);
    this.obstructionMeters = new Float64Array(links).fill(none);
    this.obstructionHeadwayMs = new Float64Array(links);
    this.outside = new Float64Array(links);
    this.nextReleaseMs = new Float64Array(roads.laneCount);
    this.nextPassMs = new Float64Array(roads.laneCount);
    this.sensing = new Sensing(roads, this.meters);
    this.choices = new Choices(roads, this.vehicles, this.random);
    this.preference = this.choices.preference;
  }

  /** Moves every vehicle through the second that starts at `now`. */
  step(now: EventTime): void {
    this.nowMs = now;
    const { laneCount } = this.roads;
    this.arrive();
    // The lane that is asked first changes each second, so that none is favoured where several meet.
    const first = (now / 1000) % laneCount;
    for (let i = 0; i < laneCount; i++) this.moveLane((first + i) % laneCount);
    for (const { vehicle, lane, beyond } of this.crossing) this.place(vehicle, lane, beyond);
    this.crossing.length = 0;
    this.sensing.endSecond();
  }

  /** Vehicles on the link. */
  inside(link: number): number {
    const { firstLane, lanes } = this.roads.links[link]!;
    return this.vehicles.count.subarray(firstLane, firstLane + lanes).reduce((sum, n) => sum + n, 0);
  }

  /** Drivers who wait outside because the entry is full. */
  waitingOutside(): number {
    return this.outside.reduce((sum, n) => sum + n, 0);
  }

  /** Lets a vehicle out of a car park half-way along the link; false when there is no gap. */
  emerge(link: number): boolean {
    const road = this.roads.links[link]!;
    const movement = this.choices.way(road);
    const lane = this.choices.emptiestLane(road, movement);
    const gate = road.lengthMeters / 2;
    const { head, behind, position } = this.vehicles;
    let leader = none;
    let follower = head[lane]!;
    for (; follower !== none && position[follower]! <= gate; follower = behind[follower]!) leader = follower;
    if (leader !== none && position[leader]! > gate - spacingMeters) return false;
    if (follower !== none && position[follower]! < gate + 2 * spacingMeters) return false;
    const vehicle = this.vehicles.take();
    position[vehicle] = gate;
    this.vehicles.eagerness[vehicle] = this.choices.eagerness();
    this.vehicles.movement[vehicle] = movement;
    this.vehicles.insertBehind(lane, leader, vehicle);
    this.totals.emerged++;
    return true;
  }

  save(): SavedTraffic {
    return {
      random: this.random.save(),
      vehicles: this.vehicles.save(),
      columns: saveColumns(this.columns()),
      meters: saveColumns({ ...this.meters }),
      totals: { ...this.totals },
    };
  }

  restore(saved: SavedTraffic): void {
    this.random.restore(saved.random);
    this.vehicles.restore(saved.vehicles);
    restoreColumns(this.columns(), saved.columns);
    restoreColumns({ ...this.meters }, saved.meters as Record<keyof Meters, number[]>);
    Object.assign(this.totals, saved.totals);
  }

  private columns(): Record<string, Float64Array> {
    const { demand, preference, speedFactor, obstructionMeters, obstructionHeadwayMs } = this;
    const { outside, nextReleaseMs, nextPassMs } = this;
    const set = { demand, preference, speedFactor, obstructionMeters, obstructionHeadwayMs };
    return { ...set, outside, nextReleaseMs, nextPassMs, givenAt: this.choices.givenAt };
  }

  /** Draws who wants in, and lets in as many as find room, one a lane. */
  private arrive(): void {
    const { links } = this.roads;
    for (let index = 0; index < links.length; index++) {
      const mean = this.demand[index]!;
      if (mean > 0) {
        const count = this.random.poisson(mean);
        this.outside[index]! += count;
        this.totals.generated += count;
      }
      for (let tries = links[index]!.lanes; tries > 0 && this.outside[index]! > 0; tries--) {
        const movement = this.choices.way(links[index]!);
        const lane = this.choices.laneWithRoom(links[index]!, movement, this.nowMs);
        if (lane === none) continue;
        const vehicle = this.vehicles.take();
        this.vehicles.eagerness[vehicle] = this.choices.eagerness();
        this.vehicles.upcoming[vehicle] = movement;
        this.vehicles.speed[vehicle] = links[index]!.freeMps / 2;
        this.vehicles.enteredMs[vehicle] = this.nowMs;
        this.outside[index]!--;
        this.place(vehicle, lane, 0);
      }
    }
  }

  /** Moves the vehicles of one lane, from the stop bar back. */
  private moveLane(lane: number): void {
    const { position, speed, eagerness, behind, bound, head } = this.vehicles;
    const index = this.roads.laneLink[lane]!;
    const road = this.roads.links[index]!;
    const limit = road.freeMps * this.speedFactor[index]!;
    const gate = road.lengthMeters / 2;
    const obstruction = this.obstructionMeters[index]!;
    let leaderWas = Number.NEGATIVE_INFINITY;
    let meters = 0;
    let seconds = 0;
    for (let vehicle = head[lane]!, next = none; vehicle !== none; vehicle = next) {
      next = behind[vehicle]!;
      const old = position[vehicle]!;
      const free = Math.min(limit * eagerness[vehicle]!, speed[vehicle]! + accelerationMps2);
      let reach = Math.min(old, Math.max(old - free, leaderWas + spacingMeters));
      leaderWas = old;
      if (obstruction >= 0 && old > obstruction && reach <= obstruction && !this.passes(lane, index))
        reach = Math.min(old, obstruction + 0.5);
      if (bound[vehicle] !== none && old > gate && reach <= gate && this.park(lane, vehicle)) {
        meters += old - gate;
        seconds++;
        continue;
      }
      if (reach < 0 && !this.cross(lane, road, vehicle, old, reach)) reach = 0;
      this.sensing.move(lane, old, reach);
      const share = reach < 0 ? old / (old - reach) : 1;
      meters += (old - reach) * share;
      seconds += share;
      speed[vehicle] = old - reach;
      position[vehicle] = reach;
    }
    this.meters.linkMeters[index]! += meters;
    this.meters.linkSeconds[index]! += seconds;
  }

  /** Takes the first vehicle of a lane over the stop bar; false when light, flow or the road ahead forbid it. */
  private cross(lane: number, road: RoadLink, vehicle: number, from: number, to: number): boolean {
    const { movement, upcoming, enteredMs, heldSeconds } = this.vehicles;
    const atMs = this.nowMs + (from / (from - to)) * 1000;
    const m = movement[vehicle]!;
    if (m === none) {
      this.leaveLink(lane, vehicle, atMs);
      this.vehicles.giveBack(vehicle);
      this.totals.left++;
      return true;
    }
    if (!mayCross(this.roads, this.lights, this.vehicles, m, vehicle, this.nowMs)) return false;
    const isGreen = this.lights.light[m]! >= permittedGreen;
    const readyMs = isGreen ? this.lights.sinceMs[m]! + startUpMs : 0;
    const releaseMs = Math.max(this.nextReleaseMs[lane]!, readyMs, atMs);
    if (releaseMs >= this.nowMs + 1000) return false;
    const { outbound, headwayMs } = this.roads.movements[m]!;
    const ahead = this.roads.links[outbound]!;
    if (upcoming[vehicle] === none) upcoming[vehicle] = this.choices.way(ahead);
    const target = this.choices.laneWithRoom(ahead, upcoming[vehicle]!, this.nowMs);
    if (target === none) {
      this.wait(lane, road, vehicle);
      return false;
    }
    heldSeconds[vehicle] = 0;
    // Who comes a little late for his turn does not delay the next: steps of a second would cost flow otherwise.
    this.nextReleaseMs[lane] = Math.max(this.nextReleaseMs[lane]!, releaseMs - catchUpMs) + headwayMs;
    this.choices.givenAt[target] = this.nowMs;
    this.leaveLink(lane, vehicle, releaseMs);
    enteredMs[vehicle] = releaseMs;
    this.crossing.push({ vehicle, lane: target, beyond: -to });
    return true;
  }

  private leaveLink(lane: number, vehicle: number, atMs: number): void {
    const index = this.roads.laneLink[lane]!;
    const enteredMs = this.vehicles.enteredMs[vehicle]!;
    this.vehicles.remove(lane, vehicle);
    this.meters.laneOut[lane]!++;
    this.meters.linkOut[index]!++;
    if (enteredMs < 0) return;
    this.meters.linkTravelled[index]!++;
    this.meters.linkTravelMs[index]! += atMs - enteredMs;
  }

  /** The road ahead is full: after a while the driver thinks of another way. */
  private wait(lane: number, road: RoadLink, vehicle: number): void {
    const { movement, upcoming, heldSeconds } = this.vehicles;
    heldSeconds[vehicle]!++;
    if (heldSeconds[vehicle]! % secondThoughtSeconds === 0) upcoming[vehicle] = none;
    if (heldSeconds[vehicle]! < turnAwaySeconds) return;
    movement[vehicle] = this.choices.wayFrom(road, lane);
    upcoming[vehicle] = none;
    heldSeconds[vehicle] = 0;
  }

  /** Puts a vehicle at the upstream end of a lane that has room for it. */
  private place(vehicle: number, lane: number, beyond: number): void {
    const { position, movement, upcoming, bound, tail } = this.vehicles;
    const index = this.roads.laneLink[lane]!;
    const { lengthMeters } = this.roads.links[index]!;
    const last = tail[lane]!;
    const nearest = last === none ? 0 : position[last]! + spacingMeters;
    position[vehicle] = Math.min(lengthMeters, Math.max(lengthMeters - beyond, nearest));
    movement[vehicle] = upcoming[vehicle]!;
    upcoming[vehicle] = none;
    bound[vehicle] = this.gates.claim(index);
    this.vehicles.append(lane, vehicle);
    this.choices.givenAt[lane] = this.nowMs;
    this.meters.linkIn[index]!++;
  }

  /** Whether a lane may pass the obstruction on its link in this second; the lanes take turns. */
  private passes(lane: number, link: number): boolean {
    if (this.nextPassMs[lane]! >= this.nowMs + 1000) return false;
    this.nextPassMs[lane] = Math.max(this.nextPassMs[lane]!, this.nowMs) + this.obstructionHeadwayMs[link]!;
    return true;
  }

  private park(lane: number, vehicle: number): boolean {
    if (!this.gates.enter(this.vehicles.bound[vehicle]!, this.nowMs)) return false;
    this.vehicles.remove(lane, vehicle);
    this.vehicles.giveBack(vehicle);
    this.totals.parked++;
    return true;
  }
}
