/** Runs a processor over events in memory, in event-time order: for examples in tests, not for service. */
import type { Network } from '#domain/network.ts';
import { type EventTime, floorTo } from '#domain/time.ts';
import type { Topic } from '#schemas/topic.ts';
import type { Input, Processor } from './processor.ts';

export interface Happening<Event> {
  readonly topic: Topic<Event>;
  readonly event: Event;
  /** Taken up as late at this time, instead of in order. */
  readonly lateAt?: EventTime;
}

export interface Emitted {
  readonly topic: string;
  readonly event: unknown;
}

/**
 * The outputs of `processor` for `happenings`, with a watermark at every tick from the first event up to `until`.
 * The same order as the task's: by time, watermarks before events of the same time, then topic, source and sequence.
 */
export function drive<Event, State>(
  processor: Processor<Event, State>,
  network: Network,
  happenings: readonly Happening<Event>[],
  until: EventTime,
): Emitted[] {
  const state = processor.initial(network, () => true);
  const emitted: Emitted[] = [];
  const emit = <Output>(topic: Topic<Output>, event: Output): void => {
    emitted.push({ topic: topic.name, event });
  };
  const step = (input: Input<Event>): void => {
    const given = structuredClone(input);
    processor.step(state, given, emit, network);
    spoilColumns(given);
  };
  const ordered = happenings
    .map(({ topic, event, lateAt }) => ({
      at: lateAt ?? topic.at(event),
      kind: lateAt === undefined ? ('event' as const) : ('late' as const),
      rank: processor.reads.findIndex((read) => read.name === topic.name),
      source: topic.source(event),
      sequence: topic.sequence(event),
      topic: topic.name,
      event,
    }))
    .sort((a, b) => a.at - b.at || a.rank - b.rank || compare(a.source, b.source) || a.sequence - b.sequence);
  const first = ordered[0]?.at ?? until;
  let tick = floorTo(first, processor.tick) + processor.tick;
  for (const { at, kind, topic, event } of ordered) {
    for (; tick <= at; tick += processor.tick) step({ kind: 'watermark', at: tick });
    step({ kind, at, topic, event });
  }
  for (; tick <= until; tick += processor.tick) step({ kind: 'watermark', at: tick });
  return emitted;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Columns are lent for a step: whoever keeps them finds other numbers in them later, as in service. */
function spoilColumns(value: unknown): void {
  if (value instanceof Int32Array) value.fill(0x7fff_ffff);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(spoilColumns);
}
