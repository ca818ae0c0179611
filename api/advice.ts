/** What becomes of a recommendation: a state machine over its acknowledgements, folded from the log. */
import { type EventTime, toRfc3339 } from '#domain/time.ts';
import type { EventLog } from '#runtime/log.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalBenefit } from '#schemas/generated/signal.benefit.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { signalAcknowledgements, signalBenefits, signalRecommendations } from '#schemas/topics.ts';
import { follow } from './follow.ts';
import type { AdviceStatus } from './signal-shapes.ts';

/** A recommendation and what was validly said about it, oldest first. */
export interface Advice {
  readonly document: SignalRecommendation;
  readonly acknowledgements: readonly SignalAcknowledgement[];
  /** What it has been worth since it was applied. */
  readonly benefit?: SignalBenefit | undefined;
}

type Said = SignalAcknowledgement['status'];

/** What may be said next, by where it stands. */
export const nextStatuses: Readonly<Record<AdviceStatus, readonly Said[]>> = {
  issued: ['accepted', 'rejected', 'superseded', 'withdrawn'],
  accepted: ['applied', 'superseded', 'withdrawn'],
  applied: ['superseded'],
  rejected: [],
  superseded: [],
  withdrawn: [],
  expired: [],
};

const lastStatus = (acknowledgements: readonly SignalAcknowledgement[]): AdviceStatus =>
  acknowledgements.at(-1)?.status ?? 'issued';

/**
 * Adds an acknowledgement if it may follow; else leaves it out: the first in the log wins. That a controller
 * has applied it is a fact of the street and stands, whatever was said before.
 */
export function acknowledge(advice: Advice, said: SignalAcknowledgement): Advice {
  const status = lastStatus(advice.acknowledgements);
  const isFact = said.status === 'applied' && status !== 'applied' && status !== 'superseded';
  if (!isFact && !nextStatuses[status].includes(said.status)) return advice;
  return { ...advice, acknowledgements: [...advice.acknowledgements, said] };
}

/** Where it stands; what was not applied in time is expired. */
export function statusAt(advice: Advice, now: EventTime): AdviceStatus {
  const status = lastStatus(advice.acknowledgements);
  return (status === 'issued' || status === 'accepted') && now > advice.document.expiresAt
    ? 'expired'
    : status;
}

const verbs: Record<Said, string> = {
  accepted: 'accept',
  rejected: 'reject',
  applied: 'applied',
  withdrawn: 'withdraw',
  superseded: 'a newer recommendation',
};

/** Why `said` may not follow now, and what may; undefined when it may. */
export function objection(advice: Advice, said: Said, now: EventTime): string | undefined {
  const status = statusAt(advice, now);
  if (nextStatuses[status].includes(said)) return undefined;
  const id = advice.document.recommendation;
  if (status === 'expired')
    return `${id} expired at ${toRfc3339(advice.document.expiresAt)}; a new recommendation would be right`;
  const last = advice.acknowledgements.at(-1);
  const since =
    last === undefined ? 'only issued' : `${last.status} since ${toRfc3339(last.at)} by ${last.by}`;
  const right = nextStatuses[status].map((next) => verbs[next]).join(', ');
  return `${id} is ${since}; ${right === '' ? 'nothing can follow that' : `one of ${right} would be right`}`;
}

/** The recommendations that the log holds, newest kept. */
export interface AdviceBook {
  find(recommendation: string): Promise<Advice | undefined>;
  /** Newest first. */
  list(): Promise<readonly Advice[]>;
  /** Of one intersection, newest first. */
  of(intersection: string): Promise<readonly Advice[]>;
}

/** Two days of a recommendation every quarter of an hour for 24 intersections. */
const documentsMost = 5_000;

/** Folds recommendations and acknowledgements from the log; every server that reads it agrees on who was first. */
export function createAdviceBook(log: EventLog, ids: SchemaIds): AdviceBook {
  const documents = new Map<string, SignalRecommendation>();
  const said = new Map<string, SignalAcknowledgement[]>();
  const recommendations = follow(log, signalRecommendations, ids, (document) => {
    if (!documents.has(document.recommendation)) documents.set(document.recommendation, document);
    forgetOldest(documents);
  });
  const acknowledgements = follow(log, signalAcknowledgements, ids, (acknowledgement) => {
    const list = said.get(acknowledgement.recommendation);
    if (list === undefined) said.set(acknowledgement.recommendation, [acknowledgement]);
    else list.push(acknowledgement);
    forgetOldest(said);
  });
  const worth = new Map<string, SignalBenefit>();
  const benefits = follow(log, signalBenefits, ids, (benefit) => {
    const known = worth.get(benefit.recommendation);
    if (known === undefined || known.windows < benefit.windows) worth.set(benefit.recommendation, benefit);
    forgetOldest(worth);
  });
  const caughtUp = () =>
    Promise.all([recommendations.caughtUp(), acknowledgements.caughtUp(), benefits.caughtUp()]);

  const adviceOf = (document: SignalRecommendation): Advice =>
    (said.get(document.recommendation) ?? []).reduce<Advice>(acknowledge, {
      document,
      acknowledgements: [],
      benefit: worth.get(document.recommendation),
    });
  const newestFirst = (keep: (document: SignalRecommendation) => boolean): Advice[] =>
    [...documents.values()]
      .filter(keep)
      .sort((a, b) => b.at - a.at || (a.recommendation < b.recommendation ? 1 : -1))
      .map(adviceOf);

  return {
    async find(recommendation) {
      await caughtUp();
      const document = documents.get(recommendation);
      return document === undefined ? undefined : adviceOf(document);
    },
    async list() {
      await caughtUp();
      return newestFirst(() => true);
    },
    async of(intersection) {
      await caughtUp();
      return newestFirst((document) => document.intersection === intersection);
    },
  };
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= documentsMost) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** The advice that an intersection runs: applied, and not taken back since; the newest application wins. */
export function appliedOf(advice: readonly Advice[]): Advice | undefined {
  const appliedAt = (one: Advice): EventTime =>
    one.acknowledgements.findLast(({ status }) => status === 'applied')?.at ?? Number.NEGATIVE_INFINITY;
  return advice
    .filter((one) => lastStatus(one.acknowledgements) === 'applied')
    .reduce<Advice | undefined>(
      (newest, one) => (newest === undefined || appliedAt(one) > appliedAt(newest) ? one : newest),
      undefined,
    );
}
