/** What the golden scenarios are, and how their inputs come about. */
import { readModelFile, writeModelFile } from '#domain/forecast/model-file.ts';
import { stubbornModel } from '#domain/forecast/small-model.ts';
import type { Subject } from '#domain/forecast/subject.ts';
import type { Network } from '#domain/network.ts';
import { minutes, parseRfc3339, seconds, toRfc3339 } from '#domain/time.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { eventToJson } from '#schemas/json.ts';
import { eventOf } from '#schemas/row.ts';
import type { Topic } from '#schemas/topic.ts';
import {
  cameraObservations,
  citizenReports,
  detectorFrames,
  driverSubscriptions,
  environmentReadings,
  forecastModels,
  parkingEvents,
  signalAcknowledgements,
  signalEvents,
  signalStatuses,
} from '#schemas/topics.ts';
import { ControllerClient } from '#simulators/controller.ts';
import type { Fault } from '#simulators/faults.ts';
import { createSimulation, type Emission } from '#simulators/simulation.ts';
import { atEase, Machine } from '../crash.ts';
import { twoDistricts, wrongPlan } from './city.ts';

/** One line of an input: a record that arrives, or the word of the ingest that all before it has. */
export type Line = { readonly topic: string; readonly event: unknown } | { readonly heartbeat: string };

export interface Scenario {
  readonly name: string;
  readonly network: Network;
  /** What of the street is kept, and in which form; undefined is not. */
  readonly keep: (emission: Emission) => object | undefined;
  readonly forMinutes: number;
  readonly everySeconds: number;
  readonly faults: readonly Fault[];
  /** Minutes after the start at which the line breaks and the last hundred records are sent once more. */
  readonly resentAt: readonly number[];
  /** What people say besides the street, by the minute after the start. */
  readonly said: readonly { readonly minute: number; readonly topic: Topic<never>; readonly event: object }[];
  /** Models that districts are given; made anew each time, since they are long. */
  readonly models: readonly {
    readonly minute: number;
    readonly district: string;
    readonly subject: Subject;
  }[];
}

const seed = 7;
/** 07:30 in Berlin, a Tuesday. */
const startAt = parseRfc3339('2026-05-05T05:30:00Z')!;
const after = (minute: number): number => startAt + minutes(minute);
/** What is still open closes when the clock has passed all that may come late. */
const afterTheEnd = minutes(6);

const of =
  (...topics: readonly { readonly name: string }[]) =>
  ({ topic, event }: Emission): object | undefined =>
    topics.some(({ name }) => name === topic.name) ? event : undefined;

/** Cameras count lanes, which no processor reads. Statuses of signals have a scenario of their own. */
const withoutLanes = ({ topic, event }: Emission): object | undefined => {
  if (topic === signalStatuses) return undefined;
  return topic === cameraObservations ? { ...event, lanes: [] } : event;
};
/** Cameras only while they see something, so that a long scenario stays short. */
const sightings = (emission: Emission): object | undefined =>
  'observations' in emission.event && emission.event.observations.length === 0
    ? undefined
    : withoutLanes(emission);

const from = (minute: number, end: number): { start: number; end: number } => ({
  start: after(minute),
  end: after(end),
});

const plain = {
  network: twoDistricts(),
  faults: [],
  resentAt: [],
  said: [],
  models: [],
  everySeconds: 10,
  keep: withoutLanes,
};

const subscribed = (
  district: string,
  subscription: string,
  minute: number,
  asks: Partial<DriverSubscription>,
): Scenario['said'][number] => ({
  minute,
  topic: driverSubscriptions as Topic<never>,
  event: {
    district,
    subscription,
    sequence: 0,
    at: after(minute),
    status: 'active',
    facility: null,
    longitude: null,
    latitude: null,
    radiusMeters: 1000,
    plateToken: null,
    expiresAt: after(120),
    ...asks,
  },
});

const reported = (
  district: string,
  report: string,
  minute: number,
  longitude: number,
  latitude: number,
): Scenario['said'][number] => ({
  minute,
  topic: citizenReports as Topic<never>,
  event: {
    district,
    report,
    sequence: 0,
    at: after(minute),
    category: 'obstacle',
    text: 'A branch on the road.',
    longitude,
    latitude,
  },
});

const counted = (facility: string, minute: number, occupiedSpaces: number): Scenario['said'][number] => ({
  minute,
  topic: parkingEvents as Topic<never>,
  // The numbers of what the street itself says begin at 0.
  event: {
    facility,
    sequence: 1_000_000 + minute,
    at: after(minute),
    kind: 'count',
    space: null,
    occupiedSpaces,
  },
});

export const scenarios: readonly Scenario[] = [
  {
    ...plain,
    name: 'morning',
    forMinutes: 12,
    network: twoDistricts('I11', 'I21', 'B01', 'B10', 'B20', 'B31'),
    faults: [
      { fault: 'dead', detector: 'N21-N11-stop-2', ...from(0, 60) },
      { fault: 'stuckOn', detector: 'N20-N21-advance-2', ...from(2, 60) },
      { fault: 'chattering', detector: 'N01-N11-stop-2', ...from(3, 6) },
      { fault: 'outage', cabinet: 'cabinet-B31', ...from(4, 8) },
    ],
  },
  {
    ...plain,
    name: 'late-and-duplicate',
    forMinutes: 12,
    network: twoDistricts('I22', 'B13', 'B23', 'B32', 'B02'),
    keep: of(detectorFrames, parkingEvents),
    resentAt: [4, 7, 10],
    faults: [
      { fault: 'outOfOrder', cabinet: 'cabinet-I22', ...from(1, 60) },
      { fault: 'duplicates', cabinet: 'cabinet-B13', ...from(1, 60) },
      { fault: 'late', cabinet: 'cabinet-B23', delaySeconds: 150, ...from(2, 60) },
      { fault: 'skew', cabinet: 'cabinet-B32', skewSeconds: 40, ...from(2, 60) },
      { fault: 'leap', cabinet: 'cabinet-B02', aheadSeconds: 3 * 86_400, ...from(5, 6) },
    ],
  },
  {
    ...plain,
    name: 'signal-advice',
    network: wrongPlan(),
    forMinutes: 28,
    keep: of(detectorFrames, signalEvents),
  },
  {
    ...plain,
    name: 'signal-stages',
    network: twoDistricts('I11', 'I12', 'I21', 'I22'),
    forMinutes: 5,
    keep: of(signalStatuses),
    faults: [{ fault: 'dead', detector: 'N21-N11-stop-2', ...from(2, 60) }],
  },
  {
    ...plain,
    name: 'parking',
    forMinutes: 75,
    everySeconds: 30,
    keep: of(parkingEvents),
    models: [
      { minute: 20, district: 'west', subject: 'parking' },
      { minute: 21, district: 'east', subject: 'link' },
    ],
  },
  { ...plain, name: 'weather', forMinutes: 90, everySeconds: 30, keep: of(environmentReadings) },
  {
    ...plain,
    name: 'cameras',
    forMinutes: 25,
    keep: (emission) => of(cameraObservations, citizenReports)(emission) && withoutLanes(emission),
    said: [
      // One obstacle, seen from both sides of the border between the districts.
      reported('west', 'from-the-west', 3, 10.0064, 50.0028),
      reported('east', 'from-the-east', 4, 10.0066, 50.0028),
      reported('west', 'from-the-west-again', 5, 10.0064, 50.0027),
    ],
  },
  {
    ...plain,
    name: 'subscriptions',
    forMinutes: 40,
    everySeconds: 20,
    keep: (emission) =>
      of(parkingEvents, environmentReadings, cameraObservations, citizenReports)(emission) &&
      sightings(emission),
    said: [
      subscribed('west', 'to-the-car-park', 1, { facility: 'P0' }),
      subscribed('east', 'to-the-street', 1, { facility: 'P1' }),
      subscribed('west', 'to-the-place', 2, { longitude: 10.0045, latitude: 50.0035, radiusMeters: 3000 }),
      subscribed('east', 'to-the-other-place', 2, {
        longitude: 10.0085,
        latitude: 50.0045,
        radiusMeters: 3000,
      }),
      subscribed('west', 'soon-over', 3, { facility: 'P0', expiresAt: after(5) }),
      subscribed('west', 'taken-back', 4, { facility: 'P0' }),
      subscribed('west', 'taken-back', 6, { facility: 'P0', status: 'ended', sequence: 1 }),
      counted('P0', 8, 199),
      counted('P0', 20, 120),
      counted('P1', 22, 40),
    ],
  },
];

/**
 * Makes an input from the simulated street. Its controllers hear what Arterial advises, so that the
 * acknowledgements answer the recommendations that a run of the input brings about.
 */
export async function record(scenario: Scenario): Promise<Line[]> {
  const { network, faults, keep, forMinutes, everySeconds, resentAt, said } = scenario;
  // On the other approaches too the traffic is that of the whole square; it is only not heard of.
  const simulation = createSimulation({ network, seed, startAt, faults });
  const controllers = new ControllerClient(network, seed);
  const lines: Line[] = [{ heartbeat: toRfc3339(startAt) }];
  const machine = new Machine(network, 1);
  await machine.prepare();
  machine.start(atEase);
  const heard = new Set<string>();
  for (let through = startAt; through < after(forMinutes); ) {
    const began = through === startAt ? 0 : lines.length;
    through += seconds(everySeconds);
    while (simulation.now < through)
      for (const emission of simulation.advance()) {
        const event = keep(emission);
        if (event) lines.push(lineOf(emission.topic as Topic<never>, event));
      }
    const isNow = (minute: number): boolean =>
      after(minute) > through - seconds(everySeconds) && after(minute) <= through;
    for (const { minute, topic, event } of said) if (isNow(minute)) lines.push(lineOf(topic, event));
    if (resentAt.some(isNow)) lines.push(...lines.slice(-100).filter((line) => 'topic' in line));
    for (const recommendation of await recommendations(machine)) {
      if (heard.has(recommendation.recommendation)) continue;
      heard.add(recommendation.recommendation);
      controllers.receive(recommendation, through);
    }
    for (const answer of controllers.advance(through, simulation))
      lines.push(lineOf(signalAcknowledgements as Topic<never>, answer));
    lines.push({ heartbeat: toRfc3339(through) });
    await feed(machine, lines.slice(began));
    await machine.settle();
  }
  await machine.stop();
  return [...lines, { heartbeat: toRfc3339(after(forMinutes) + afterTheEnd) }];
}

async function recommendations({ store }: Machine): Promise<SignalRecommendation[]> {
  const rows = await store.select({
    table: 'signal_recommendation',
    where: {},
    timeColumn: 'at',
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    limit: Number.MAX_SAFE_INTEGER,
  });
  return rows.map((row) => eventOf(row) as unknown as SignalRecommendation);
}

const lineOf = (topic: Topic<never>, event: object): Line => ({
  topic: topic.name,
  event: withoutNulls(eventToJson(topic, event as never)),
});

/** An optional field may be left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}

/** An input with the models that districts are given, each once the ingest has spoken of its minute. */
export function withModels(lines: readonly Line[], { models }: Pick<Scenario, 'models'>): Line[] {
  const waiting = [...models];
  return lines.flatMap((line) => {
    if (!('heartbeat' in line)) return [line];
    const now = parseRfc3339(line.heartbeat)!;
    const due = waiting.splice(0, waiting.filter(({ minute }) => after(minute) <= now).length);
    return [line, ...due.map(handedIn)];
  });
}

function handedIn({ minute, district, subject }: Scenario['models'][number]): Line {
  const model = Buffer.from(writeModelFile(stubbornModel(0.2, subject)));
  const file = readModelFile(model);
  if ('fault' in file) throw new Error(file.fault);
  const event = { district, subject, name: file.model.name, at: after(minute) + 1, sequence: minute, model };
  return { topic: forecastModels.name, event: eventToJson(forecastModels, event) };
}

/** Gives lines to the ingest in their order. */
export async function feed(machine: Machine, lines: readonly Line[]): Promise<void> {
  for (let i = 0; i < lines.length; ) {
    const line = lines[i]!;
    if ('heartbeat' in line) {
      await machine.ingest.heartbeat('golden', parseRfc3339(line.heartbeat)!);
      i++;
      continue;
    }
    const documents: unknown[] = [];
    for (let next = lines[i]; next && 'topic' in next && next.topic === line.topic; next = lines[++i])
      documents.push(next.event);
    const { rejected } = await machine.ingest.json(line.topic, documents);
    if (rejected[0]) throw new Error(`${line.topic}: ${JSON.stringify(rejected[0].rejection)}`);
  }
}
