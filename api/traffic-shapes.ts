/** What the answers about links, car parks, incidents and forecasts hold. */
import { type Static, Type } from 'typebox';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import {
  AgeSeconds,
  LatitudeShape,
  LevelOfServiceShape,
  LongitudeShape,
  NumberOrNull,
  OneOf,
  QualityShape,
  TextOrNull,
  Time,
  TimeOrNull,
} from './shapes.ts';

/** Every kind of incident. */
export const incidentKinds: readonly Incident['kind'][] = [
  'stoppedVehicle',
  'wrongWay',
  'pedestrianOnRoad',
  'debris',
  'illegalParking',
  'smoke',
  'flooding',
  'heavyRain',
  'lowVisibility',
  'slipperyRoad',
  'airQuality',
  'accident',
  'obstacle',
  'signalFault',
  'roadDamage',
  'other',
];
export const incidentStatuses: readonly Incident['status'][] = [
  'detected',
  'confirmed',
  'dispatched',
  'resolved',
  'reviewed',
];
/** An incident that is still to be dealt with. */
export const openStatuses: readonly Incident['status'][] = ['detected', 'confirmed', 'dispatched'];
export const severities: readonly Incident['severity'][] = ['minor', 'moderate', 'severe'];
const methods: readonly ParkingState['method'][] = ['gates', 'spaces', 'count', 'none'];

const traffic = {
  quality: QualityShape,
  vehicles: NumberOrNull('Vehicles counted over all lanes; 14'),
  flowVph: NumberOrNull('Flow rate, vehicles per hour; 840'),
  occupancyPercent: NumberOrNull(
    'Share of time that a detector was occupied, mean over lanes, percent; 12.5',
  ),
  speedKph: NumberOrNull('Space-mean speed, km/h; 38.5'),
  delaySeconds: NumberOrNull('Mean delay of a vehicle on the link against free flow, seconds; 21.4'),
  travelTimeIndex: NumberOrNull('Travel time over free-flow travel time; 1.42'),
  levelOfService: LevelOfServiceShape,
  samples: Type.Integer({ description: 'Readings that the values rest on; 24' }),
  expectedSamples: NumberOrNull('Readings that healthy detectors would have sent; 24'),
};

export const LinkShape = Type.Object(
  {
    link: Type.String({ description: 'Id of the link.' }),
    name: Type.String({ description: 'Name of the road.' }),
    district: Type.String({ description: 'District that owns it.' }),
    windowStart: TimeOrNull('Start of the window.'),
    windowSeconds: NumberOrNull('Length of the window, seconds; 60'),
    revision: NumberOrNull('0 for the first, one more each time late data changed it.'),
    ...traffic,
    ageSeconds: AgeSeconds,
  },
  { title: 'Link', description: 'The newest traffic state of a link' },
);

export const LinkBucketShape = Type.Object(
  {
    start: Time('Start of the bucket.'),
    ...traffic,
    missingPercent: Type.Number({
      description: 'Share of the windows of the bucket without a measurement, percent; 20',
    }),
  },
  { title: 'LinkBucket', description: 'The traffic of a link in one bucket of its history' },
);

export const LinkForecastShape = Type.Object(
  {
    link: Type.String({ description: 'Id of the link.' }),
    issuedAt: Time('When it was issued.'),
    target: Time('The time that it speaks of.'),
    horizonMinutes: Type.Integer({ description: 'From issue to target, minutes; 15' }),
    speedKph: NumberOrNull('Most likely space-mean speed, km/h; 38.5'),
    lowKph: NumberOrNull('Lower end of the interval, km/h; 31'),
    highKph: NumberOrNull('Upper end of the interval, km/h; 44.5'),
    level: Type.Number({ description: 'Share of targets that the interval is meant to hold, 0 to 1; 0.9' }),
    coverage: NumberOrNull('Share of past targets that it did hold, 0 to 1; 0.912'),
    model: Type.String({ description: 'Which forecaster made it.' }),
    quality: QualityShape,
    ageSeconds: AgeSeconds,
  },
  { title: 'LinkForecast', description: 'The speed of a link at a time to come' },
);

export const ParkingForecastShape = Type.Object(
  {
    facility: Type.String({ description: 'Id of the car park.' }),
    issuedAt: Time('When it was issued.'),
    target: Time('The time that it speaks of.'),
    horizonMinutes: Type.Integer({ description: 'From issue to target, minutes; 15' }),
    capacitySpaces: Type.Integer({ description: 'Spaces in all; 400' }),
    freeSpaces: NumberOrNull('Most likely free spaces; 57'),
    lowSpaces: NumberOrNull('Lower end of the interval, spaces; 40'),
    highSpaces: NumberOrNull('Upper end of the interval, spaces; 71'),
    spaceProbability: NumberOrNull('Probability that at least one space is free at the target, 0 to 1; 0.93'),
    level: Type.Number({ description: 'Share of targets that the interval is meant to hold, 0 to 1; 0.9' }),
    coverage: NumberOrNull('Share of past targets that it did hold, 0 to 1; 0.912'),
    model: Type.String({ description: 'Which forecaster made it.' }),
    quality: QualityShape,
    ageSeconds: AgeSeconds,
  },
  { title: 'ParkingForecast', description: 'The free spaces of a car park at a time to come' },
);

const parking = {
  facility: Type.String({ description: 'Id of the car park.' }),
  name: Type.String({ description: 'Its name.' }),
  district: Type.String({ description: 'District that owns it.' }),
  kind: OneOf(['on-street', 'off-street', 'underground', 'car-park'], 'What it is.'),
  longitude: LongitudeShape,
  latitude: LatitudeShape,
  pricePerHour: NumberOrNull('Price of an hour in the unit of the currency; 2.5'),
  windowStart: TimeOrNull('Start of the window.'),
  windowSeconds: NumberOrNull('Length of the window, seconds; 60'),
  revision: NumberOrNull('0 for the first, one more each time late data changed it.'),
  quality: QualityShape,
  capacitySpaces: Type.Integer({ description: 'Spaces in all; 400' }),
  occupiedSpaces: NumberOrNull('Spaces taken at the end of the window; 343'),
  freeSpaces: NumberOrNull('Spaces free at the end of the window; 57'),
  occupancyPercent: NumberOrNull('Share of the spaces that is taken, percent; 85.8'),
  entries: NumberOrNull('Vehicles in, within the window; 3'),
  exits: NumberOrNull('Vehicles out, within the window; 1'),
  driftSpaces: NumberOrNull('How far gate counting was off at the last absolute count, spaces; -2'),
  method: Type.Unsafe<ParkingState['method'] | null>({
    type: ['string', 'null'],
    enum: [...methods, null],
    description: 'How the occupancy was found',
  }),
  observedAt: TimeOrNull('Newest evidence.'),
  ageSeconds: AgeSeconds,
};

export const ParkingShape = Type.Object(parking, {
  title: 'Parking',
  description: 'The newest occupancy of a car park',
});
const spaceProbability = NumberOrNull(
  'Probability of a space at the nearest horizon that is forecast, 0 to 1; 0.93',
);
export const ParkingListedShape = Type.Object(
  { ...parking, spaceProbability },
  { title: 'ParkingListed', description: 'A car park with the chance of a space' },
);
export const ParkingDetailShape = Type.Object(
  {
    asOf: Time('The time in the city at which this was true.'),
    ...parking,
    spaceProbability,
    forecasts: Type.Array(ParkingForecastShape),
  },
  { title: 'ParkingDetail', description: 'A car park with its forecasts' },
);
export const ParkingNearShape = Type.Object(
  {
    ...parking,
    spaceProbability,
    distanceMeters: Type.Number({
      description: 'From the place that was asked for, as the crow flies, metres; 240',
    }),
    forecasts: Type.Array(ParkingForecastShape),
  },
  { title: 'ParkingNear', description: 'A car park near a place' },
);
export const ParkingBucketShape = Type.Object(
  {
    start: Time('Start of the bucket.'),
    quality: QualityShape,
    capacitySpaces: NumberOrNull('Spaces in all; 400'),
    occupiedSpaces: NumberOrNull('Spaces taken at the end of the bucket; 343'),
    freeSpaces: NumberOrNull('Spaces free at the end of the bucket; 57'),
    leastFreeSpaces: NumberOrNull('Fewest spaces free in the bucket; 31'),
    entries: NumberOrNull('Vehicles in; 12'),
    exits: NumberOrNull('Vehicles out; 9'),
    samples: Type.Integer({ description: 'Windows that the values rest on; 5' }),
    missingPercent: Type.Number({ description: 'Share of the windows without a measurement, percent; 20' }),
  },
  { title: 'ParkingBucket', description: 'A car park in one bucket of its history' },
);

export const IncidentShape = Type.Object(
  {
    incident: Type.String({ description: 'Id of the incident.' }),
    district: Type.String({ description: 'District that owns the place.' }),
    revision: Type.Integer({ description: '0 when detected, one more with each change.' }),
    kind: OneOf(incidentKinds, 'What it is.'),
    status: OneOf(incidentStatuses, 'Where it stands in its life.'),
    severity: OneOf(severities, 'How bad.'),
    link: TextOrNull('Link that it bears on.'),
    longitude: LongitudeShape,
    latitude: LatitudeShape,
    startedAt: Time('First evidence.'),
    detectedAt: Time('When it was sure enough to be said.'),
    endedAt: TimeOrNull('Last evidence, once it is over.'),
    updatedAt: Time('When this revision was made.'),
    confidence: Type.Number({ description: 'How sure, 0 to 1; 0.87' }),
    sources: Type.Array(Type.String(), { description: 'Cameras, stations and reports that it rests on.' }),
    samples: Type.Integer({ description: 'How many sources it rests on; 2' }),
    text: Type.String({ description: 'One sentence for people.' }),
    quality: QualityShape,
    ageSeconds: AgeSeconds,
  },
  { title: 'Incident', description: 'A traffic event with a life' },
);

export type LinkJson = Static<typeof LinkShape>;
export type LinkBucketJson = Static<typeof LinkBucketShape>;
export type LinkForecastJson = Static<typeof LinkForecastShape>;
export type ParkingJson = Static<typeof ParkingShape>;
export type ParkingBucketJson = Static<typeof ParkingBucketShape>;
export type ParkingForecastJson = Static<typeof ParkingForecastShape>;
export type IncidentJson = Static<typeof IncidentShape>;
