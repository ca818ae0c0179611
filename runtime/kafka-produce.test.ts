import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readChunk } from './kafka-batches.ts';
import { encodeProduce } from './kafka-produce.ts';

interface KafkajsRequest {
  encode(): Promise<{ readonly buffer: Buffer }>;
}

const produceOfKafkajs = createRequire(import.meta.url)(
  'kafkajs/src/protocol/requests/produce/v7/request',
) as (options: object) => KafkajsRequest;

const now = 1_772_517_600_123;

const record = fc.record({
  key: fc.oneof(fc.constantFrom('', 'mitte', 'übersee'), fc.string({ unit: 'grapheme', maxLength: 80 })),
  value: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});
const records = fc.oneof(
  fc.array(record, { minLength: 1, maxLength: 5 }),
  // So many that their numbers take two bytes.
  record.map((one) => Array.from({ length: 200 }, () => one)),
);
const parts = fc.uniqueArray(
  fc.record({ topic: fc.constantFrom('a.b.v1', 'größe.v1'), partition: fc.nat({ max: 3 }), records }),
  { minLength: 1, maxLength: 5, selector: ({ topic, partition }) => `${topic}/${partition}` },
);

it('is byte for byte what kafkajs sends', async () => {
  await fc.assert(
    fc.asyncProperty(parts, async (sent) => {
      const topics = [...new Set(sent.map(({ topic }) => topic))];
      const request = produceOfKafkajs({
        acks: -1,
        timeout: 30_000,
        producerEpoch: -1,
        topicData: topics.map((topic) => ({
          topic,
          partitions: sent
            .filter((part) => part.topic === topic)
            .map((part) => ({
              partition: part.partition,
              firstSequence: -1,
              messages: part.records.map((each) => ({ ...each, timestamp: now })),
            })),
        })),
      });
      const { buffer } = await request.encode();
      expect(encodeProduce(sent, now).equals(buffer)).toBe(true);
    }),
  );
});

it('is read again as what was written', () => {
  const values = ['one', '', 'three'].map((text) => Buffer.from(text));
  const bytes = encodeProduce(
    [{ topic: 't', partition: 2, records: values.map((value) => ({ key: 'k', value })) }],
    now,
  );
  // No transaction, acknowledgements, time, topics; a name; partitions, their number; the length of the batch.
  const start = 2 + 2 + 4 + 4 + (2 + 1) + 4 + 4 + 4;
  const chunk = readChunk(bytes, start, bytes.length, 0);
  const read = Array.from({ length: chunk?.count ?? 0 }, (_, i) =>
    bytes.toString('utf8', chunk?.valueStarts[i], chunk?.valueEnds[i]),
  );
  expect(read).toEqual(['one', '', 'three']);
});
