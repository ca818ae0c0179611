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

/** What an engineer asks of plans: bounds of the cycle, s, and links whose vehicles count for more, 1 to 10 times. */
export interface WhatIf {
  readonly cycleSecondsMin?: number;
  readonly cycleSecondsMax?: number;
  readonly priority?: readonly { readonly link: string; readonly weight: number }[];
}

/** What comes of asking for a plan now: a document, or why there is none. */
export type Answer =
  | { readonly kind: 'recommendation'; readonly document: SignalRecommendation }
  | { readonly kind: 'none'; readonly reasons: readonly string[] };

/** Draws plans now. What is given as applied is the advice that an intersection runs; undefined is its own plan. */
export interface OnDemand {
  one(intersection: string, asked: WhatIf, applied: SignalRecommendation | undefined): Promise<Answer>;
  /** For signals together, by their ids. */
  corridor(
    intersections: readonly string[],
    asked: WhatIf,
    appliedOf: (intersection: string) => SignalRecommendation | undefined,
  ): Promise<ReadonlyMap<string, Answer>>;
}

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
  readonly onDemand: OnDemand;
  /** Turns a plate into its token of the day; without it plates are refused. */
  readonly tokenise: ((plate: string, at: EventTime) => string | Promise<string>) | undefined;
  readonly probes: readonly Probe[];
  readonly advice: AdviceBook;
  readonly subscriptions: SubscriptionBook;
  readonly kept: Kept;
}

/** The routes of one resource. */
export type Routes = (context: ApiContext) => FastifyPluginAsyncTypebox;
