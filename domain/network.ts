/**
 * The road network and what stands on it, as plain data. Words follow GMNS (node, link, lane, movement)
 * and NTCIP 1202 (phase, ring, barrier, split, offset).
 */

type Id<Name extends string> = string & { readonly id?: Name };

export type NodeId = Id<'node'>;
export type LinkId = Id<'link'>;
export type MovementId = Id<'movement'>;
/** A signalised intersection; equal to the id of its controller. */
export type IntersectionId = Id<'intersection'>;
/** An intersection or a stretch of road with a cabinet: what shares one partition. */
export type SiteId = Id<'site'>;
export type CabinetId = Id<'cabinet'>;
export type DetectorId = Id<'detector'>;
export type ZoneId = Id<'zone'>;
export type CameraId = Id<'camera'>;
export type FacilityId = Id<'facility'>;
export type StationId = Id<'station'>;
export type DistrictId = Id<'district'>;

/** Longitude and latitude in degrees, WGS 84, in GeoJSON order. */
export type Position = readonly [longitude: number, latitude: number];

export interface Node {
  readonly id: NodeId;
  readonly name: string;
  readonly position: Position;
  /** Set when the node is signalised. */
  readonly intersection: IntersectionId | undefined;
}

/** A directed road between two nodes. It belongs to the site at its downstream end. */
export interface Link {
  readonly id: LinkId;
  readonly name: string;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly lengthMeters: number;
  readonly lanes: number;
  /** Space-mean speed of an undisturbed vehicle. */
  readonly freeFlowKph: number;
  /** Vehicles per hour over all lanes while it flows. */
  readonly capacityVph: number;
  readonly site: SiteId;
  readonly district: DistrictId;
  /** At least two points, from the upstream to the downstream end. */
  readonly geometry: readonly Position[];
}

export type Turn = 'left' | 'thru' | 'right' | 'uturn';

/** One way through an intersection. */
export interface Movement {
  readonly id: MovementId;
  readonly node: NodeId;
  /** The field's code: NBL, EBT, ... */
  readonly code: string;
  readonly turn: Turn;
  readonly inbound: LinkId;
  readonly outbound: LinkId;
  /** First and last inbound lane that serve it; 1 is the lane nearest the centre of the road. */
  readonly firstLane: number;
  readonly lastLane: number;
  /** First and last outbound lane that it leads to, where that is known. */
  readonly outboundLanes?: readonly [first: number, last: number];
  /** Handbook saturation flow of the movement's own lanes, vehicles per hour of green. */
  readonly saturationVph: number;
  /** Set where one may go after a stop although it is red, such as a right turn on red (MUTCD 4A.04). */
  readonly turnOnRed?: true;
}

/** NTCIP 1202 phase: a timing unit that serves movements. */
export interface Phase {
  /** 1..16 */
  readonly number: number;
  readonly ring: number;
  readonly barrier: number;
  /** Order within its ring and barrier, from 1. */
  readonly position: number;
  readonly movements: readonly {
    readonly movement: MovementId;
    readonly protection: 'protected' | 'permitted';
  }[];
  readonly minGreenSeconds: number;
  readonly maxGreenSeconds: number;
  readonly yellowSeconds: number;
  readonly redClearanceSeconds: number;
  /** Undefined when the phase serves no crossing. */
  readonly pedestrian:
    | { readonly walkSeconds: number; readonly clearanceSeconds: number; readonly crossingMeters: number }
    | undefined;
  /** Approach speed that the yellow is computed for (85th percentile); undefined where it was never measured. */
  readonly approachKph: number | undefined;
  /** Grade of the approach, rise over run; downhill is negative. */
  readonly grade: number;
  /** Distance from stop bar to the far side of the conflict area. */
  readonly clearanceMeters: number;
  /** Set where a plan may leave the phase out (NTCIP 1202 splitMode omitted), when others serve all its movements. */
  readonly mayBeOmitted?: true;
}

/** Cycle, splits and offset in force. A split holds its phase's green, yellow and red clearance. */
export interface Plan {
  readonly id: string;
  readonly cycleSeconds: number;
  /** Start of the cycle within the day-long reference, 0 <= offset < cycle. */
  readonly offsetSeconds: number;
  readonly splits: readonly { readonly phase: number; readonly seconds: number }[];
}

export interface Intersection {
  readonly id: IntersectionId;
  readonly name: string;
  readonly node: NodeId;
  readonly site: SiteId;
  readonly district: DistrictId;
  readonly position: Position;
  readonly phases: readonly Phase[];
  /** The plan that the controller runs when nobody advises it. */
  readonly plan: Plan;
}

export type DetectorRole = 'advance' | 'stop' | 'midblock';

/** One sensing zone. */
export interface Detector {
  readonly id: DetectorId;
  readonly cabinet: CabinetId;
  /** NTCIP 1202 vehicleDetectorNumber within its cabinet, 1..255. */
  readonly channel: number;
  readonly site: SiteId;
  readonly link: LinkId;
  readonly role: DetectorRole;
  /** First and last lane that it covers. */
  readonly firstLane: number;
  readonly lastLane: number;
  /** Distance from the zone to the stop bar. */
  readonly toStopBarMeters: number;
  readonly lengthMeters: number;
  /** How often it reports. */
  readonly intervalSeconds: number;
}

/** A stretch before a stop bar in which radar or a camera sees every vehicle (NTCIP 1209 zone). */
export interface Zone {
  readonly id: ZoneId;
  readonly site: SiteId;
  readonly link: LinkId;
  /** First and last lane that it covers. */
  readonly firstLane: number;
  readonly lastLane: number;
  /** Distance from its near end to the stop bar. */
  readonly toStopBarMeters: number;
  readonly lengthMeters: number;
}

export interface Camera {
  readonly id: CameraId;
  readonly site: SiteId;
  readonly link: LinkId;
  readonly position: Position;
}

export interface ParkingFacility {
  readonly id: FacilityId;
  readonly name: string;
  readonly district: DistrictId;
  readonly position: Position;
  /** The link from which one drives in. */
  readonly link: LinkId;
  readonly capacitySpaces: number;
  readonly kind: 'on-street' | 'off-street' | 'underground' | 'car-park';
  /** Price of an hour in the smallest unit of the currency; undefined when not known. */
  readonly pricePerHourCents: number | undefined;
}

export interface Station {
  readonly id: StationId;
  readonly name: string;
  readonly district: DistrictId;
  readonly position: Position;
  /** The link that its hazards bear on. */
  readonly link: LinkId;
}

export interface District {
  readonly id: DistrictId;
  readonly name: string;
}

/** Everything that the tables say, by id. Maps keep the order of the files. */
export interface Network {
  readonly name: string;
  /** IANA time zone of the city, for people only: the stream itself is in UTC. */
  readonly timeZone: string;
  readonly nodes: ReadonlyMap<NodeId, Node>;
  readonly links: ReadonlyMap<LinkId, Link>;
  readonly movements: ReadonlyMap<MovementId, Movement>;
  readonly intersections: ReadonlyMap<IntersectionId, Intersection>;
  readonly detectors: ReadonlyMap<DetectorId, Detector>;
  readonly zones: ReadonlyMap<ZoneId, Zone>;
  readonly cameras: ReadonlyMap<CameraId, Camera>;
  readonly facilities: ReadonlyMap<FacilityId, ParkingFacility>;
  readonly stations: ReadonlyMap<StationId, Station>;
  readonly districts: ReadonlyMap<DistrictId, District>;
}
