/** A program that does the jobs: Arterial or a peer. */
import type { Job } from './jobs.ts';
import { peerTable, type ResultTable } from './table.ts';

export type Guarantee = 'exactly-once' | 'at-least-once';

export interface Subject {
  readonly name: string;
  /** Names the folder it is built in, where several subjects are of one build; else it has one of its own name. */
  readonly builtAs?: string;
  /** Makes ready what it needs, in a folder that is kept; says what is missing if it cannot. */
  build?(folder: string): Promise<void>;
  command(orders: Orders): Command;
  table(job: Job): ResultTable;
}

export interface Orders {
  readonly job: Job;
  readonly guarantee: Guarantee;
  readonly brokers: string;
  readonly topic: string;
  readonly partitions: number;
  /** Begins the names of whatever the subject makes in Kafka. */
  readonly prefix: string;
  readonly databaseUrl: string;
  readonly reference: string;
  /** Set when live state is to be kept too, which only Arterial does. */
  readonly redisUrl: string | undefined;
  /** A folder of its own, empty at first. */
  readonly state: string;
  readonly detectors: number;
  /** The folder that `build` was given. */
  readonly built: string;
}

export interface Command {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A peer, which writes into the table that `JOBS.md` promises. */
export const withPeerTable = (peer: Omit<Subject, 'table'>): Subject => ({ ...peer, table: peerTable });

/** The orders as `JOBS.md` gives them to a program. */
export const environmentOf = (orders: Orders): Record<string, string> => ({
  BENCH_JOB: orders.job,
  BENCH_GUARANTEE: orders.guarantee,
  BENCH_BROKERS: orders.brokers,
  BENCH_TOPIC: orders.topic,
  BENCH_PARTITIONS: String(orders.partitions),
  BENCH_PREFIX: orders.prefix,
  BENCH_DATABASE_URL: orders.databaseUrl,
  BENCH_REFERENCE: orders.reference,
  BENCH_STATE: orders.state,
});
