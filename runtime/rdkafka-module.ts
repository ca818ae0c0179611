/**
 * node-rdkafka, which is there only where somebody has added it: it takes minutes and a compiler to build. Its own
 * types cannot be imported for the same reason, so what the log uses of it is written down here.
 */
import { ArterialError } from './errors.ts';

/** Adds node-rdkafka. */
export const addRdkafka = 'npm run add-rdkafka';

type Done<Result> = (error: Error | null | undefined, result: Result) => void;

export interface RdkafkaMetadata {
  readonly topics: readonly { readonly name: string; readonly partitions: readonly { leader: number }[] }[];
}

export interface RdkafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: Buffer | null;
}

/** What has to do with one partition, such as its end or a delivery. */
export type RdkafkaPlace = Omit<RdkafkaMessage, 'value'>;

export interface RdkafkaHandle {
  connect(options: { allTopics: boolean; timeout: number }, done: Done<RdkafkaMetadata>): unknown;
  disconnect(done: Done<unknown>): unknown;
  getMetadata(options: { allTopics: boolean; timeout: number }, done: Done<RdkafkaMetadata>): unknown;
  queryWatermarkOffsets(
    topic: string,
    partition: number,
    timeout: number,
    done: Done<{ readonly lowOffset: number; readonly highOffset: number }>,
  ): unknown;
  on(event: 'event.log', listener: (entry: { readonly message: string }) => void): unknown;
  on(event: 'event.error', listener: (error: Error) => void): unknown;
}

export interface RdkafkaProducer extends RdkafkaHandle {
  /** Throws where the message cannot be taken. The bytes are copied. */
  produce(topic: string, partition: number, value: Buffer, key: Buffer): unknown;
  /** Sends at once, and waits so long for the deliveries of all that is under way. */
  flush(timeout: number, done: Done<unknown>): unknown;
  on(event: 'event.log', listener: (entry: { readonly message: string }) => void): unknown;
  on(event: 'event.error', listener: (error: Error) => void): unknown;
  on(event: 'delivery-report', listener: (error: Error | null, place: RdkafkaPlace) => void): unknown;
}

export interface RdkafkaConsumer extends RdkafkaHandle {
  incrementalAssign(places: readonly RdkafkaPlace[]): unknown;
  incrementalUnassign(places: readonly Omit<RdkafkaPlace, 'offset'>[]): unknown;
  /** How long `consume` waits for each message. Milliseconds. */
  setDefaultConsumeTimeout(milliseconds: number): void;
  consume(most: number, done: Done<readonly RdkafkaMessage[]>): void;
  on(event: 'event.log', listener: (entry: { readonly message: string }) => void): unknown;
  on(event: 'event.error', listener: (error: Error) => void): unknown;
  on(event: 'partition.eof', listener: (place: RdkafkaPlace) => void): unknown;
}

export interface RdkafkaAdmin {
  createTopic(
    topic: { topic: string; num_partitions: number; replication_factor: number },
    timeout: number,
    done: (error?: Error) => void,
  ): void;
  disconnect(): void;
}

export type RdkafkaOptions = Readonly<Record<string, string | number | boolean>>;

export interface RdkafkaModule {
  readonly Producer: new (options: RdkafkaOptions, topicOptions: RdkafkaOptions) => RdkafkaProducer;
  readonly KafkaConsumer: new (options: RdkafkaOptions, topicOptions: RdkafkaOptions) => RdkafkaConsumer;
  /** What it was built with, such as `ssl`. */
  readonly features: readonly string[];
  readonly AdminClient: { create(options: RdkafkaOptions): RdkafkaAdmin };
}

/** Loads it. Throws `config.invalid`, with the command that helps, where it is missing or not built for this Node. */
export async function loadRdkafka(name = 'node-rdkafka'): Promise<RdkafkaModule> {
  try {
    // A name that is not written here is not looked for when types are checked.
    return ((await import(name)) as { readonly default: RdkafkaModule }).default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`);
    throw new ArterialError(
      'config.invalid',
      isMissing
        ? `ARTERIAL_KAFKA_CLIENT is rdkafka, but node-rdkafka is not installed; ${addRdkafka} adds it`
        : `ARTERIAL_KAFKA_CLIENT is rdkafka, but node-rdkafka cannot be loaded; ${addRdkafka} builds it: ${message}`,
      { cause },
    );
  }
}

/** The answer of a function that calls back. */
export const answered = <Result>(ask: (done: Done<Result>) => void): Promise<Result> =>
  new Promise((resolve, reject) => {
    ask((error, result) => (error ? reject(error) : resolve(result)));
  });

/** Numbers of librdkafka's own errors; those of brokers are above 0, and 0 is none. */
export const rdkafkaCodes = {
  badMessage: -199,
  transport: -195,
  unknownPartition: -190,
  allBrokersDown: -187,
  unknownTopic: -188,
  timedOut: -185,
  queueFull: -184,
  fatal: -150,
} as const;

export const codeOf = (error: unknown): number => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : 0;
};
