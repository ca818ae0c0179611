/** The product behind the signal protocol: an ingest, a log, the processors and what they say. */
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import { intersectionPerformance } from '#processors/intersection-performance/intersection-performance.ts';
import { signalControl } from '#processors/signal-control/signal-control.ts';
import { signalTiming } from '#processors/signal-timing/signal-timing.ts';
import type { EventLog } from '#runtime/log.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { type AnyTopic, decodeRecord, schemaIdOf, type Topic } from '#schemas/topic.ts';
import {
  approachStates,
  signalAcknowledgements,
  signalRecommendations,
  signalStages,
  signalStatuses,
} from '#schemas/topics.ts';
import { createTopics } from './parts.ts';
import { planLine, stageLine } from './signals-advice.ts';
import { district, type Hello, networkOf, statusesOf, type Tick, timeOf } from './signals-lines.ts';
import { openStage, type Stage } from './stage.ts';

/** Answers ticks with lines of advice. */
export interface Adviser {
  take(tick: Tick): Promise<object[]>;
  close(): Promise<void>;
}

/** What the controllers take: a stage each tick, or a plan now and then. */
export type Advised = 'stages' | 'plans';

/** Who vouches in the heartbeats. */
const source = 'signals';
/** All signals are one district, and so in one partition. */
const partitions = 1;
/** Whose advice is heard; the performance of intersections is what plans rest on where events tell of it. */
const processorsFor = {
  stages: [signalControl],
  plans: [signalControl, intersectionPerformance, signalTiming],
} as const;
/** After the moment of a tick: by then every status of it has been seen. */
const afterTick = signalControl.lateness + 2 * signalControl.tick;

export async function openAdviser(
  hello: Hello,
  advised: Advised,
  note: (line: string) => void,
  minute: (said: ApproachState) => void = () => undefined,
): Promise<Adviser> {
  const network = networkOf(hello);
  const log = createMemoryLog();
  await createTopics(log, partitions);
  let now: EventTime = 0;
  const processors = processorsFor[advised];
  const stage = openStage({
    log,
    store: createMemoryMeasures(),
    network,
    partitions,
    processors,
    clock: { now: () => now, rate: 0 },
    notice: note,
    pace: 'lockstep',
  });
  await stage.run.started;
  const vouched = rawTopicsOf(processors);
  const hear = advised === 'stages' ? stages(log, hello, network) : plans(log, hello, network, stage);
  const hearMinutes = listenTo(log, approachStates);
  let sequence = 0;
  return {
    async take(tick) {
      now = timeOf(tick.t);
      await tell(stage, statusesOf(tick, network, hello.apply_latency_s, sequence++), note);
      await stage.ingest.heartbeat(source, now + afterTick, vouched);
      await stage.run.settle();
      for (const said of await hearMinutes()) minute(said);
      return hear(tick, now);
    },
    async close() {
      await stage.stop();
    },
  };
}

/** What the processors read that none of them writes. */
function rawTopicsOf(processors: readonly { reads: readonly AnyTopic[]; writes: readonly AnyTopic[] }[]) {
  const written = new Set(processors.flatMap(({ writes }) => writes.map(({ name }) => name)));
  const read = new Map(processors.flatMap(({ reads }) => reads.map((topic) => [topic.name, topic])));
  return [...read.values()].filter(({ name }) => !written.has(name));
}

async function tell(
  { ingest }: Stage,
  statuses: ReturnType<typeof statusesOf>,
  note: (line: string) => void,
): Promise<void> {
  const { rejected } = await ingest.events(signalStatuses, statuses);
  for (const { rejection } of rejected) note(`refused: ${rejection.field} ${rejection.detail}`);
}

type Hear = (tick: Tick, now: EventTime) => Promise<object[]>;

/** At each tick the stage that was advised last for each signal. */
function stages(log: EventLog, hello: Hello, network: Network): Hear {
  const hear = listenTo(log, signalStages);
  const advice = new Map<string, SignalStage>();
  return async (tick, now) => {
    const heard = await hear();
    for (const said of heard) advice.set(said.intersection, said);
    return tick.signals.flatMap((shown): object[] => {
      const said = advice.get(shown.id);
      if (said === undefined) return [];
      if (said.phases.length === 0)
        return heard.includes(said) ? [{ type: 'release', signal: shown.id }] : [];
      return said.expiresAt < now ? [] : [stageLine(said, shown, tick.t, hello, network)];
    });
  };
}

/** Each plan once; the controller takes it, and says so. */
function plans(log: EventLog, hello: Hello, network: Network, { ingest }: Stage): Hear {
  const hear = listenTo(log, signalRecommendations);
  let sequence = 0;
  const applied = ({ intersection, recommendation }: SignalRecommendation, at: EventTime) =>
    ({
      district,
      intersection,
      recommendation,
      sequence: sequence++,
      at,
      status: 'applied',
      reason: null,
      by: intersection,
    }) satisfies SignalAcknowledgement;
  return async (_, now) => {
    const heard = await hear();
    await ingest.events(
      signalAcknowledgements,
      heard.map((said) => applied(said, now)),
    );
    return heard.map((said) => planLine(said, hello, network));
  };
}

/** Reads what has been said since the last time. */
function listenTo<Event>(log: EventLog, topic: Topic<Event>): () => Promise<Event[]> {
  let position = 0;
  return async () => {
    const heard: Event[] = [];
    for (;;) {
      const batch = await log.read(topic.name, 0, position, 1 << 20);
      if (!batch) return heard;
      for (let i = 0; i < batch.count; i++) {
        const [start, end] = [batch.valueStarts[i] as number, batch.valueEnds[i] as number];
        if (schemaIdOf(batch.bytes, start, end) !== embeddedIds.id(topic.name)) continue;
        const event = decodeRecord(topic, batch.bytes, start, end);
        if (!isRejection(event)) heard.push(event);
      }
      position = batch.nextPosition;
    }
  };
}
