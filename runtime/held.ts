import type { EventTime } from '#domain/time.ts';

/**
 * A record that waits for the watermark, as the bytes that were judged good: objects that live for seconds cost more
 * than decoding them again.
 */
export interface Held {
  /** When it is taken up. */
  readonly time: EventTime;
  /** Index of its topic among those that the processor reads. */
  readonly rank: number;
  readonly source: string;
  readonly sequence: number;
  /** The first texts of the record, with which it is read again; empty where they are not known. */
  readonly first: string;
  readonly second: string;
  readonly kind: 'event' | 'late';
  /** Framed, in the topic's own schema. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Where it stood, as long as it may still be set aside. */
  readonly origin?: Origin;
}

/** A record by where it stands in the log. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly bytes: Buffer;
}
