/** What is true in the simulated city, for judging what was said about it. Never part of the stream of events. */
import type { DistrictId, FacilityId, LinkId, Network, Position, StationId } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { IncidentKind } from '#schemas/generated/incident.v1.ts';
import type { Fault } from './faults.ts';
import type { Meters } from './meters.ts';
import type { Roads } from './roads.ts';
import type { Traffic } from './traffic.ts';

/** One minute of one link. */
export interface LinkTruth {
  readonly kind: 'link';
  readonly link: LinkId;
  /** Start of the minute. */
  readonly minute: EventTime;
  /** Vehicles that came from upstream, and that left at the stop bar. */
  readonly vehiclesIn: number;
  readonly vehiclesOut: number;
  /** Mean over the vehicles that left, having travelled the whole link. */
  readonly meanTravelSeconds: number | null;
  /** Distance over time spent by all vehicles on the link (Edie). */
  readonly spaceMeanKph: number | null;
  /** Harmonic mean of the speeds at the link's detectors; null when they stand at more than one place of it. */
  readonly spotHarmonicKph: number | null;
  /** Vehicles on the link at the end of the minute. */
  readonly inside: number;
}

export interface IncidentTruth {
  readonly kind: 'incident';
  readonly incident: number;
  readonly what: IncidentKind;
  readonly link: LinkId;
  readonly district: DistrictId;
  readonly position: Position;
  readonly start: EventTime;
  readonly end: EventTime;
  /** A camera looks at the link. */
  readonly isInView: boolean;
}

export interface ParkingTruth {
  readonly kind: 'parking';
  readonly facility: FacilityId;
  readonly minute: EventTime;
  readonly capacitySpaces: number;
  /** At the end of the minute. */
  readonly occupiedSpaces: number;
  readonly entries: number;
  readonly exits: number;
}

export interface FaultTruth {
  readonly kind: 'fault';
  readonly fault: Fault;
}

export interface WeatherTruth {
  readonly kind: 'weather';
  readonly what: 'rain' | 'fog' | 'ice';
  readonly stations: readonly StationId[];
  readonly start: EventTime;
  readonly end: EventTime;
}

/** More demand than the hour explains. */
export interface SurgeTruth {
  readonly kind: 'surge';
  readonly link: LinkId | null;
  readonly facility: FacilityId | null;
  readonly start: EventTime;
  readonly end: EventTime;
  /** Demand over ordinary demand. */
  readonly factor: number;
}

export type TruthRecord = LinkTruth | IncidentTruth | ParkingTruth | FaultTruth | WeatherTruth | SurgeTruth;

type LinkColumn = 'linkIn' | 'linkOut' | 'linkTravelled' | 'linkTravelMs' | 'linkMeters' | 'linkSeconds';
const linkColumns: readonly LinkColumn[] = [
  'linkIn',
  'linkOut',
  'linkTravelled',
  'linkTravelMs',
  'linkMeters',
  'linkSeconds',
];

export interface SavedLinkTruths {
  readonly seen: Readonly<Record<string, readonly number[]>>;
}

/** Cuts the traffic's running counters into minutes. */
export class LinkTruths {
  private readonly roads: Roads;
  private readonly detectorsOf: readonly (readonly number[])[];
  /** Whether the link's detectors stand side by side. */
  private readonly isSection: readonly boolean[];
  private seen: Record<string, number[]>;

  constructor(network: Network, roads: Roads) {
    this.roads = roads;
    const detectorsOf: number[][] = roads.links.map(() => []);
    const placesOf: Set<number>[] = roads.links.map(() => new Set());
    for (const detector of network.detectors.values()) {
      const link = roads.linkIndex.get(detector.link)!;
      detectorsOf[link]!.push(roads.detectorIndex.get(detector.id)!);
      placesOf[link]!.add(detector.toStopBarMeters);
    }
    this.detectorsOf = detectorsOf;
    this.isSection = placesOf.map((places) => places.size === 1);
    this.seen = {};
  }

  /** Remembers the counters, so that the next minute starts here. */
  begin(meters: Meters): void {
    for (const name of [...linkColumns, 'detectorCount', 'detectorInverseMps'] as const)
      this.seen[name] = Array.from(meters[name]);
  }

  /** The minute that started at `minute` and ends now. */
  end(minute: EventTime, traffic: Traffic): LinkTruth[] {
    const { meters } = traffic;
    const truths = this.roads.links.map((road, i): LinkTruth => {
      const [vehiclesIn, vehiclesOut, travelled, travelMs, meters_, seconds] = linkColumns.map(
        (name) => meters[name][i]! - this.seen[name]![i]!,
      ) as [number, number, number, number, number, number];
      let counted = 0;
      let inverse = 0;
      for (const d of this.detectorsOf[i]!) {
        counted += meters.detectorCount[d]! - this.seen['detectorCount']![d]!;
        inverse += meters.detectorInverseMps[d]! - this.seen['detectorInverseMps']![d]!;
      }
      return {
        kind: 'link',
        link: road.id,
        minute,
        vehiclesIn,
        vehiclesOut,
        meanTravelSeconds: travelled > 0 ? rounded(travelMs / travelled / 1000) : null,
        spaceMeanKph: seconds > 0 ? rounded((meters_ / seconds) * 3.6) : null,
        spotHarmonicKph: counted > 0 && this.isSection[i] ? rounded((counted / inverse) * 3.6) : null,
        inside: traffic.inside(i),
      };
    });
    this.begin(meters);
    return truths;
  }

  save(): SavedLinkTruths {
    return structuredClone({ seen: this.seen });
  }

  restore(saved: SavedLinkTruths): void {
    this.seen = Object.fromEntries(Object.entries(saved.seen).map(([name, column]) => [name, [...column]]));
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
