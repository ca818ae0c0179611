import { describe, expect, it } from 'vitest';
import type { Fetched, Want } from './kafka-fetch.ts';
import { KafkaReader } from './kafka-reader.ts';
import type { RecordBatch } from './log.ts';
import { RdkafkaCursors } from './rdkafka-cursors.ts';
import { RdkafkaDirect, RdkafkaLookout } from './rdkafka-fetchers.ts';
import type { RdkafkaConsumer, RdkafkaMessage, RdkafkaPlace } from './rdkafka-module.ts';

/** A consumer as node-rdkafka's: an error that comes behind records of the same call is not told. */
class FakeConsumer {
  readonly refused = new Set<number>();
  readonly missing = new Set<number>();
  /** Whether a record of another partition comes before those of ours. */
  isShared = false;
  assigned = 0;
  next = 0;
  private foreign = 0;
  private place = Number.NaN;
  private timeout = 0;
  private readonly onEnd: ((place: RdkafkaPlace) => void)[] = [];

  on(event: string, listener: (place: RdkafkaPlace) => void): void {
    if (event === 'partition.eof') this.onEnd.push(listener);
  }

  incrementalAssign([place]: readonly RdkafkaPlace[]): void {
    this.assigned++;
    this.foreign = this.isShared ? 1 : 0;
    this.place = (place as RdkafkaPlace).offset;
  }

  incrementalUnassign(): void {
    this.place = Number.NaN;
  }

  setDefaultConsumeTimeout(milliseconds: number): void {
    this.timeout = milliseconds;
  }

  consume(most: number, done: (error: Error | null, messages: RdkafkaMessage[]) => void): void {
    const messages: RdkafkaMessage[] = [];
    let error: Error | null = null;
    if (this.foreign-- > 0) messages.push({ topic: 't', partition: 1, offset: 7, value: Buffer.from('x') });
    while (messages.length < most && this.place < this.next) {
      const offset = this.place++;
      if (this.missing.has(offset)) continue;
      if (this.refused.has(offset)) {
        if (messages.length === 0) error = Object.assign(new Error('bad message'), { code: -199 });
        break;
      }
      messages.push({ topic: 't', partition: 0, offset, value: Buffer.from(`v${offset}`) });
    }
    if (this.place >= this.next)
      for (const tell of this.onEnd) tell({ topic: 't', partition: 0, offset: this.place });
    setTimeout(() => done(error, messages), messages.length === 0 && error === null ? this.timeout : 0);
  }
}

const wantOf = (position: number, maxBytes = 1_000): Want => ({
  topic: 't',
  partition: 0,
  position,
  maxBytes,
});

function setUp(next: number) {
  const consumer = new FakeConsumer();
  consumer.next = next;
  const open = () => Promise.resolve(new RdkafkaCursors(consumer as unknown as RdkafkaConsumer));
  const direct = new RdkafkaDirect(open, () => Promise.resolve({ first: 0, next: consumer.next }));
  const fetch = async (position: number, maxBytes?: number): Promise<Fetched> =>
    (await direct.fetch('', [wantOf(position, maxBytes)], 0, new Set()))[0] as Fetched;
  return { consumer, direct, fetch, reader: new KafkaReader(direct, direct) };
}

const positionsOf = (batch: RecordBatch | Fetched['chunk']): number[] => [...(batch?.positions ?? [])];

describe('what librdkafka brings of a partition', () => {
  it('goes on where it stands, without asking the brokers again', async () => {
    const { consumer, fetch } = setUp(100);
    expect(positionsOf((await fetch(0, 20)).chunk)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(positionsOf((await fetch(10, 3)).chunk)).toEqual([10]);
    expect(positionsOf((await fetch(95)).chunk)).toEqual([95, 96, 97, 98, 99]);
    expect(consumer.assigned).toBe(1);
  });

  it('is asked for again where somebody reads what was passed', async () => {
    const { consumer, fetch } = setUp(100);
    await fetch(50, 3);
    expect(positionsOf((await fetch(10, 2)).chunk)).toEqual([10]);
    expect(consumer.assigned).toBe(2);
  });

  it('lies one value behind the other in one buffer', async () => {
    const { chunk } = await setUp(3).fetch(0);
    expect(chunk?.bytes.toString()).toBe('v0v1v2');
    expect(chunk).toMatchObject({ count: 3, from: 0, next: 3 });
    expect([...chunk!.valueStarts, ...chunk!.valueEnds]).toEqual([0, 2, 4, 2, 4, 6]);
  });

  it('is nothing at the end, and outside the bounds an error that names them', async () => {
    const { fetch } = setUp(5);
    expect(await fetch(5)).toMatchObject({ errorCode: 0, chunk: undefined, damage: undefined });
    expect(await fetch(6)).toMatchObject({ errorCode: 1, first: 0, next: 5 });
  });
});

describe('a record that is not as it was written', () => {
  it.each([0, 4, 9])('is not passed over, though librdkafka does not always tell of it: %i', async (at) => {
    const { consumer, reader } = setUp(10);
    consumer.refused.add(at);
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for (let next = 0; ; ) {
        const batch = await reader.read('t', 0, next, 1_000);
        if (batch === undefined) return;
        seen.push(...positionsOf(batch));
        next = batch.nextPosition;
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'log.corrupt' });
    expect(seen).toEqual(Array.from({ length: at }, (_, i) => i));
    expect(reader.damaged).toBeGreaterThan(0);
  });

  it('is not passed over where records of another partition hide it', async () => {
    const { consumer, reader } = setUp(1);
    consumer.refused.add(0);
    consumer.isShared = true;
    await expect(reader.read('t', 0, 0, 1_000)).rejects.toMatchObject({ code: 'log.corrupt' });
  });

  it('is told from a position that never had one', async () => {
    const { consumer, reader } = setUp(6);
    consumer.missing.add(3);
    const first = await reader.read('t', 0, 0, 1_000);
    expect(positionsOf(first)).toEqual([0, 1, 2]);
    expect(positionsOf(await reader.read('t', 0, 3, 1_000))[0]).toBe(4);
  });
});

it('a lookout ends when something comes, with what came, or after its time with nothing', async () => {
  const consumer = new FakeConsumer();
  const lookout = new RdkafkaLookout(() =>
    Promise.resolve(new RdkafkaCursors(consumer as unknown as RdkafkaConsumer)),
  );
  expect(await lookout.fetch('', [wantOf(0)], 20)).toEqual([]);
  consumer.next = 2;
  const [fetched] = await lookout.fetch('', [wantOf(0)], 5_000);
  expect(positionsOf(fetched?.chunk)).toEqual([0, 1]);
  expect(consumer.assigned).toBe(1);
  consumer.next = 3;
  consumer.refused.add(2);
  expect(await lookout.fetch('', [wantOf(2)], 5_000)).toMatchObject([{ errorCode: -199, chunk: undefined }]);
});
