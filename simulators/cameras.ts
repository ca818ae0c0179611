import type { Camera, Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type {
  CameraObservation,
  LaneObservation,
  Observation,
  ObservationKind,
} from '#schemas/generated/camera.observation.v1.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import { none, type Roads } from './roads.ts';
import type { StreetIncident } from './street-incidents.ts';
import type { Traffic } from './traffic.ts';
import { spacingMeters } from './vehicles.ts';

const intervalSeconds = 10;
/** How far from the stop bar a camera sees vehicles. */
const viewMeters = 150;
const standingMps = 1.4;
/** Share of crossings that a camera does not count, and of intervals in which it overlooks an incident. */
const missShare = 0.04;
const overlookShare = 0.1;
/** Chance of seeing, in one interval, what is not there. */
const ghostShare = 0.0006;
/** Tracks of ghosts begin here, far from the numbers of true incidents. */
const firstGhostTrack = 1_000_000_000;
const ghosts: readonly ObservationKind[] = ['stoppedVehicle', 'pedestrianOnRoad', 'debris', 'smoke'];

export interface SavedCameras {
  readonly random: RandomState;
  readonly sequences: readonly number[];
  readonly seen: readonly number[];
  readonly ghosts: number;
}

/** Cameras over the stop bars: counts, queues, speeds, and what ought not to be there. */
export class Cameras {
  private readonly roads: Roads;
  private readonly traffic: Traffic;
  private readonly cameras: readonly { readonly camera: Camera; readonly link: number }[];
  private readonly random: Random;
  private readonly sequences: number[];
  /** Crossings of each lane when it was last looked at, by the camera on its link. */
  private readonly seen: Float64Array;
  private ghosts = 0;

  constructor(network: Network, roads: Roads, traffic: Traffic, seed: number) {
    this.roads = roads;
    this.traffic = traffic;
    this.random = createRandom(seed, 'cameras');
    this.cameras = [...network.cameras.values()].flatMap((camera) => {
      const link = roads.linkIndex.get(camera.link) ?? none;
      return link === none ? [] : [{ camera, link }];
    });
    this.sequences = this.cameras.map(() => 0);
    this.seen = new Float64Array(this.cameras.length * 16);
  }

  /** Forgets what was seen up to now. */
  begin(): void {
    this.cameras.forEach(({ link }, i) => {
      const { firstLane, lanes } = this.roads.links[link]!;
      for (let lane = 0; lane < lanes; lane++)
        this.seen[i * 16 + lane] = this.traffic.meters.laneOut[firstLane + lane]!;
    });
  }

  /** What the cameras say whose interval ends at `now`; they take turns within ten seconds. */
  step(now: EventTime, incidents: readonly StreetIncident[]): CameraObservation[] {
    const turn = (now / 1000) % intervalSeconds;
    const said: CameraObservation[] = [];
    this.cameras.forEach(({ camera, link }, i) => {
      if (i % intervalSeconds !== turn) return;
      const sequence = this.sequences[i]!++;
      said.push({
        site: camera.site,
        camera: camera.id,
        sequence,
        at: now,
        intervalSeconds,
        lanes: this.lanesOf(i, link),
        observations: this.observationsOf(link, incidents),
      });
    });
    return said;
  }

  save(): SavedCameras {
    return {
      random: this.random.save(),
      sequences: [...this.sequences],
      seen: Array.from(this.seen),
      ghosts: this.ghosts,
    };
  }

  restore(saved: SavedCameras): void {
    this.random.restore(saved.random);
    this.sequences.splice(0, this.sequences.length, ...saved.sequences);
    this.seen.set(saved.seen);
    this.ghosts = saved.ghosts;
  }

  private lanesOf(camera: number, link: number): LaneObservation[] {
    const { id, firstLane, lanes } = this.roads.links[link]!;
    return Array.from({ length: lanes }, (_, i) => {
      const crossed = this.traffic.meters.laneOut[firstLane + i]!;
      const missed = this.random.chance(missShare * (crossed - this.seen[camera * 16 + i]!)) ? 1 : 0;
      const count = Math.max(0, crossed - this.seen[camera * 16 + i]! - missed);
      this.seen[camera * 16 + i] = crossed;
      return { link: id, lane: i + 1, count, ...this.lookAlong(firstLane + i) };
    });
  }

  /** Queue and mean speed of the vehicles in view of one lane. */
  private lookAlong(lane: number): Pick<LaneObservation, 'queueMeters' | 'speedDecikph'> {
    const { head, behind, position, speed } = this.traffic.vehicles;
    let queue = 0;
    let isQueue = true;
    let vehicles = 0;
    let mps = 0;
    for (let vehicle = head[lane]!; vehicle !== none; vehicle = behind[vehicle]!) {
      if (position[vehicle]! > viewMeters) break;
      vehicles++;
      mps += speed[vehicle]!;
      isQueue &&= speed[vehicle]! < standingMps && position[vehicle]! < queue + 2 * spacingMeters;
      if (isQueue) queue = position[vehicle]! + spacingMeters;
    }
    const noise = 1 + 0.05 * this.random.gaussian();
    return {
      queueMeters: Math.max(0, Math.round(queue * noise)),
      speedDecikph: vehicles === 0 ? null : Math.max(0, Math.round((mps / vehicles) * 36 * noise)),
    };
  }

  private observationsOf(link: number, incidents: readonly StreetIncident[]): Observation[] {
    const road = this.roads.links[link]!;
    const seen: Observation[] = [];
    for (const incident of incidents) {
      if (incident.link !== link || this.random.chance(overlookShare)) continue;
      seen.push({
        kind: incident.what,
        link: road.id,
        toStopBarMeters: Math.max(0, Math.round(incident.toStopBarMeters + this.random.gaussian() * 2)),
        confidencePermille: Math.min(990, Math.max(400, Math.round(840 + 90 * this.random.gaussian()))),
        track: incident.incident,
        plateToken: incident.plateToken,
      });
    }
    if (this.random.chance(ghostShare))
      seen.push({
        kind: this.random.pick(ghosts),
        link: road.id,
        toStopBarMeters: this.random.integer(Math.min(viewMeters, Math.floor(road.lengthMeters))),
        confidencePermille: 180 + this.random.integer(270),
        track: firstGhostTrack + this.ghosts++,
        plateToken: null,
      });
    return seen;
  }
}
