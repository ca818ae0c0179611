import { expect, it } from 'vitest';
import type { Fetched } from './kafka-fetch.ts';
import { type Fetcher, KafkaReader } from './kafka-reader.ts';

/** A broker with one record, at position 0. */
class Broker implements Fetcher {
  text = '';
  isAway = false;
  leader: string | undefined = '1';
  refreshed = 0;

  async leaderOf(): Promise<string | undefined> {
    return this.leader;
  }

  async fetch(): Promise<readonly Fetched[]> {
    if (this.isAway) throw new Error('the broker is away');
    const bytes = Buffer.from(this.text);
    const chunk = {
      from: 0,
      next: 1,
      count: 1,
      bytes,
      valueStarts: Int32Array.of(0),
      valueEnds: Int32Array.of(bytes.length),
      positions: Float64Array.of(0),
    };
    return [{ topic: 't', partition: 0, errorCode: 0, first: 0, next: 1, chunk, damage: undefined }];
  }

  async refresh(): Promise<void> {
    this.refreshed++;
  }
}

it('reads anew what it knew before the broker was away, which may have come back with other records', async () => {
  const broker = new Broker();
  const reader = new KafkaReader(broker, broker);
  const read = async (position: number): Promise<string | undefined> =>
    (await reader.read('t', 0, position, 1))?.bytes.toString();
  broker.text = 'before';
  expect(await read(0)).toBe('before');
  broker.isAway = true;
  await expect(read(1)).rejects.toThrow('away');
  broker.isAway = false;
  broker.text = 'after';
  expect(await read(0)).toBe('after');
  reader.close();
});

it('asks anew for the leader of a partition when the broker does not know it yet, and has it tried again', async () => {
  const broker = new Broker();
  const reader = new KafkaReader(broker, broker);
  broker.leader = undefined;
  const { signal } = new AbortController();
  for (const asked of [reader.read('t', 0, 0, 1), reader.appended('t', 0, 0, signal)])
    await expect(asked).rejects.toMatchObject({ code: 'log.unavailable', canRetry: true });
  expect(broker.refreshed).toBe(2);
  broker.leader = '1';
  expect((await reader.read('t', 0, 0, 1))?.count).toBe(1);
  reader.close();
});
