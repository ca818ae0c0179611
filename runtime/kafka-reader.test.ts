import { describe, expect, it } from 'vitest';
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

/** What a lookout was asked, and has not answered yet. */
class Lookout extends Broker {
  answer: (how: 'with the record' | 'with nothing') => void = () => {};

  override async fetch(): Promise<readonly Fetched[]> {
    const how = await new Promise((resolve) => {
      this.answer = resolve;
    });
    if (this.isAway) throw new Error('the broker is away');
    return how === 'with the record' ? super.fetch() : [];
  }
}

describe('what this process has written', () => {
  /** Somebody follows the partition from its begin, and then something is written. */
  async function written() {
    const [direct, lookout] = [new Broker(), new Lookout()];
    const asked = { directly: 0 };
    const counting: Fetcher = {
      leaderOf: () => direct.leaderOf(),
      refresh: () => direct.refresh(),
      fetch() {
        asked.directly++;
        return direct.fetch();
      },
    };
    const reader = new KafkaReader(counting, lookout);
    const following = reader.appended('t', 0, 0, new AbortController().signal);
    await new Promise((resolve) => setImmediate(resolve));
    reader.wrote('t', 0, 1);
    const reading = reader.read('t', 0, 0, 1);
    await new Promise((resolve) => setImmediate(resolve));
    return { reader, lookout, following, reading, asked };
  }

  it('comes with what all look out for, and is not asked for alone', async () => {
    const { reader, lookout, following, reading, asked } = await written();
    lookout.answer('with the record');
    await following;
    expect((await reading)?.count).toBe(1);
    expect(asked.directly).toBe(0);
    reader.close();
  });

  it.each(['does not bring it', 'fails'])('is asked for when looking out %s', async (how) => {
    const { reader, lookout, reading, asked } = await written();
    lookout.isAway = how === 'fails';
    for (let looks = 0; looks < 2; looks++) {
      lookout.answer('with nothing');
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await reading)?.count).toBe(1);
    expect(asked.directly).toBe(1);
    reader.close();
  });
});
