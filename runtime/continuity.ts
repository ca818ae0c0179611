/** Whether a log still is what a task has read of it: records may be gone, at either end, and must be missed. */
import { crc32c } from './crc32c.ts';
import type { EventLog, RecordBatch } from './log.ts';
import type { Gap, LastRecord, TopicProgress } from './measures.ts';

/** The last record of a batch, by which the log is known again. */
export function lastRecordOf({ count, bytes, valueStarts, valueEnds, positions }: RecordBatch): LastRecord {
  const i = count - 1;
  return {
    position: positions[i] as number,
    crc: crc32c(bytes, valueStarts[i] as number, valueEnds[i] as number),
  };
}

/**
 * What is missing of one topic, if anything. `position` is where the task reads on: from its last checkpoint, which
 * may be before what it has committed (`known`).
 */
export async function findGap(
  log: EventLog,
  topic: string,
  partition: number,
  position: number,
  known: TopicProgress | undefined,
): Promise<Gap | undefined> {
  const { first, next } = await log.bounds(topic, partition);
  if (position < first) return { kind: 'expired', from: position, to: first };
  const reached = Math.max(position, known?.processedTo ?? 0);
  if (reached > next) return { kind: 'truncated', from: next, to: reached };
  const last = known?.last;
  if (last === undefined || last.position < first) return undefined;
  const batch = await log.read(topic, partition, last.position, 1);
  if (batch === undefined || batch.positions[0] !== last.position) return undefined;
  const crc = crc32c(batch.bytes, batch.valueStarts[0] as number, batch.valueEnds[0] as number);
  return crc === last.crc ? undefined : { kind: 'replaced', from: last.position, to: reached };
}

/** Where reading may go on once somebody has accepted that the records of a gap are gone. */
export const afterGap = ({ kind, from, to }: Gap): number => (kind === 'truncated' ? from : to);

export const sayGap = (topic: string, partition: number, { kind, from, to }: Gap): string => {
  const said = {
    expired: `no longer has ${from} to ${to}, which were not processed`,
    truncated: `ends at ${from}, but records up to ${to} were processed`,
    replaced: `has other records from ${from} on than those that were processed`,
  };
  return `${topic}/${partition} ${said[kind]}; restore it, or let arterial accept-loss go on without them`;
};

/** What is noted of a topic that misses records, or goes on without some. */
export const gapIn = (gaps: ReadonlyMap<string, Gap>, topic: string): { gap?: Gap } => {
  const gap = gaps.get(topic);
  return gap ? { gap } : {};
};
export const lostIn = (lost: ReadonlyMap<string, number>, topic: string): { lost?: number } => {
  const records = lost.get(topic);
  return records ? { lost: records } : {};
};
