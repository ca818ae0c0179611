import type { LogRecord } from './log.ts';

/** More than this is not sent to one partition at once: a broker refuses a batch of a megabyte. Bytes. */
const batchBytesMost = 512 * 1024;
/** What a record takes beside its key and value, at most. Bytes. */
const recordOverhead = 32;

/** Records for one partition. */
export interface Share {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

/** Sends records, and resolves when all are durable. `next` is the position behind them, where it is known. */
export type Send = (shares: readonly Share[]) => Promise<readonly Sent[]>;

export interface Sent {
  readonly topic: string;
  readonly partition: number;
  readonly next: number | undefined;
}

/** A share that fits into one request. */
interface Pending extends Share {
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends in the order in which it is asked to: one request after the other, each with all that has come meanwhile.
 * When one fails those behind it fail too, since a retry would change the order.
 */
export class KafkaAppender {
  private readonly sendShares: Send;
  private readonly appended: (topic: string, partition: number, next: number) => void;
  private pending: Pending[] = [];
  private sending: Promise<void> | undefined;
  /** What was asked for last. */
  private last: Promise<void> = Promise.resolve();

  /** `appended` is told up to which position a partition has been written. */
  constructor(send: Send, appended: (topic: string, partition: number, next: number) => void) {
    this.sendShares = send;
    this.appended = appended;
  }

  /** Resolves when the records are durable. */
  async append(topic: string, partition: number, records: readonly LogRecord[]): Promise<void> {
    const parts: Promise<void>[] = [];
    let share: LogRecord[] = [];
    let bytes = 0;
    const end = (): void => {
      if (share.length > 0) parts.push(this.enqueue(topic, partition, share, bytes));
      share = [];
      bytes = 0;
    };
    for (const record of records) {
      const size = record.value.length + 3 * record.key.length + recordOverhead;
      if (bytes + size > batchBytesMost) end();
      share.push(record);
      bytes += size;
    }
    end();
    await Promise.all(parts);
  }

  /** Resolves when all is done that has been asked for so far, well or not. */
  async done(): Promise<void> {
    await this.last.catch(() => {});
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.sending;
  }

  private enqueue(
    topic: string,
    partition: number,
    records: readonly LogRecord[],
    bytes: number,
  ): Promise<void> {
    this.last = new Promise((resolve, reject) => {
      this.pending.push({ topic, partition, records, bytes, resolve, reject });
      this.sending ??= this.send();
    });
    return this.last;
  }

  private async send(): Promise<void> {
    // What is appended in the same turn shares a request.
    await undefined;
    while (this.pending.length > 0) {
      const batch = this.takeBatch();
      try {
        await this.sendBatch(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const behind = this.pending;
        this.pending = [];
        for (const { reject } of [...batch, ...behind]) reject(error);
      }
    }
    this.sending = undefined;
  }

  /** What fits into one request, in order: a partition that is full for this time holds back all behind it. */
  private takeBatch(): Pending[] {
    const sizes = new Map<string, number>();
    let count = 0;
    for (const { topic, partition, bytes } of this.pending) {
      const size = (sizes.get(`${topic}/${partition}`) ?? 0) + bytes;
      if (count > 0 && size > batchBytesMost) break;
      sizes.set(`${topic}/${partition}`, size);
      count++;
    }
    return this.pending.splice(0, count);
  }

  private async sendBatch(batch: readonly Pending[]): Promise<void> {
    for (const { topic, partition, next } of await this.sendShares(batch))
      if (next !== undefined) this.appended(topic, partition, next);
  }
}
