import { createHash } from 'node:crypto';
import type { Network, Position } from '#domain/network.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { ObservationKind } from '#schemas/generated/camera.observation.v1.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import { none, type RoadLink, type Roads } from './roads.ts';
import type { Traffic } from './traffic.ts';
import type { IncidentTruth } from './truth.ts';

/** Something that happens on the carriageway and takes part of its capacity. */
export interface StreetIncident {
  readonly incident: number;
  readonly what: ObservationKind;
  readonly link: number;
  readonly toStopBarMeters: number;
  readonly start: EventTime;
  readonly end: EventTime;
  readonly isInView: boolean;
  /** Of the vehicle, where one stands where it must not. */
  readonly plateToken: string | null;
}

interface Kind {
  readonly what: ObservationKind;
  /** How often, relative to the others. */
  readonly weight: number;
  /** Lanes that it takes away. */
  readonly lanes: number;
  readonly minutes: readonly [number, number];
}

const kinds: readonly Kind[] = [
  { what: 'stoppedVehicle', weight: 45, lanes: 1, minutes: [6, 20] },
  { what: 'illegalParking', weight: 22, lanes: 0.5, minutes: [8, 30] },
  { what: 'debris', weight: 14, lanes: 0.5, minutes: [5, 25] },
  { what: 'pedestrianOnRoad', weight: 9, lanes: 0.5, minutes: [1.5, 4] },
  { what: 'wrongWay', weight: 4, lanes: 0, minutes: [1, 2] },
  { what: 'smoke', weight: 6, lanes: 0.3, minutes: [5, 15] },
];

/** Vehicles an hour that a lane lets past an obstruction beside it. */
const passingVph = 1600;
const meanMinutesBetween = 9;
const shareInView = 0.65;

export interface SavedStreetIncidents {
  readonly random: RandomState;
  readonly active: readonly StreetIncident[];
  readonly begun: number;
  readonly nextAt: EventTime;
}

/** Incidents of the street: the first soon after the start and in view of a camera, the others at random. */
export class StreetIncidents {
  private readonly roads: Roads;
  private readonly seed: number;
  private readonly random: Random;
  private readonly inView: readonly number[];
  private list: StreetIncident[] = [];
  private begun = 0;
  private nextAt: EventTime;

  constructor(network: Network, roads: Roads, seed: number, startAt: EventTime) {
    this.roads = roads;
    this.seed = seed;
    this.random = createRandom(seed, 'incidents');
    const watched = new Set(
      [...network.cameras.values()].map(({ link }) => roads.linkIndex.get(link) ?? none),
    );
    this.inView = [...watched].filter((i) => i !== none && !roads.links[i]!.isExit);
    this.nextAt = startAt + seconds(60 + this.random.integer(80));
  }

  /** Those that are on the street now. */
  get active(): readonly StreetIncident[] {
    return this.list;
  }

  /** Ends and begins incidents at `now`; answers with those that began. */
  step(now: EventTime, traffic: Traffic): StreetIncident[] {
    for (const over of this.list.filter(({ end }) => end <= now)) traffic.obstructionMeters[over.link] = none;
    this.list = this.list.filter(({ end }) => end > now);
    const begun: StreetIncident[] = [];
    while (this.nextAt <= now) {
      const incident = this.draw(now);
      this.nextAt += this.waitMs();
      if (incident === undefined) continue;
      this.list.push(incident);
      begun.push(incident);
      obstruct(incident, this.roads.links[incident.link]!, traffic);
    }
    return begun;
  }

  /** The incident as the truth tells it. */
  truthOf({ incident, what, link, start, end, isInView, toStopBarMeters }: StreetIncident): IncidentTruth {
    const road = this.roads.links[link]!;
    const position = placeAt(road, toStopBarMeters);
    const { district } = road.link;
    return { kind: 'incident', incident, what, link: road.id, district, position, start, end, isInView };
  }

  save(): SavedStreetIncidents {
    return { random: this.random.save(), active: this.list, begun: this.begun, nextAt: this.nextAt };
  }

  restore(saved: SavedStreetIncidents): void {
    this.random.restore(saved.random);
    this.list = [...saved.active];
    this.begun = saved.begun;
    this.nextAt = saved.nextAt;
  }

  private draw(now: EventTime): StreetIncident | undefined {
    const number = this.begun++;
    const kind = number === 0 ? kinds[0]! : number === 1 ? kinds[1]! : drawKind(this.random);
    const isInView = this.inView.length > 0 && (number < 2 || this.random.chance(shareInView));
    const taken = new Set(this.list.map(({ link }) => link));
    const candidates = (isInView ? this.inView : this.roads.links.map((_, i) => i)).filter(
      (i) => !taken.has(i) && !this.roads.links[i]!.isExit,
    );
    if (candidates.length === 0) return undefined;
    // The first stands on one of the widest roads, where it is felt.
    const widest = [...candidates].sort(
      (a, b) => this.roads.links[b]!.link.capacityVph - this.roads.links[a]!.link.capacityVph,
    );
    const link = this.random.pick(number === 0 ? widest.slice(0, 5) : candidates);
    const [least, most] = number === 0 ? [11, 14] : kind.minutes;
    const vehicle = this.random.integer(1_000_000);
    return {
      incident: number,
      what: kind.what,
      link,
      toStopBarMeters: Math.round(this.roads.links[link]!.lengthMeters * this.random.between(0.15, 0.6)),
      start: now,
      end: now + minutes(this.random.between(least, most)),
      isInView: this.inView.includes(link),
      plateToken: kind.what === 'illegalParking' ? tokenOf(this.seed, vehicle) : null,
    };
  }

  private waitMs(): number {
    // The second one soon follows, so that a short look at the city shows more than one kind.
    if (this.begun === 1) return minutes(2 + this.random.integer(3));
    return seconds(this.random.exponential(meanMinutesBetween * 60));
  }
}

/** Stands for a number plate that never was: the vehicle's number, hashed. */
const tokenOf = (seed: number, vehicle: number): string =>
  createHash('sha256').update(`vehicle ${vehicle} of ${seed}`).digest('hex').slice(0, 32);

function drawKind(random: Random): Kind {
  let left = random.next() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return kinds[0]!;
}

function obstruct({ what, link, toStopBarMeters }: StreetIncident, road: RoadLink, traffic: Traffic): void {
  const { lanes } = kinds.find((kind) => kind.what === what)!;
  if (lanes === 0) return;
  // Beside the only lane one still creeps past.
  const openLanes = Math.max(0.35, road.lanes - lanes);
  traffic.obstructionMeters[link] = toStopBarMeters;
  traffic.obstructionHeadwayMs[link] = Math.round((3_600_000 / passingVph) * (road.lanes / openLanes));
}

/** The place on a link, along its geometry. */
export function placeAt(road: RoadLink, toStopBarMeters: number): Position {
  const { geometry } = road.link;
  const share = Math.min(1, Math.max(0, 1 - toStopBarMeters / road.lengthMeters)) * (geometry.length - 1);
  const from = Math.min(Math.floor(share), geometry.length - 2);
  const [a, b] = [geometry[from]!, geometry[from + 1]!];
  const along = share - from;
  return [a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along];
}
