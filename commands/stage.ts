/** What every command does with the stream: an ingest before the log, the processors behind it. */
import type { Network } from '#domain/network.ts';
import { createIngest, type Ingest } from '#ingest/ingest.ts';
import type { PlateTokens } from '#ingest/plates.ts';
import { processors as allProcessors } from '#processors/main.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { LiveState } from '#runtime/live.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import type { Ownership } from '#runtime/ownership.ts';
import type { AnyProcessor } from '#runtime/processor.ts';
import { type Run, runProcessors } from '#runtime/run.ts';
import { embeddedIds } from '#schemas/registry.ts';
import type { AnyTopic, SchemaIds } from '#schemas/topic.ts';

export interface StageOptions {
  readonly log: EventLog;
  readonly store: MeasureStore;
  readonly live?: LiveState | undefined;
  /** Schema ids of the records in the log; those of the source tree when left out. */
  readonly ids?: SchemaIds;
  readonly network: Network;
  readonly partitions: number;
  /** Which of the partitions are this process's own; all of them without it. */
  readonly ownership?: Ownership;
  readonly clock: CityClock;
  readonly plates?: PlateTokens;
  readonly processors?: readonly AnyProcessor[];
  readonly notice: (message: string) => void;
  /** `service` and `bulk` save effort while they wait; `lockstep` tells all at once, so that `settle` is quick. */
  readonly pace: keyof typeof paces;
}

/** Milliseconds. */
export const paces = {
  service: {
    flushEvery: 250,
    flushIdleEvery: 20,
    vouchEvery: 1_000,
    checkpointEvery: 5_000,
    lingerMilliseconds: 0,
  },
  bulk: {
    flushEvery: 1_000,
    flushIdleEvery: 200,
    vouchEvery: 200,
    checkpointEvery: 10_000,
    lingerMilliseconds: 20,
  },
  lockstep: {
    flushEvery: 1_000,
    flushIdleEvery: 0,
    vouchEvery: 0,
    checkpointEvery: 10_000,
    lingerMilliseconds: 0,
  },
};

export interface Stage {
  readonly ingest: Ingest;
  readonly run: Run;
  /** Has every task flush, save and end. */
  stop(): Promise<void>;
}

export function openStage(options: StageOptions): Stage {
  const { log, store, network, partitions, clock, notice, pace } = options;
  const { plates, ids = embeddedIds } = options;
  const stopping = new AbortController();
  const run = runProcessors({
    processors: options.processors ?? allProcessors,
    network,
    partitions,
    ...(options.ownership ? { ownership: options.ownership } : {}),
    log,
    store,
    live: options.live,
    ids,
    ...paces[pace],
    notice,
    signal: stopping.signal,
  });
  return {
    ingest: createIngest({ log, network, ids, clock, ...(plates ? { plates } : {}) }),
    run,
    async stop() {
      stopping.abort();
      await run.ended;
      await run.done;
    },
  };
}

/** Something for the log: an event and its topic. */
export interface Emission {
  readonly topic: AnyTopic;
  readonly event: unknown;
}

/** Gives emissions to the ingest, one call a topic, in the order in which they came. */
export async function ingestAll(ingest: Ingest, emissions: readonly Emission[]): Promise<number> {
  const byTopic = new Map<AnyTopic, unknown[]>();
  for (const { topic, event } of emissions) {
    const events = byTopic.get(topic);
    if (events) events.push(event);
    else byTopic.set(topic, [event]);
  }
  const results = await Promise.all([...byTopic].map(([topic, events]) => ingest.events(topic, events)));
  return results.reduce((sum, { rejected }) => sum + rejected.length, 0);
}
