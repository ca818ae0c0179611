import type { FacilityId, Network, ParkingFacility } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { parkedShare, parkingLeaveShare, parkingWishShare } from './demand.ts';
import type { Gates } from './gates.ts';
import type { LocalTime } from './local-time.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import { none, type Roads } from './roads.ts';
import { factorAt, type Surge } from './surges.ts';
import type { Traffic } from './traffic.ts';
import type { ParkingTruth } from './truth.ts';

/** Share of passages that a gate does not count. */
const missShare = 0.007;
const countEverySeconds = 1800;
/** Drivers who want in and have not met the car park's link yet; more than this go elsewhere. */
const mostWishes = 12;

interface CarPark {
  readonly facility: ParkingFacility;
  readonly link: number;
  /** Which spaces are taken, where each has a sensor. */
  readonly spaces: Uint8Array | undefined;
  occupied: number;
  wishes: number;
  /** Inside, but on the way out. */
  leaving: number;
  entries: number;
  exits: number;
  sequence: number;
}

interface SavedCarPark {
  readonly spaces: readonly number[] | null;
  readonly occupied: number;
  readonly wishes: number;
  readonly leaving: number;
  readonly entries: number;
  readonly exits: number;
  readonly sequence: number;
}

export interface SavedParking {
  readonly random: RandomState;
  readonly carParks: readonly SavedCarPark[];
}

/** Car parks that drivers of the traffic drive into and come out of, with the gates and sensors that see it. */
export class Parking implements Gates {
  private readonly carParks: readonly CarPark[];
  private readonly onLink: ReadonlyMap<number, readonly number[]>;
  private readonly random: Random;
  private said: ParkingEvent[] = [];

  constructor(network: Network, roads: Roads, seed: number, local: LocalTime) {
    this.random = createRandom(seed, 'parking');
    const facilities = [...network.facilities.values()];
    const sensed = facilityWithSensors(facilities);
    this.carParks = facilities.map((facility): CarPark => {
      const share = Math.min(0.97, parkedShare(local) * this.random.between(0.75, 1.25));
      const occupied = Math.round(facility.capacitySpaces * share);
      const spaces = facility.id === sensed ? new Uint8Array(facility.capacitySpaces) : undefined;
      spaces?.fill(1, 0, occupied);
      return {
        facility,
        link: roads.linkIndex.get(facility.link) ?? none,
        spaces,
        occupied,
        wishes: 0,
        leaving: 0,
        entries: 0,
        exits: 0,
        sequence: 0,
      };
    });
    const onLink = new Map<number, number[]>();
    this.carParks.forEach(({ link }, i) => {
      onLink.set(link, [...(onLink.get(link) ?? []), i]);
    });
    this.onLink = onLink;
  }

  claim(link: number): number {
    for (const index of this.onLink.get(link) ?? []) {
      const carPark = this.carParks[index]!;
      if (carPark.wishes === 0) continue;
      carPark.wishes--;
      return index;
    }
    return none;
  }

  enter(index: number, atMs: number): boolean {
    const carPark = this.carParks[index]!;
    if (carPark.occupied >= carPark.facility.capacitySpaces) return false;
    carPark.occupied++;
    carPark.entries++;
    this.seePassage(carPark, 'entry', atMs);
    return true;
  }

  /** Lets drivers wish to come and to leave during the second from `now`; before the traffic moves. */
  step(now: EventTime, local: LocalTime, traffic: Traffic, surges: readonly Surge[]): void {
    for (const carPark of this.carParks) {
      const { facility, occupied, leaving, link } = carPark;
      const wishes = (facility.capacitySpaces * parkingWishShare(local)) / 3600;
      carPark.wishes = Math.min(mostWishes, carPark.wishes + this.random.poisson(wishes));
      const surge = factorAt(surges, 'facility', facility.id, now);
      const leave = ((occupied - leaving) * parkingLeaveShare(local) * surge) / 3600;
      carPark.leaving += Math.min(occupied - leaving, this.random.poisson(leave));
      if (carPark.leaving === 0 || link === none || !traffic.emerge(link)) continue;
      carPark.leaving--;
      carPark.occupied--;
      carPark.exits++;
      this.seePassage(carPark, 'exit', now);
    }
  }

  /**
   * What gates, sensors and attendants said in the second from `now`. When it starts, every space with a sensor
   * says what it is; every car park is counted by hand within a minute, and each half hour after that.
   */
  report(now: EventTime, startAt: EventTime): ParkingEvent[] {
    const elapsedSeconds = (now - startAt) / 1000;
    this.carParks.forEach((carPark, i) => {
      if (elapsedSeconds === 2) this.sayAllSpaces(carPark, now);
      const countAt = 5 + (i % 50);
      if (elapsedSeconds >= countAt && (elapsedSeconds - countAt) % countEverySeconds === 0)
        this.say(carPark, 'count', now + 999, null, carPark.occupied);
    });
    const said = this.said.sort((a, b) => a.at - b.at);
    this.said = [];
    return said;
  }

  /** Forgets what was seen before anyone listened. */
  begin(): void {
    this.said = [];
    for (const carPark of this.carParks) Object.assign(carPark, { entries: 0, exits: 0, sequence: 0 });
  }

  /** The minute that started at `minute` and ends now. */
  truths(minute: EventTime): ParkingTruth[] {
    return this.carParks.map((carPark) => {
      const { facility, occupied, entries, exits } = carPark;
      carPark.entries = 0;
      carPark.exits = 0;
      const { id, capacitySpaces } = facility;
      return {
        kind: 'parking',
        facility: id,
        minute,
        capacitySpaces,
        occupiedSpaces: occupied,
        entries,
        exits,
      };
    });
  }

  save(): SavedParking {
    return {
      random: this.random.save(),
      carParks: this.carParks.map(({ spaces, occupied, wishes, leaving, entries, exits, sequence }) => ({
        spaces: spaces === undefined ? null : Array.from(spaces),
        occupied,
        wishes,
        leaving,
        entries,
        exits,
        sequence,
      })),
    };
  }

  restore(saved: SavedParking): void {
    this.random.restore(saved.random);
    this.said = [];
    this.carParks.forEach((carPark, i) => {
      const { spaces, ...rest } = saved.carParks[i]!;
      Object.assign(carPark, rest);
      if (spaces !== null) carPark.spaces?.set(spaces);
    });
  }

  /** What is seen of one vehicle that goes in or out within the second from `now`. */
  private seePassage(carPark: CarPark, kind: 'entry' | 'exit', now: number): void {
    const at = Math.floor(now) + this.random.integer(1000);
    if (carPark.spaces === undefined) {
      if (!this.random.chance(missShare)) this.say(carPark, kind, at, null, null);
      return;
    }
    const was = kind === 'entry' ? 0 : 1;
    let space = this.random.integer(carPark.spaces.length);
    while (carPark.spaces[space] !== was) space = (space + 1) % carPark.spaces.length;
    carPark.spaces[space] = 1 - was;
    this.say(carPark, kind === 'entry' ? 'spaceOn' : 'spaceOff', at, spaceName(space), null);
  }

  private sayAllSpaces(carPark: CarPark, now: EventTime): void {
    carPark.spaces?.forEach((taken, space) => {
      this.say(carPark, taken === 1 ? 'spaceOn' : 'spaceOff', now, spaceName(space), null);
    });
  }

  private say(
    carPark: CarPark,
    kind: ParkingEvent['kind'],
    at: EventTime,
    space: string | null,
    occupiedSpaces: number | null,
  ): void {
    const sequence = carPark.sequence++;
    this.said.push({ facility: carPark.facility.id, sequence, at, kind, space, occupiedSpaces });
  }
}

const spaceName = (space: number): string => `S${String(space + 1).padStart(3, '0')}`;

/** The car park whose every space has a sensor: the first on the street, or else the smallest. */
function facilityWithSensors(facilities: readonly ParkingFacility[]): FacilityId | undefined {
  const bySize = [...facilities].sort((a, b) => a.capacitySpaces - b.capacitySpaces);
  return (bySize.find(({ kind }) => kind === 'on-street') ?? bySize[0])?.id;
}
