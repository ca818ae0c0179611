/** The product behind the signal protocol: an ingest, a log, the processor and what it says. */
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import { signalControl } from '#processors/signal-control/signal-control.ts';
import type { EventLog } from '#runtime/log.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, schemaIdOf, type Topic } from '#schemas/topic.ts';
import { approachStates, signalStages, signalStatuses } from '#schemas/topics.ts';
import { createTopics } from './parts.ts';
import {
  type Hello,
  networkOf,
  phaseOf,
  secondsOf,
  stageOf,
  statusesOf,
  type Tick,
  timeOf,
} from './signals-lines.ts';
import { openStage, type Stage } from './stage.ts';

/** Answers ticks with lines of advice. */
export interface Adviser {
  take(tick: Tick): Promise<object[]>;
  close(): Promise<void>;
}

/** Who vouches in the heartbeats. */
const source = 'signals';
/** All signals are one district, and so in one partition. */
const partitions = 1;
/** After the moment of a tick: by then every status of it has been seen. */
const afterTick = signalControl.lateness + 2 * signalControl.tick;
/** Green of a stage that a controller is to go on with until it hears more, s. */
const untilMoreSeconds = 30;

export async function openAdviser(
  hello: Hello,
  note: (line: string) => void,
  minute: (said: ApproachState) => void = () => undefined,
): Promise<Adviser> {
  const network = networkOf(hello);
  const log = createMemoryLog();
  await createTopics(log, partitions);
  let now: EventTime = 0;
  const stage = openStage({
    log,
    store: createMemoryMeasures(),
    network,
    partitions,
    processors: [signalControl],
    clock: { now: () => now, rate: 0 },
    notice: note,
    pace: 'lockstep',
  });
  await stage.run.started;
  const hear = listenTo(log, signalStages);
  const hearMinutes = listenTo(log, approachStates);
  const advice = new Map<string, SignalStage>();
  let sequence = 0;
  return {
    async take(tick) {
      now = timeOf(tick.t);
      await tell(stage, statusesOf(tick, network, hello.apply_latency_s, sequence++), note);
      await stage.ingest.heartbeat(source, now + afterTick, [signalStatuses]);
      await stage.run.settle();
      for (const said of await hear()) advice.set(said.intersection, said);
      for (const said of await hearMinutes()) minute(said);
      return tick.signals.flatMap((shown) => {
        const said = advice.get(shown.id);
        return said === undefined || said.expiresAt < now
          ? []
          : [lineOf(said, shown, tick.t, hello, network)];
      });
    },
    async close() {
      await stage.stop();
    },
  };
}

async function tell(
  { ingest }: Stage,
  statuses: ReturnType<typeof statusesOf>,
  note: (line: string) => void,
): Promise<void> {
  const { rejected } = await ingest.events(signalStatuses, statuses);
  for (const { rejection } of rejected) note(`refused: ${rejection.field} ${rejection.detail}`);
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

/** A stage that is to come later is said as a plan whose first green ends then. */
function lineOf(
  { callAt, phases, previous }: SignalStage,
  { id: signal, stage: shown, clearing_to, elapsed_s }: Tick['signals'][number],
  t: number,
  { apply_latency_s, signals, rules }: Hello,
  { intersections }: Network,
): object {
  const stage = stageOf(phases[0] as number);
  const from = shown ?? clearing_to;
  const waitSeconds = secondsOf(callAt) - t - apply_latency_s;
  const line = signals.find(({ id }) => id === signal);
  if (
    line === undefined ||
    waitSeconds <= 0 ||
    from === null ||
    from === stage ||
    previous[0] !== phaseOf(from)
  )
    return { type: 'stage', signal, stage };
  const least = intersections.get(signal)?.phases[0]?.minGreenSeconds ?? 0;
  const others = line.stages.flatMap(({ native_green_s }, other) =>
    other === from || other === stage ? [] : [{ stage: other, green_s: Math.max(least, native_green_s) }],
  );
  const stages = [
    { stage: from, green_s: (shown === null ? 0 : elapsed_s) + apply_latency_s + waitSeconds },
    { stage, green_s: untilMoreSeconds },
    ...others,
  ];
  // No plan may be longer than the protocol allows: then it is called with the next tick, when its time has come.
  const cycleSeconds = stages.reduce((sum, { green_s }) => sum + green_s + line.yellow_s + line.all_red_s, 0);
  if (cycleSeconds > rules.max_cycle_s) return { type: 'stage', signal, stage: from };
  return { type: 'plan', signal, stages };
}
