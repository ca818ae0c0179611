import type { Sent, Share } from './kafka-appender.ts';
import { keyOfPartition } from './kafka-fetch.ts';
import { answered, codeOf, type RdkafkaProducer, rdkafkaCodes } from './rdkafka-module.ts';

/** How long one thread of the pool waits for deliveries before it is free for others. Milliseconds. */
const flushFor = 250;
/** Bytes of no length that are there: without them a record would have no value instead of an empty one. */
const empty = Buffer.alloc(1).subarray(0, 0);

/** Sends through librdkafka, one call at a time. */
export class RdkafkaSender {
  private readonly producer: RdkafkaProducer;
  private readonly next = new Map<string, Sent & { readonly next: number }>();
  private undelivered = 0;
  private failure: unknown;

  constructor(producer: RdkafkaProducer) {
    this.producer = producer;
    producer.on('delivery-report', (error, { topic, partition, offset }) => {
      this.undelivered--;
      if (error) this.failure ??= error;
      else this.next.set(keyOfPartition(topic, partition), { topic, partition, next: offset + 1 });
    });
  }

  /** Resolves when all in-sync replicas have all records; rejects once nothing is under way any longer. */
  async send(shares: readonly Share[]): Promise<Sent[]> {
    this.next.clear();
    this.failure = undefined;
    try {
      for (const share of shares) await this.produce(share);
    } catch (error) {
      this.failure ??= error;
    }
    while (this.undelivered > 0) await this.flush();
    if (this.failure !== undefined) throw this.failure;
    return [...this.next.values()];
  }

  private async produce({ topic, partition, records }: Share): Promise<void> {
    for (const { key, value } of records)
      for (;;)
        try {
          const keyBytes = key === '' ? empty : Buffer.from(key);
          this.producer.produce(topic, partition, value.length === 0 ? empty : value, keyBytes);
          this.undelivered++;
          break;
        } catch (error) {
          if (codeOf(error) !== rdkafkaCodes.queueFull) throw error;
          await this.flush();
        }
  }

  private flush(): Promise<unknown> {
    // That not all was delivered in this time is no failure; what fails is told of each record.
    return answered((done) => this.producer.flush(flushFor, done)).catch(() => {});
  }
}
