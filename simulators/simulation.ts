/** A city that can be looked at from outside: simulated streets, the devices in them, and the truth. */
import type { Intersection, IntersectionId, Network, Plan } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import {
  cameraObservations,
  citizenReports,
  detectorFrames,
  environmentReadings,
  parkingEvents,
  signalEvents,
  signalStatuses,
} from '#schemas/topics.ts';
import { Actuations, type SavedActuations } from './actuations.ts';
import { Cameras, type SavedCameras } from './cameras.ts';
import { Citizens, type SavedCitizens } from './citizens.ts';
import { Delivery, type Emission, type SavedDelivery } from './delivery.ts';
import { setDemand } from './demand-rates.ts';
import { Detectors, type SavedDetectors } from './detectors.ts';
import { type Fault, planFaults } from './faults.ts';
import { createLocalTime } from './local-time.ts';
import { Parking, type SavedParking } from './parking.ts';
import { compileRoads } from './roads.ts';
import { type SavedSignals, Signals } from './signals.ts';
import { type SavedStatuses, Statuses } from './statuses.ts';
import { type SavedStreetIncidents, StreetIncidents } from './street-incidents.ts';
import { planSurges } from './surges.ts';
import { type SavedTraffic, Traffic } from './traffic.ts';
import { LinkTruths, type SavedLinkTruths, type TruthRecord } from './truth.ts';
import { type SavedWeather, Weather } from './weather.ts';

export type { Emission } from './delivery.ts';
export type { TruthRecord } from './truth.ts';

export interface SimulationOptions {
  readonly network: Network;
  readonly seed: number;
  /** First second that is emitted; rounded down to a whole minute. */
  readonly startAt: EventTime;
  /** Demand over that of an ordinary day; 1 unless told. */
  readonly intensity?: number;
  /** Faults of the devices; a seeded day of them unless told. */
  readonly faults?: readonly Fault[];
  /** Streets run this long before the start so that they are not empty; 900 unless told. */
  readonly warmUpSeconds?: number;
  /** Whether controllers also log their detectors (Indiana 81 and 82); not unless told, for the volume. */
  readonly logsActuations?: boolean;
}

export interface Simulation {
  /** Start of the next second. */
  readonly now: EventTime;
  /** Runs one second; answers with the records that arrive in it, in the order of arrival. */
  advance(): Emission[];
  /**
   * Has a controller run `plan` from its first cycle that starts at or after `at`. Answers why it refuses, when
   * the plan breaks a minimum, a clearance or a barrier.
   */
  applyPlan(intersection: IntersectionId, plan: Plan, at: EventTime): string | undefined;
  /** The plan that a controller runs now. */
  planInForce(intersection: IntersectionId): Plan | undefined;
  /** What has become known to be true since it was last asked. */
  drainTruth(): TruthRecord[];
  /** Counts of vehicles since the streets were empty. */
  totals(): VehicleTotals;
  /** Everything, as plain JSON. */
  save(): SavedSimulation;
  /** Continues a saved run of a simulation that was made with the same options. */
  restore(saved: SavedSimulation): void;
}

/** `generated + emerged = outside + inside + left + parked`. */
export interface VehicleTotals {
  readonly generated: number;
  readonly emerged: number;
  readonly outside: number;
  readonly inside: number;
  readonly left: number;
  readonly parked: number;
}

export interface SavedSimulation {
  readonly now: EventTime;
  readonly truth: readonly TruthRecord[];
  readonly traffic: SavedTraffic;
  readonly signals: SavedSignals;
  readonly parking: SavedParking;
  readonly detectors: SavedDetectors;
  readonly cameras: SavedCameras;
  readonly weather: SavedWeather;
  readonly incidents: SavedStreetIncidents;
  readonly citizens: SavedCitizens;
  readonly delivery: SavedDelivery;
  readonly linkTruths: SavedLinkTruths;
  readonly actuations: SavedActuations;
  /** Absent in what was saved before controllers sent statuses. */
  readonly statuses?: SavedStatuses;
  readonly statusDelivery?: SavedDelivery;
}

/** A simulation of the network. The same options give the same records and the same truth. */
export function createSimulation(options: SimulationOptions): Simulation {
  return new CitySimulation(options);
}

class CitySimulation implements Simulation {
  now: EventTime;
  private readonly startAt: EventTime;
  private readonly seed: number;
  private readonly intensity: number;
  private readonly localTime;
  private readonly roads;
  private readonly surges;
  private readonly signals: Signals;
  private readonly parking: Parking;
  private readonly traffic: Traffic;
  private readonly detectors: Detectors;
  private readonly cameras: Cameras;
  private readonly weather: Weather;
  private readonly incidents: StreetIncidents;
  private readonly citizens: Citizens;
  private readonly delivery: Delivery;
  private readonly linkTruths: LinkTruths;
  private readonly actuations: Actuations;
  private readonly statuses: Statuses;
  /** Statuses take a way of their own. */
  private readonly statusDelivery: Delivery;
  private readonly logsActuations: boolean;
  private truth: TruthRecord[] = [];

  constructor(options: SimulationOptions) {
    const { network, seed } = options;
    const warmUp = seconds(options.warmUpSeconds ?? 900);
    this.startAt = floorTo(options.startAt, minutes(1));
    this.now = floorTo(this.startAt - warmUp, 1000);
    this.seed = seed;
    this.intensity = options.intensity ?? 1;
    this.localTime = createLocalTime(network.timeZone);
    this.roads = compileRoads(network);
    this.surges = planSurges(network, this.roads, seed, this.startAt);
    this.signals = new Signals(network, this.roads, this.now);
    this.parking = new Parking(network, this.roads, seed, this.localTime(this.startAt));
    this.traffic = new Traffic(this.roads, this.signals.lights, this.parking, seed);
    const faults = options.faults ?? planFaults(network, seed, this.startAt);
    this.detectors = new Detectors(network, this.roads, this.traffic.meters, faults, seed);
    this.cameras = new Cameras(network, this.roads, this.traffic, seed);
    this.weather = new Weather(network, this.roads, seed, this.startAt);
    this.incidents = new StreetIncidents(network, this.roads, seed, this.startAt);
    this.citizens = new Citizens(network, seed, this.startAt);
    this.delivery = new Delivery(seed);
    this.linkTruths = new LinkTruths(network, this.roads);
    this.actuations = new Actuations(network, this.roads, this.traffic.meters);
    this.statuses = new Statuses(network, this.roads, this.traffic.meters, this.signals, faults, seed);
    this.statusDelivery = new Delivery(seed, 'statuses');
    this.logsActuations = options.logsActuations ?? false;
    this.warmUp();
    this.truth.push(...faults.map((fault): TruthRecord => ({ kind: 'fault', fault })), ...this.surges);
  }

  advance(): Emission[] {
    const second = this.now;
    for (const truth of this.weather.truths(second)) this.learn(truth);
    for (const begun of this.incidents.step(second, this.traffic)) this.learn(this.incidents.truthOf(begun));
    if (second % minutes(1) === 0) this.weather.slowDown(second, this.traffic);
    this.moveStreets();
    this.report(second);
    if (this.now % minutes(1) === 0) {
      this.truth.push(...this.linkTruths.end(this.now - minutes(1), this.traffic));
      this.truth.push(...this.parking.truths(this.now - minutes(1)));
    }
    return [...this.delivery.arrive(this.now), ...this.statusDelivery.arrive(this.now)];
  }

  applyPlan(intersection: IntersectionId, plan: Plan, at: EventTime): string | undefined {
    return this.signals.applyPlan(intersection, plan, at);
  }

  planInForce(intersection: IntersectionId): Plan | undefined {
    return this.signals.planInForce(intersection);
  }

  drainTruth(): TruthRecord[] {
    const known = this.truth;
    this.truth = [];
    return known;
  }

  totals(): VehicleTotals {
    const inside = this.roads.links.reduce((sum, _, link) => sum + this.traffic.inside(link), 0);
    return { ...this.traffic.totals, outside: this.traffic.waitingOutside(), inside };
  }

  save(): SavedSimulation {
    return {
      now: this.now,
      truth: [...this.truth],
      traffic: this.traffic.save(),
      signals: this.signals.save(),
      parking: this.parking.save(),
      detectors: this.detectors.save(),
      cameras: this.cameras.save(),
      weather: this.weather.save(),
      incidents: this.incidents.save(),
      citizens: this.citizens.save(),
      delivery: this.delivery.save(),
      linkTruths: this.linkTruths.save(),
      actuations: this.actuations.save(),
      statuses: this.statuses.save(),
      statusDelivery: this.statusDelivery.save(),
    };
  }

  restore(saved: SavedSimulation): void {
    this.now = saved.now;
    this.truth = [...saved.truth];
    this.traffic.restore(saved.traffic);
    this.signals.restore(saved.signals);
    this.parking.restore(saved.parking);
    this.detectors.restore(saved.detectors);
    this.cameras.restore(saved.cameras);
    this.weather.restore(saved.weather);
    this.incidents.restore(saved.incidents);
    this.citizens.restore(saved.citizens);
    this.delivery.restore(saved.delivery);
    this.linkTruths.restore(saved.linkTruths);
    this.actuations.restore(saved.actuations);
    if (saved.statuses) this.statuses.restore(saved.statuses);
    if (saved.statusDelivery) this.statusDelivery.restore(saved.statusDelivery);
  }

  /** Fills the streets before anyone looks. */
  private warmUp(): void {
    while (this.now < this.startAt) this.moveStreets();
    this.detectors.begin();
    this.cameras.begin();
    this.actuations.begin();
    this.statuses.begin();
    this.parking.begin();
    this.linkTruths.begin(this.traffic.meters);
  }

  /** One second of lights, car parks and vehicles; `now` moves on. */
  private moveStreets(): void {
    const { now } = this;
    const local = this.localTime(now);
    if (now % minutes(1) === 0 || this.traffic.totals.generated === 0)
      setDemand(this.roads, this.traffic, this.surges, this.seed, local, now, this.intensity);
    this.signals.step(now);
    this.parking.step(now, local, this.traffic, this.surges);
    this.traffic.step(now);
    this.now = now + 1000;
  }

  /** What the devices say about the second from `second`, given to be delivered. */
  private report(second: EventTime): void {
    const { now } = this;
    const send = (emission: Emission, faults: readonly Fault[] = []): void =>
      this.delivery.send(emission, now, faults);
    for (const event of this.signals.report(second, (i: Intersection) =>
      this.logsActuations ? this.actuations.at(i) : [],
    ))
      send({ topic: signalEvents, event });
    for (const event of this.statuses.step(now))
      this.statusDelivery.send({ topic: signalStatuses, event }, now, []);
    for (const event of this.parking.report(second, this.startAt)) send({ topic: parkingEvents, event });
    for (const { frame, delivery } of this.detectors.step(now))
      send({ topic: detectorFrames, event: frame }, delivery);
    for (const event of this.cameras.step(now, this.incidents.active))
      send({ topic: cameraObservations, event });
    for (const event of this.weather.step(now, this.localTime(now), this.traffic))
      send({ topic: environmentReadings, event });
    for (const event of this.citizens.step(now)) send({ topic: citizenReports, event });
  }

  private learn(truth: TruthRecord): void {
    this.truth.push(truth);
    if (truth.kind === 'incident') this.citizens.see(truth);
  }
}
