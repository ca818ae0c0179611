/**
 * What the API says, as the page reads it. Every measured field may be absent or null: the page then says
 * "no data". Field names and units are those of the JSON of /v1.
 */

import type { LevelOfService, Quality } from '#domain/quality.ts';

export type { LevelOfService, Quality };

/** A field that the API may leave out or send as null. */
export type Maybe<Value> = Value | null | undefined;

/** A moment: RFC 3339 text or milliseconds since 1970. */
export type Moment = Maybe<string | number>;

export interface PointFeature<Properties> {
  readonly geometry: { readonly coordinates: readonly [number, number] };
  readonly properties: Properties;
}

export interface LineFeature<Properties> {
  readonly geometry: { readonly coordinates: readonly (readonly [number, number])[] };
  readonly properties: Properties;
}

export interface Layer<Feature> {
  readonly features: readonly Feature[];
}

export interface LinkPlace {
  readonly link: string;
  readonly name: string;
  readonly lanes: number;
  readonly lengthMeters: number;
  readonly freeFlowKph: number;
  readonly district: string;
  readonly from: string;
  readonly to: string;
}

export interface NetworkDocument {
  readonly name: string;
  readonly timeZone: string;
  readonly districts?: Maybe<readonly { readonly district: string; readonly name: string }[]>;
  readonly bounds: readonly [west: number, south: number, east: number, north: number];
  readonly layers: {
    readonly links: Layer<LineFeature<LinkPlace>>;
    readonly intersections: Layer<
      PointFeature<{ readonly intersection: string; readonly name: string; readonly node?: Maybe<string> }>
    >;
    readonly detectors?: Maybe<
      Layer<PointFeature<{ readonly detector: string; readonly link: string; readonly role: string }>>
    >;
    readonly cameras?: Maybe<Layer<PointFeature<{ readonly camera: string; readonly link: string }>>>;
    readonly facilities?: Maybe<
      Layer<
        PointFeature<{
          readonly facility: string;
          readonly name: string;
          readonly capacitySpaces: number;
          readonly kind: string;
        }>
      >
    >;
    readonly stations?: Maybe<Layer<PointFeature<{ readonly station: string; readonly name: string }>>>;
  };
}

export interface LinkState {
  readonly link: string;
  readonly name?: Maybe<string>;
  readonly windowStart?: Moment;
  readonly windowSeconds?: Maybe<number>;
  readonly revision?: Maybe<number>;
  readonly quality: Quality;
  readonly vehicles?: Maybe<number>;
  readonly flowVph?: Maybe<number>;
  readonly occupancyPercent?: Maybe<number>;
  readonly speedKph?: Maybe<number>;
  readonly delaySeconds?: Maybe<number>;
  readonly travelTimeIndex?: Maybe<number>;
  readonly levelOfService?: Maybe<LevelOfService>;
  readonly samples?: Maybe<number>;
  readonly expectedSamples?: Maybe<number>;
  readonly ageSeconds?: Maybe<number>;
}

export interface PhaseState {
  readonly phase: number;
  readonly movements?: Maybe<readonly string[]>;
  readonly volumeVph?: Maybe<number>;
  readonly volumeToCapacity?: Maybe<number>;
  readonly controlDelaySeconds?: Maybe<number>;
  readonly levelOfService?: Maybe<LevelOfService>;
  readonly greenSeconds?: Maybe<number>;
  readonly splitFailures?: Maybe<number>;
}

export interface Split {
  readonly phase: number;
  readonly seconds: number;
}

export interface PlanState {
  readonly cycleSeconds?: Maybe<number>;
  readonly offsetSeconds?: Maybe<number>;
  readonly splits?: Maybe<readonly Split[]>;
}

export interface PlanInForce extends PlanState {
  /** `network`: the controller's own; `recommendation`: advice that was applied. */
  readonly source?: Maybe<string>;
  readonly since?: Moment;
}

export interface IntersectionState {
  readonly intersection: string;
  readonly name?: Maybe<string>;
  readonly windowStart?: Moment;
  readonly cycleSeconds?: Maybe<number>;
  readonly controlDelaySeconds?: Maybe<number>;
  readonly levelOfService?: Maybe<LevelOfService>;
  readonly quality?: Maybe<Quality>;
  readonly phases?: Maybe<readonly PhaseState[]>;
  readonly planInForce?: Maybe<PlanInForce>;
  readonly recommendation?: Maybe<Recommendation>;
}

export interface Constraint {
  readonly name: string;
  readonly phase?: Maybe<number>;
  readonly value: number;
  readonly relation: string;
  readonly bound: number;
  readonly unit: string;
  readonly met: boolean;
}

export interface Recommendation {
  readonly recommendation: string;
  readonly intersection: string;
  readonly issuedAt?: Moment;
  readonly expiresAt?: Moment;
  readonly plan?: Maybe<PlanState>;
  readonly previous?: Maybe<PlanState>;
  readonly constraints?: Maybe<readonly Constraint[]>;
  readonly evidence?: Maybe<{
    readonly windowStart?: Moment;
    readonly windowEnd?: Moment;
    readonly windows?: Maybe<number>;
    readonly quality?: Maybe<Quality>;
  }>;
  readonly currentDelaySeconds?: Maybe<number>;
  readonly predictedDelaySeconds?: Maybe<number>;
  readonly benefitLowSeconds?: Maybe<number>;
  readonly benefitHighSeconds?: Maybe<number>;
  readonly reason?: Maybe<string>;
  readonly status?: Maybe<string>;
  /** What it has been worth since it was applied. */
  readonly benefit?: Maybe<{
    readonly windows: number;
    readonly savingSeconds: number;
    readonly savingLowSeconds: number;
    readonly savingHighSeconds: number;
    readonly verdict: 'better' | 'unsure' | 'worse';
  }>;
  readonly acknowledgements?: Maybe<
    readonly {
      readonly status: string;
      readonly at?: Moment;
      readonly by?: Maybe<string>;
      readonly reason?: Maybe<string>;
    }[]
  >;
}

/** What stands and comes on one lane before a signal. */
export interface ApproachLane {
  readonly link: string;
  readonly lane: number;
  readonly queueVehicles: number;
  readonly queueDeviationVehicles: number;
  readonly longestWaitSeconds: number;
  readonly arrivalVph: number;
  readonly saturationVph: Maybe<number>;
  readonly spillsBack: boolean;
  readonly shares: readonly { readonly movement: string; readonly percent: number }[];
  readonly quality: Quality;
}

export interface Approaches {
  readonly windowStart: Moment;
  readonly lanes: readonly ApproachLane[];
}

/** The newest advice on which phases to show. */
export interface StageAdvice {
  readonly phases: readonly number[];
  readonly previous: readonly number[];
  readonly waitingVehicles: number;
  readonly servedVehicles: number;
}

export interface ParkingState {
  readonly facility: string;
  readonly name?: Maybe<string>;
  readonly capacitySpaces?: Maybe<number>;
  readonly freeSpaces?: Maybe<number>;
  readonly occupiedSpaces?: Maybe<number>;
  readonly quality?: Maybe<Quality>;
  readonly windowStart?: Moment;
  readonly ageSeconds?: Maybe<number>;
  readonly pricePerHour?: Maybe<number>;
  readonly entries?: Maybe<number>;
  readonly exits?: Maybe<number>;
  /** Chance of a free space on arrival, 0..1. */
  readonly spaceProbability?: Maybe<number>;
}

export interface Incident {
  readonly incident: string;
  readonly kind: string;
  readonly status?: Maybe<string>;
  readonly severity?: Maybe<string>;
  readonly link?: Maybe<string>;
  readonly longitude?: Maybe<number>;
  readonly latitude?: Maybe<number>;
  readonly startedAt?: Moment;
  readonly detectedAt?: Moment;
  readonly endedAt?: Moment;
  readonly confidence?: Maybe<number>;
  readonly sources?: Maybe<readonly unknown[]>;
  readonly text?: Maybe<string>;
  readonly district?: Maybe<string>;
}

export interface ForecastPoint {
  readonly horizonMinutes: number;
  readonly issuedAt?: Moment;
  readonly target?: Moment;
  readonly speedKph?: Maybe<number>;
  readonly lowKph?: Maybe<number>;
  readonly highKph?: Maybe<number>;
  /** Nominal share of the interval, 0..1. */
  readonly level?: Maybe<number>;
  /** Share of recent truths that fell inside, 0..1. */
  readonly coverage?: Maybe<number>;
  readonly model?: Maybe<string>;
  readonly quality?: Maybe<Quality>;
}

export interface ParkingForecastPoint {
  readonly target?: Moment;
  readonly freeSpaces?: Maybe<number>;
  readonly lowSpaces?: Maybe<number>;
  readonly highSpaces?: Maybe<number>;
  readonly level?: Maybe<number>;
}

/** One bucket of a history: what was measured from `start` on. */
export interface Bucket {
  readonly start?: Moment;
  readonly quality?: Maybe<Quality>;
  readonly speedKph?: Maybe<number>;
  readonly flowVph?: Maybe<number>;
  readonly freeSpaces?: Maybe<number>;
}

export interface History {
  readonly resolutionSeconds?: Maybe<number>;
  readonly buckets: readonly Bucket[];
}

export interface Summary {
  readonly asOf?: Moment;
  readonly vehiclesPerMinute?: Maybe<number>;
  readonly travelTimeIndex?: Maybe<number>;
  readonly openIncidents?: Maybe<Readonly<Record<string, number>>>;
  readonly detectorsReportingPercent?: Maybe<number>;
  readonly dataAgeSeconds?: Maybe<number>;
  readonly forecastCoveragePercent?: Maybe<number>;
  readonly freeSpaces?: Maybe<number>;
  readonly ledgerDeficit?: Maybe<number>;
}

export interface Notice {
  readonly notification?: Maybe<string>;
  readonly subscription?: Maybe<string>;
  readonly facility?: Maybe<string>;
  readonly at?: Moment;
  readonly text?: Maybe<string>;
  readonly spaceProbability?: Maybe<number>;
}

/** A moment in milliseconds; undefined when it is absent or malformed. */
export function momentOf(moment: Moment): number | undefined {
  if (moment === null || moment === undefined) return undefined;
  const at = typeof moment === 'number' ? moment : Date.parse(moment);
  return Number.isFinite(at) ? at : undefined;
}

/** How the forecasts of one horizon, sensor or hour of the day did; figures are null when too few were judged. */
export interface AccuracyGroup {
  readonly horizonMinutes?: Maybe<number>;
  readonly id?: Maybe<string>;
  readonly localHour?: Maybe<number>;
  readonly judged: number;
  readonly meanAbsoluteErrorKph?: Maybe<number>;
  readonly persistenceErrorKph?: Maybe<number>;
  readonly profileErrorKph?: Maybe<number>;
  readonly meanAbsoluteErrorPercent?: Maybe<number>;
  readonly persistenceErrorPercent?: Maybe<number>;
  readonly profileErrorPercent?: Maybe<number>;
  readonly coverage: Maybe<number>;
}
