import { describe, expect, it } from 'vitest';
import { readChunk } from '#runtime/kafka-batches.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { decodeRecord, encodeRecord } from '#schemas/topic.ts';
import { parkingEvents } from '#schemas/topics.ts';
import { Batch, sequenceAtFirst, timeAtFirst } from './batch.ts';

const event = (facility: string) => ({
  facility,
  sequence: sequenceAtFirst,
  at: timeAtFirst,
  kind: 'count' as const,
  space: null,
  occupiedSpaces: 7,
});
const made = (facility: string, offset: number) => ({
  key: facility,
  value: encodeRecord(parkingEvents, event(facility), embeddedIds.id(parkingEvents.name)),
  offset,
});

describe('a batch that is sent again', () => {
  it('has the numbers and times of each time, and a CRC that is right', () => {
    const batch = new Batch([made('P1', 3), made('P22', -4_000)]);
    for (const [start, sequence] of [
      [1_799_999_999_950, sequenceAtFirst],
      [1_800_000_000_000, sequenceAtFirst + 77],
    ] as const) {
      batch.stamp(start, sequence);
      const { bytes } = batch;
      const chunk = readChunk(bytes, 0, bytes.length, 0)!;
      const read = [0, 1].map((i) =>
        decodeRecord(parkingEvents, bytes, chunk.valueStarts[i]!, chunk.valueEnds[i]!),
      );
      expect(read).toEqual([
        { ...event('P1'), sequence, at: start + 3 },
        { ...event('P22'), sequence, at: start - 4_000 },
      ]);
    }
  });
});
