/** The time of a simulated street that another process moves on: read from its heartbeats in the log. */
import type { EventTime } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { EventLog } from '#runtime/log.ts';
import { machineTimers } from '#runtime/timers.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeBody, type SchemaIds, schemaIdOf } from '#schemas/topic.ts';
import { citizenReports } from '#schemas/topics.ts';
import { Reader } from '#schemas/wire.ts';
import { streetSource } from './street.ts';

/** The topic in which least is said beside heartbeats. */
const topic = citizenReports.name;
const partition = 0;
const lookBack = 100;

/** Follows the street until the signal aborts; between two heartbeats time goes on at `rate`. */
export async function followStreetClock(
  log: EventLog,
  ids: SchemaIds,
  rate: number,
  signal: AbortSignal,
): Promise<CityClock> {
  let heard = { at: 0 as EventTime, when: performance.now() };
  const { first, next } = await log.bounds(topic, partition);
  let position = Math.max(first, next - lookBack);
  const readOn = async (): Promise<void> => {
    for (;;) {
      const batch = await log.read(topic, partition, position, 1 << 16);
      if (!batch) return;
      for (let i = 0; i < batch.count; i++) {
        const [start, end] = [batch.valueStarts[i]!, batch.valueEnds[i]!];
        if (schemaIdOf(batch.bytes, start, end) !== ids.heartbeat) continue;
        const beat = decodeBody(new Reader(batch.bytes, start + 5, end), decodeHeartbeat);
        if (!isRejection(beat) && beat.source === streetSource && beat.at > heard.at)
          heard = { at: beat.at, when: performance.now() };
      }
      position = batch.nextPosition;
    }
  };
  await readOn();
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      // A log that is away tells no time; the clock goes on by itself meanwhile.
      await log.appended(topic, partition, position, signal).catch(() => restAfterError(signal));
      if (!signal.aborted) await readOn().catch(() => restAfterError(signal));
    }
  };
  follow();
  return { now: () => Math.round(heard.at + (performance.now() - heard.when) * rate), rate };
}

const restAfterError = (signal: AbortSignal): Promise<void> => machineTimers.sleep(1_000, signal);
