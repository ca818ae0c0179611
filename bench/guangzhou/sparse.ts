/** What is said so seldom that it is made when it is sent: sightings, reports, subscriptions, and that time goes on. */
import { partitionOf } from '#runtime/partitioner.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { type AnyTopic, encodeRecord, type Topic } from '#schemas/topic.ts';
import {
  cameraObservations,
  citizenReports,
  driverSubscriptions,
  environmentReadings,
  forecastModels,
  parkingEvents,
  signalAcknowledgements,
} from '#schemas/topics.ts';
import { createRandom } from '#simulators/random.ts';
import { cameraSeconds, districtId } from './city.ts';
import { sighting, somethingSeen } from './devices.ts';

/** A record for a partition. */
export interface Said {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer;
}

/** In the whole city. */
const incidentsAMinute = 36;
const reportsAMinute = 30;
const drivers = 220;
/** How long a thing is seen, and how long its camera then sees nothing. Milliseconds. */
const [seenFor, seenEvery] = [60_000, 300_000];
/** As `feedAllowance` of the ingest. Milliseconds. */
const allowance = 2_000;

/** Topics in which a device speaks so seldom that a door for devices must say that time goes on. */
const seldom: readonly AnyTopic[] = [
  parkingEvents,
  environmentReadings,
  citizenReports,
  driverSubscriptions,
  signalAcknowledgements,
  forecastModels,
];

export interface Sparse {
  /** What is said in the second that ends at `at`, the nth. */
  second(at: number, nth: number): Said[];
}

/** The cameras from `firstCamera` on see things; they are not those of the streams. */
export function makeSparse(
  partitions: number,
  divisor: number,
  sites: number,
  firstCamera: number,
  cameras: number,
): Sparse {
  const random = createRandom(1, 'sparse');
  let [owedReports, reports] = [0, 0];
  const said = <Event>(topic: Topic<Event>, event: Event): Said => {
    const key = topic.key(event);
    const value = encodeRecord(topic, event, embeddedIds.id(topic.name));
    return { topic: topic.name, partition: partitionOf(key, partitions), key, value };
  };
  const seen = (at: number, nth: number): Said[] =>
    Array.from({ length: cameras }, (_, i) => i)
      .filter((i) => (i + nth) % cameraSeconds === 0 && isSeen(at, i, cameras))
      .map((i) => {
        const camera = firstCamera + i;
        const what = somethingSeen(camera, sites, createRandom(camera, 'seen'));
        return said(cameraObservations, { ...sighting(camera, sites, what), sequence: nth, at });
      });
  const reported = (at: number): Said[] => {
    const all: Said[] = [];
    for (owedReports += reportsAMinute / 60 / divisor; owedReports >= 1; owedReports--)
      all.push(
        said(citizenReports, {
          district: districtId(random.integer(11)),
          report: `report-${at}-${reports++}`,
          sequence: 0,
          at,
          category: random.pick(['accident', 'flooding', 'obstacle', 'parking']),
          text: 'The right lane is blocked.',
          longitude: 113.1 + random.between(0, 0.25),
          latitude: 22.9 + random.between(0, 0.2),
        }),
      );
    return all;
  };
  const subscribed = (at: number): Said[] =>
    Array.from({ length: Math.ceil(drivers / divisor) }, (_, i) =>
      said(driverSubscriptions, subscriptionOf(i, sites, at)),
    );
  return {
    second: (at, nth) => [
      ...(nth === 0 ? subscribed(at) : []),
      ...seen(at, nth),
      ...reported(at),
      ...heartbeats(partitions, at - allowance),
    ],
  };
}

/** How many cameras see something now and then, so that so many incidents come a minute. */
export const seeingCameras = (divisor: number): number =>
  Math.max(2, Math.round((incidentsAMinute * seenEvery) / 60_000 / divisor));

const isSeen = (at: number, i: number, cameras: number): boolean =>
  (at + Math.round((i * seenEvery) / cameras)) % seenEvery < seenFor;

const subscriptionOf = (i: number, sites: number, at: number) => ({
  district: districtId(Math.floor(((i % sites) * 11) / sites)),
  subscription: `driver-${i}`,
  sequence: 0,
  at,
  status: 'active' as const,
  facility: `parking-${String(i % sites).padStart(6, '0')}`,
  longitude: null,
  latitude: null,
  radiusMeters: 500,
  plateToken: null,
  expiresAt: at + 4 * 3_600_000,
});

function heartbeats(partitions: number, at: number): Said[] {
  const value = encodeRecord({ encode: encodeHeartbeat }, { source: 'devices', at }, embeddedIds.heartbeat);
  return seldom.flatMap(({ name }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, key: 'devices', value })),
  );
}
