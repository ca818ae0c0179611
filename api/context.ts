import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { LiveState } from '#runtime/live.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import type { AdviceBook } from './advice.ts';
import type { Kept } from './kept.ts';
import type { SubscriptionBook } from './subscription-book.ts';

/** Bounds that an engineer sets to the cycle of a plan asked for; seconds. */
export interface CycleBounds {
  readonly cycleSecondsMin?: number;
  readonly cycleSecondsMax?: number;
}

/** What comes of asking for a plan now: a document, or why there is none. */
export type OnDemand =
  | { readonly kind: 'recommendation'; readonly document: SignalRecommendation }
  | { readonly kind: 'none'; readonly reasons: readonly string[] };

/** Looks whether a part is ready; a text says what it still waits for. */
export interface Probe {
  readonly name: string;
  check(): Promise<string | undefined>;
}

/** What the routes work with. */
export interface ApiContext {
  readonly network: Network;
  readonly store: MeasureStore;
  readonly live: LiveState;
  readonly log: EventLog;
  readonly clock: CityClock;
  readonly ids: SchemaIds;
  readonly signingKey: string | Buffer;
  /** `inForce` is the advice that the intersection runs now; undefined when it runs the plan of the tables. */
  readonly recommendOnDemand: (
    intersection: string,
    bounds: CycleBounds,
    inForce: SignalRecommendation | undefined,
  ) => Promise<OnDemand>;
  /** Turns a plate into its token of the day; without it plates are refused. */
  readonly tokenise: ((plate: string, at: EventTime) => string | Promise<string>) | undefined;
  readonly probes: readonly Probe[];
  readonly advice: AdviceBook;
  readonly subscriptions: SubscriptionBook;
  readonly kept: Kept;
}

/** The routes of one resource. */
export type Routes = (context: ApiContext) => FastifyPluginAsyncTypebox;
