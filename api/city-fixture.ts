/** A city of two links, one signal and two car parks, with ports in memory: for the tests of the API. */
import type { FastifyInstance } from 'fastify';
import type { Link, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { EventLog } from '#runtime/log.ts';
import type { Ledger, Row } from '#runtime/measures.ts';
import { createMemoryLive } from '#runtime/memory-live.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { liveIdOf, liveVersionOf, rowOf } from '#schemas/row.ts';
import { encodeRecord, type Topic } from '#schemas/topic.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';
import { type AppOptions, createApp } from './app.ts';
import type { Answer, OnDemand } from './context.ts';
import { tableOf } from './history-rows.ts';

/** 2026-01-05T08:00:00Z, a Monday in the morning peak. */
export const eight: EventTime = Date.UTC(2026, 0, 5, 8);

const byId = <Thing extends { readonly id: string }>(...things: Thing[]): ReadonlyMap<string, Thing> =>
  new Map(things.map((thing) => [thing.id, thing]));

const link = (id: string, name: string, district: string, from: string, to: string): Link => ({
  id,
  name,
  from,
  to,
  lengthMeters: 500,
  lanes: 2,
  freeFlowKph: 50,
  capacityVph: 3600,
  site: 'I1',
  district,
  geometry:
    from === 'A'
      ? [
          [10.2, 56.16],
          [10.208, 56.16],
        ]
      : [
          [10.208, 56.16],
          [10.216, 56.16],
        ],
});

/** A ──L1──> B ──L2──> C with the signal I1 at B. */
export const network: Network = {
  name: 'Two Links',
  timeZone: 'Europe/Copenhagen',
  nodes: byId(
    { id: 'A', name: 'A', position: [10.2, 56.16], intersection: undefined },
    { id: 'B', name: 'B', position: [10.208, 56.16], intersection: 'I1' },
    { id: 'C', name: 'C', position: [10.216, 56.16], intersection: undefined },
  ),
  links: byId(link('L1', 'West Street', 'D1', 'A', 'B'), link('L2', 'East Street', 'D2', 'B', 'C')),
  movements: byId({
    id: 'M1',
    node: 'B',
    code: 'EBT',
    turn: 'thru',
    inbound: 'L1',
    outbound: 'L2',
    firstLane: 1,
    lastLane: 2,
    saturationVph: 3600,
  }),
  intersections: byId({
    id: 'I1',
    name: 'West and East',
    node: 'B',
    site: 'I1',
    district: 'D1',
    position: [10.208, 56.16],
    phases: [
      {
        number: 2,
        ring: 1,
        barrier: 1,
        position: 1,
        movements: [{ movement: 'M1', protection: 'protected' }],
        minGreenSeconds: 10,
        maxGreenSeconds: 60,
        yellowSeconds: 3,
        redClearanceSeconds: 2,
        pedestrian: undefined,
        approachKph: 50,
        grade: 0,
        clearanceMeters: 20,
      },
    ],
    plan: { id: 'base', cycleSeconds: 90, offsetSeconds: 0, splits: [{ phase: 2, seconds: 90 }] },
  }),
  detectors: byId({
    id: 'X1',
    cabinet: 'K1',
    channel: 1,
    site: 'I1',
    link: 'L1',
    role: 'advance',
    firstLane: 1,
    lastLane: 2,
    toStopBarMeters: 100,
    lengthMeters: 2,
    intervalSeconds: 20,
  }),
  zones: new Map(),
  cameras: byId({ id: 'V1', site: 'I1', link: 'L1', position: [10.207, 56.16] }),
  facilities: byId(
    {
      id: 'P1',
      name: 'Harbour',
      district: 'D1',
      position: [10.2, 56.161],
      link: 'L1',
      capacitySpaces: 200,
      kind: 'car-park',
      pricePerHourCents: 250,
    },
    {
      id: 'P2',
      name: 'Station',
      district: 'D2',
      position: [10.216, 56.165],
      link: 'L2',
      capacitySpaces: 80,
      kind: 'underground',
      pricePerHourCents: undefined,
    },
  ),
  stations: byId({ id: 'W1', name: 'Bridge', district: 'D2', position: [10.216, 56.16], link: 'L2' }),
  districts: byId({ id: 'D1', name: 'West' }, { id: 'D2', name: 'East' }),
};

/** The state of L1 from 07:59 to 08:00, and what is different in it. */
export const linkState = (different: Partial<LinkState> = {}): LinkState => ({
  district: 'D1',
  link: 'L1',
  at: eight,
  windowStart: eight - minutes(1),
  windowSeconds: 60,
  revision: 0,
  vehicles: 14,
  flowVph: 840,
  occupancyPermille: 125,
  spaceMeanDecikph: 250,
  delayDeciseconds: 360,
  travelTimeIndexPermille: 2000,
  levelOfService: 'D',
  quality: 'observed',
  samples: 3,
  expectedSamples: 3,
  ...different,
});

export const parkingState = (different: Partial<ParkingState> = {}): ParkingState => ({
  district: 'D1',
  facility: 'P1',
  at: eight,
  windowStart: eight - minutes(1),
  windowSeconds: 60,
  revision: 0,
  capacitySpaces: 200,
  occupiedSpaces: 143,
  freeSpaces: 57,
  entries: 3,
  exits: 1,
  driftSpaces: 0,
  method: 'gates',
  quality: 'observed',
  observedAt: eight - 20_000,
  ...different,
});

export const recommendation = (different: Partial<SignalRecommendation> = {}): SignalRecommendation => ({
  district: 'D1',
  intersection: 'I1',
  recommendation: 'R1',
  at: eight - minutes(1),
  expiresAt: eight + minutes(10),
  nonce: 'n1',
  plan: { cycleSeconds: 80, offsetSeconds: 5, splits: [{ phase: 2, seconds: 80 }] },
  previous: { cycleSeconds: 90, offsetSeconds: 0, splits: [{ phase: 2, seconds: 90 }] },
  constraints: [
    { name: 'minimumGreen', phase: 2, value: 75, relation: 'atLeast', bound: 10, unit: 's', met: true },
  ],
  evidence: {
    windowStart: eight - minutes(16),
    windowEnd: eight - minutes(1),
    windows: 15,
    quality: 'observed',
  },
  currentDelayDeciseconds: 413,
  predictedDelayDeciseconds: 338,
  benefitLowDeciseconds: 41,
  benefitHighDeciseconds: 109,
  reason: 'A shorter cycle saves time.',
  signature: '',
  ...different,
});

export const ledger = (different: Partial<Ledger> = {}): Ledger => ({
  read: 10,
  folded: 6,
  late: 1,
  rejected: 1,
  duplicate: 1,
  heartbeats: 1,
  open: 0,
  ...different,
});

export const noRecords: Ledger = {
  read: 0,
  folded: 0,
  late: 0,
  rejected: 0,
  duplicate: 0,
  heartbeats: 0,
  open: 0,
};

export interface TestCity {
  readonly app: FastifyInstance;
  readonly log: EventLog;
  /** What time it is in the city; set it. */
  now: EventTime;
  /** Commits rows and how far a partition is, as the runtime does. */
  commit(partition: number, ledger: Ledger, measures?: ReadonlyMap<string, readonly Row[]>): Promise<void>;
  /** Puts an event where the runtime would have put it: live state, the store and the log. */
  happen<Event extends object>(topic: Topic<Event>, kind: string, event: Event): Promise<void>;
  append<Event>(topic: Topic<Event>, ...events: Event[]): Promise<void>;
}

/** Always the same answer, for each intersection that is asked for. */
export const onDemand = (answer: Answer): OnDemand => ({
  one: async () => answer,
  corridor: async (ids) => new Map(ids.map((id) => [id, answer])),
});

/** The API over a city in which nothing has happened yet; it is eight o'clock. */
export async function createTestCity(different: Partial<AppOptions> = {}): Promise<TestCity> {
  const log = different.log ?? createMemoryLog();
  for (const { name } of [...rawTopics, ...derivedTopics]) await log.createTopic(name, 2);
  const live = createMemoryLive();
  const store = createMemoryMeasures();
  const versions = new Map<number, number>();
  const app = await createApp({
    network,
    store,
    live,
    log,
    clock: { now: () => city.now, rate: 1 },
    signingKey: 'key of the tests',
    onDemand: onDemand({ kind: 'none', reasons: ['nothing was measured'] }),
    ...different,
  });
  const city: TestCity = {
    app,
    log,
    now: eight,
    async happen(topic, kind, event) {
      const table = tableOf(kind);
      const fields = event as Readonly<Record<string, unknown>>;
      const { live: named } = table;
      if (named === undefined) throw new Error(`${table.name} is not live`);
      const version = liveVersionOf(named, fields);
      await live.put([{ kind, id: liveIdOf(named, fields), version, value: event }]);
      await city.commit(0, noRecords, new Map([[table.name, [rowOf(event) as Row]]]));
      await city.append(topic, event);
    },
    async commit(partition, counts, measures = new Map()) {
      const expectedVersion = versions.get(partition) ?? 0;
      const progress = {
        version: expectedVersion + 1,
        epoch: 1,
        stateVersion: 1,
        releasedThrough: eight - minutes(1),
        topics: [],
        ledger: counts,
        outbox: Buffer.alloc(0),
      };
      versions.set(partition, expectedVersion + 1);
      const processor = 'link-state';
      await store.commit({
        processor,
        partition,
        expectedVersion,
        progress,
        measures,
        unusable: [],
        kept: [],
      });
    },
    async append(topic, ...events) {
      const records = events.map((event) => ({
        key: topic.key(event),
        value: encodeRecord(topic, event, embeddedIds.id(topic.name)),
      }));
      await log.append(topic.name, records);
    },
  };
  return city;
}
