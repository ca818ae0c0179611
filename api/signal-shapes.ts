/** What the answers about signals and their advice hold, and those about a driver's subscription. */
import { type Static, Type } from 'typebox';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
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

export const PlanShape = Type.Object({
  cycleSeconds: Type.Number({ description: 'Length of the cycle, seconds; 90' }),
  offsetSeconds: Type.Number({ description: 'Start of the cycle in the reference of the day, seconds; 12' }),
  splits: Type.Array(
    Type.Object({
      phase: Type.Integer({ description: 'NTCIP phase number; 2' }),
      seconds: Type.Number({ description: 'Green, yellow and red clearance, seconds; 34' }),
    }),
  ),
});

export const AcknowledgementShape = Type.Object({
  status: OneOf<SignalAcknowledgement['status']>(
    ['accepted', 'rejected', 'applied', 'superseded', 'withdrawn'],
    'What became of the recommendation.',
  ),
  at: Time('When.'),
  by: Type.String({ description: 'Role or controller that says so; duty-engineer' }),
  reason: TextOrNull('Why, when it was rejected or withdrawn.'),
});

/** `issued` until somebody says something; `expired` when nobody did in time. */
export const adviceStatuses = [
  'issued',
  'accepted',
  'rejected',
  'applied',
  'superseded',
  'withdrawn',
  'expired',
] as const;
export type AdviceStatus = (typeof adviceStatuses)[number];

const ConstraintsShape = Type.Array(
  Type.Object({
    name: Type.String({ description: 'Which condition; minimumGreen' }),
    phase: NumberOrNull('NTCIP phase that it speaks of, if one; 2'),
    value: Type.Number({ description: 'What the advice has, in `unit`; 21' }),
    relation: OneOf(['atLeast', 'atMost', 'equals'], 'How the value must stand to the bound.'),
    bound: Type.Number({ description: 'What it must respect, in `unit`; 10' }),
    unit: Type.String({ description: 'Unit of both; s' }),
    met: Type.Boolean({ description: 'True, or the document would not exist.' }),
  }),
  { description: 'Every condition of safety that was evaluated, with its numbers.' },
);

/** The fields under the signature. */
const document = {
  recommendation: Type.String({ description: 'Id of the recommendation.' }),
  intersection: Type.String({ description: 'Intersection that it is for.' }),
  district: Type.String({ description: 'District that owns it.' }),
  issuedAt: Time('When it was issued.'),
  expiresAt: Time('Not to be applied after this time.'),
  nonce: Type.String({ description: 'Never used twice.' }),
  plan: PlanShape,
  previous: PlanShape,
  constraints: ConstraintsShape,
  evidence: Type.Object({
    windowStart: Time('Start of the measurements.'),
    windowEnd: Time('End of the measurements.'),
    windows: Type.Integer({ description: 'How many windows; 15' }),
    quality: QualityShape,
  }),
  currentDelaySeconds: Type.Number({ description: 'Mean control delay now, seconds a vehicle; 41.3' }),
  predictedDelaySeconds: Type.Number({ description: 'Mean control delay expected, seconds a vehicle; 33.8' }),
  benefitLowSeconds: Type.Number({ description: 'Lower end of the expected saving, seconds a vehicle; 4.1' }),
  benefitHighSeconds: Type.Number({
    description: 'Upper end of the expected saving, seconds a vehicle; 10.9',
  }),
  reason: Type.String({ description: 'One sentence for the engineer.' }),
};

const BenefitShape = Type.Object({
  windows: Type.Integer({ description: 'Windows measured since it was applied; 6' }),
  predictedSavingSeconds: Type.Number({
    description: 'Mean saving that was expected, seconds a vehicle; 7.5',
  }),
  delaySeconds: Type.Number({ description: 'Mean control delay measured since, seconds a vehicle; 33.9' }),
  expectedDelaySeconds: Type.Number({
    description: 'Mean control delay of the plan before with the same traffic, seconds a vehicle; 40.8',
  }),
  savingSeconds: Type.Number({ description: 'The difference of the two, seconds a vehicle; 6.9' }),
  savingLowSeconds: Type.Number({ description: 'Lower end of it, nine times in ten; 4.2' }),
  savingHighSeconds: Type.Number({ description: 'Upper end of it, nine times in ten; 9.6' }),
  verdict: OneOf(['better', 'unsure', 'worse'], 'What the interval says: above 0, across it or below.'),
});

export const RecommendationShape = Type.Object(
  {
    ...document,
    signature: Type.String({
      description:
        'HMAC-SHA-256, hexadecimal, over the canonical JSON (keys sorted, no white space) ' +
        'of this object without signature, status, acknowledgements and benefit',
    }),
    status: OneOf(adviceStatuses, 'Where it stands; expired when its time ran out before it was applied.'),
    acknowledgements: Type.Array(AcknowledgementShape, { description: 'What became of it, oldest first.' }),
    benefit: Type.Unsafe<Static<typeof BenefitShape> | null>({
      anyOf: [BenefitShape, Type.Null()],
      description: 'What it has been worth since it was applied, or null while that is not known',
    }),
  },
  { title: 'Recommendation', description: 'A timing plan that proves itself; advice, never a command' },
);

export const StageShape = Type.Object(
  {
    stage: Type.String({ description: 'Id of the advice.' }),
    intersection: Type.String({ description: 'Intersection that it is for.' }),
    district: Type.String({ description: 'District that owns it.' }),
    issuedAt: Time('When it was issued.'),
    statusAt: Time('Moment of the status that it answers.'),
    callAt: Time('When the phases are to be called; they turn green when it is safe.'),
    expiresAt: Time('Not to be applied after this time.'),
    nonce: Type.String({ description: 'Never used twice.' }),
    phases: Type.Array(Type.Integer(), { description: 'NTCIP phases to be green, and to be held; 2, 6' }),
    previous: Type.Array(Type.Integer(), { description: 'Phases that were green; 1, 6' }),
    constraints: ConstraintsShape,
    waitingVehicles: Type.Integer({ description: 'Vehicles thought to stand at the intersection; 17' }),
    servedVehicles: Type.Integer({ description: 'Of them, those before lanes that the phases serve; 12' }),
    longestWaitSeconds: Type.Integer({
      description: 'How long the first of a lane has stood without any leaving, seconds; 41',
    }),
    reason: Type.String({ description: 'One sentence for the engineer.' }),
    signature: Type.String({
      description:
        'HMAC-SHA-256, hexadecimal, over the canonical JSON (keys sorted, no white space) ' +
        'of this object without signature',
    }),
  },
  { title: 'Stage', description: 'Which phases are best green next; advice, never a command' },
);

const TwinShape = Type.Object({
  seconds: Type.Integer({ description: 'How far it looked ahead, seconds; 56' }),
  advisedVehicleSeconds: Type.Integer({
    description: 'Stopped delay predicted if the advice was followed, vehicle seconds; 310',
  }),
  nativeVehicleSeconds: Type.Integer({
    description: 'Stopped delay predicted if the controller went on with its own plan, vehicle seconds; 480',
  }),
  stoppedVehicleSeconds: Type.Integer({ description: 'Stopped delay as it then was, vehicle seconds; 330' }),
  followedPercent: Type.Number({
    description: 'Of the statuses meanwhile, those that showed or led to what was advised, percent; 91.7',
  }),
});

export const ApproachesShape = Type.Object(
  {
    asOf: Time('The time in the city at which this was true.'),
    intersection: Type.String({ description: 'Id of the intersection.' }),
    windowStart: TimeOrNull('Start of the minute that it speaks of, or null when nothing is known.'),
    windowSeconds: NumberOrNull('Length of that window, seconds; 60'),
    statuses: Type.Integer({ description: 'Statuses that the controller sent in it; 12' }),
    ageSeconds: NumberOrNull('Time since the end of the window, seconds; 14'),
    twin: Type.Unsafe<Static<typeof TwinShape> | null>({
      anyOf: [TwinShape, Type.Null()],
      description:
        'What was predicted for the window, and what then happened; null where nothing was advised',
    }),
    lanes: Type.Array(
      Type.Object({
        link: Type.String({ description: 'Link of the lane; L12' }),
        lane: Type.Integer({ description: 'Lane, 1 is nearest the centre of the road; 1' }),
        queueVehicles: Type.Number({ description: 'Mean number of vehicles that stood; 4.2' }),
        queueDeviationVehicles: Type.Number({
          description: 'Standard deviation of the number of vehicles thought to be there; 0.8',
        }),
        longestQueueVehicles: Type.Number({ description: 'The most that stood at once; 9' }),
        longestWaitSeconds: Type.Integer({
          description: 'The longest that somebody stood without any leaving, seconds; 41',
        }),
        stoppedVehicleSeconds: Type.Integer({
          description: 'Stopped delay of all vehicles together, vehicle seconds; 250',
        }),
        arrivalVph: Type.Integer({ description: 'Vehicles that come, vehicles per hour; 420' }),
        arrivalDeviationVph: Type.Integer({ description: 'Standard deviation of it, vehicles per hour; 60' }),
        saturationVph: NumberOrNull('Flow of a queue that may go, vehicles per hour of green; 1740'),
        saturationDeviationVph: NumberOrNull('Standard deviation of it; 110'),
        spillsBack: Type.Boolean({ description: 'Whether the queue reached out of sight of the detectors.' }),
        shares: Type.Array(
          Type.Object({
            movement: Type.String({ description: 'Code of the movement; NBL' }),
            percent: Type.Number({ description: 'Share of the vehicles of the lane, percent; 21.5' }),
            deviationPercent: Type.Number({ description: 'Standard deviation of it, percent; 4.1' }),
          }),
        ),
        quality: QualityShape,
      }),
      { description: 'Inbound lanes; none while the controller sends no status.' },
    ),
  },
  { title: 'Approaches', description: 'What stands and comes before a signal, as far as its detectors tell' },
);

export const NewestStageShape = Type.Object({
  asOf: Time('The time in the city at which this was true.'),
  intersection: Type.String({ description: 'Id of the intersection.' }),
  stage: Type.Unsafe<Static<typeof StageShape> | null>({
    anyOf: [StageShape, Type.Null()],
    description: 'The newest advice, or null',
  }),
  withdrawn: Type.Unsafe<{ at: string; reason: string } | null>({
    anyOf: [
      Type.Object({
        at: Time('When it was withdrawn.'),
        reason: Type.String({
          description: 'Until when it is held back, and what was measured beside what was foreseen',
        }),
      }),
      Type.Null(),
    ],
    description: 'Why there is no advice, where it was withdrawn: vehicles surely stood longer under it',
  }),
});

export const PhaseShape = Type.Object({
  phase: Type.Integer({ description: 'NTCIP phase number; 2' }),
  movements: Type.Array(Type.String(), { description: 'Codes of the movements that it serves; NBT' }),
  greenSeconds: NumberOrNull('Mean green, seconds; 28.4'),
  volumeVph: NumberOrNull('Demand volume served, vehicles per hour; 620'),
  saturationVph: Type.Number({
    description: 'Saturation flow of the critical lane group, vehicles per hour of green; 1800',
  }),
  volumeToCapacity: NumberOrNull('Volume over capacity of the critical lane group; 0.91'),
  controlDelaySeconds: NumberOrNull('Control delay, seconds a vehicle; 36.2'),
  levelOfService: LevelOfServiceShape,
  greenOccupancyPercent: NumberOrNull('Stop-bar occupancy during green, percent; 71'),
  splitFailures: NumberOrNull('Cycles with green and first-5-s-of-red occupancy both at least 80 percent; 1'),
  quality: QualityShape,
});

const intersection = {
  intersection: Type.String({ description: 'Id of the intersection.' }),
  name: Type.String({ description: 'Its name.' }),
  district: Type.String({ description: 'District that owns it.' }),
  longitude: LongitudeShape,
  latitude: LatitudeShape,
  windowStart: TimeOrNull('Start of the window.'),
  windowSeconds: NumberOrNull('Length of the window, seconds; 900'),
  revision: NumberOrNull('0 for the first, one more each time late data changed it.'),
  quality: QualityShape,
  samples: Type.Integer({ description: 'Whole cycles seen; 10' }),
  cycleSeconds: NumberOrNull('Mean cycle length, seconds; 90'),
  controlDelaySeconds: NumberOrNull('Volume-weighted mean control delay, seconds a vehicle; 36.2'),
  levelOfService: LevelOfServiceShape,
  phases: Type.Array(PhaseShape, { description: 'By phase, in phase order.' }),
  ageSeconds: AgeSeconds,
};

/** The performance of an intersection, as it stands on the stream too. */
export const PerformanceShape = Type.Object(intersection);

const inForce = Type.Object({
  ...PlanShape.properties,
  source: OneOf(['network', 'recommendation'], 'Whether it is the plan of the controller or applied advice.'),
  id: Type.String({ description: 'Id of the plan or of the recommendation.' }),
  since: TimeOrNull('When the advice was applied; null for the plan of the controller.'),
});

export const IntersectionShape = Type.Object(
  {
    ...intersection,
    planInForce: inForce,
    recommendation: Type.Unsafe<RecommendationJson | null>({
      anyOf: [RecommendationShape, Type.Null()],
      description: 'The newest recommendation with its acknowledgements, or null',
    }),
  },
  { title: 'Intersection', description: 'How a signalised intersection does' },
);

export const IntersectionDetailShape = Type.Object(
  {
    asOf: Time('The time in the city at which this was true.'),
    ...intersection,
    planInForce: inForce,
    recommendation: Type.Unsafe<RecommendationJson | null>({
      anyOf: [RecommendationShape, Type.Null()],
      description: 'The newest recommendation with its acknowledgements, or null',
    }),
  },
  { title: 'IntersectionDetail', description: 'An intersection with its newest recommendation' },
);

export const IntersectionBucketShape = Type.Object(
  {
    start: Time('Start of the bucket.'),
    quality: QualityShape,
    cycleSeconds: NumberOrNull('Mean cycle length, seconds; 90'),
    controlDelaySeconds: NumberOrNull('Volume-weighted mean control delay, seconds a vehicle; 36.2'),
    levelOfService: LevelOfServiceShape,
    splitFailures: NumberOrNull('Split failures over all phases; 3'),
    samples: Type.Integer({ description: 'Whole cycles seen; 10' }),
    missingPercent: Type.Number({ description: 'Share of the bucket without a measurement, percent; 20' }),
  },
  { title: 'IntersectionBucket', description: 'An intersection in one bucket of its history' },
);

export const SubscriptionShape = Type.Object(
  {
    subscription: Type.String({
      description: 'Unguessable id; whoever has it may read and end the subscription.',
    }),
    status: OneOf(['active', 'ended', 'expired'], 'Whether notices are sent.'),
    at: Time('When the driver asked.'),
    expiresAt: Time('Nothing is sent after this time.'),
    district: Type.String({ description: 'District of the car park or of the place.' }),
    facility: TextOrNull('Car park that the driver is bound for.'),
    longitude: NumberOrNull('Place that the driver is bound for, degrees east; 10.2039'),
    latitude: NumberOrNull('Place that the driver is bound for, degrees north; 56.1629'),
    radiusMeters: NumberOrNull('How far from the place still counts, metres; 500'),
    plateKnown: Type.Boolean({ description: 'Whether the driver gave a plate; only its token is kept.' }),
  },
  { title: 'Subscription', description: 'What a driver asked to be told' },
);

export const NotificationShape = Type.Object(
  {
    notification: Type.String({ description: 'Id of the notice.' }),
    at: Time('When.'),
    kind: OneOf<DriverNotification['kind']>(
      ['parkingLikely', 'parkingUnlikely', 'hazard', 'illegalParking'],
      'What about.',
    ),
    facility: TextOrNull('Car park that it names.'),
    incident: TextOrNull('Incident that it names.'),
    spaceProbability: NumberOrNull('Probability of a space on arrival, 0 to 1; 0.93'),
    quality: QualityShape,
    text: Type.String({ description: 'What the driver reads.' }),
    url: TextOrNull('Address that navigates to the car park; geo:56.1629,10.2039'),
    expiresAt: Time('Worthless after this time.'),
    ageSeconds: AgeSeconds,
  },
  { title: 'Notification', description: 'One notice to one subscription' },
);

export type PlanJson = Static<typeof PlanShape>;
export type AcknowledgementJson = Static<typeof AcknowledgementShape>;
export type RecommendationJson = Static<typeof RecommendationShape>;

export const CorridorShape = Type.Object({
  asOf: Time('The time in the city at which this was true.'),
  recommendations: Type.Array(RecommendationShape, {
    description: 'Of each signal whose plan is to change.',
  }),
  none: Type.Array(
    Type.Object({
      intersection: Type.String({ description: 'Id of the intersection.' }),
      reasons: Type.Array(Type.String(), { description: 'Why it has none; each is a sentence.' }),
    }),
  ),
});
export type ApproachesJson = Static<typeof ApproachesShape>;
export type StageJson = Static<typeof StageShape>;
export type PerformanceJson = Static<typeof PerformanceShape>;
export type IntersectionJson = Static<typeof IntersectionShape>;
export type IntersectionBucketJson = Static<typeof IntersectionBucketShape>;
export type PlanInForceJson = Static<typeof inForce>;
export type SubscriptionJson = Static<typeof SubscriptionShape>;
export type NotificationJson = Static<typeof NotificationShape>;
