/** The other side of advice: a client at the signal controllers that decides about recommendations. */
import type { IntersectionId, Network, Plan } from '#domain/network.ts';
import { type EventTime, seconds } from '#domain/time.ts';
import type {
  AcknowledgementStatus,
  SignalAcknowledgement,
} from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { createRandom, type Random, type RandomState } from './random.ts';

/** The controllers in the street, as the client sees them; a `Simulation` is one. */
export interface ControllersInStreet {
  applyPlan(intersection: IntersectionId, plan: Plan, at: EventTime): string | undefined;
  planInForce(intersection: IntersectionId): Plan | undefined;
}

/** An engineer takes this long to look at a recommendation, seconds. */
const leastThoughtSeconds = 15;
const mostThoughtSeconds = 40;
/** This many recommendations are remembered, so that none is taken twice. */
const mostRemembered = 4000;

interface Considered {
  readonly recommendation: SignalRecommendation;
  readonly decideAt: EventTime;
  readonly stage: 'considered' | 'accepted';
}

export interface SavedControllerClient {
  readonly random: RandomState;
  readonly underway: readonly Considered[];
  readonly known: readonly string[];
  readonly sequence: number;
}

/**
 * Accepts each recommendation after a while, unless it has expired, was superseded by a newer one, or the controller
 * refuses it; says `applied` once the controller runs it. Repeats, by id or by nonce, are ignored.
 */
export class ControllerClient {
  private readonly network: Network;
  private readonly random: Random;
  private underway: Considered[] = [];
  private known: string[] = [];
  private sequence = 0;

  constructor(network: Network, seed: number) {
    this.network = network;
    this.random = createRandom(seed, 'controllers');
  }

  /** Takes up a recommendation at `now`. What comes of it is said by `advance`. */
  receive(recommendation: SignalRecommendation, now: EventTime): void {
    const { recommendation: id, nonce } = recommendation;
    if (this.known.includes(id) || this.known.includes(nonce)) return;
    this.known = [...this.known, id, nonce].slice(-mostRemembered);
    const thought = seconds(
      leastThoughtSeconds + this.random.integer(mostThoughtSeconds - leastThoughtSeconds + 1),
    );
    this.underway.push({ recommendation, decideAt: now + thought, stage: 'considered' });
  }

  /** What is decided by `now`, given to the controllers in the street, and what is said of it. */
  advance(now: EventTime, street: ControllersInStreet): SignalAcknowledgement[] {
    const said: SignalAcknowledgement[] = [];
    const say = (
      recommendation: SignalRecommendation,
      status: AcknowledgementStatus,
      reason: string | null,
    ): void => {
      said.push(this.acknowledge(recommendation, status, reason, now));
    };
    const remaining: Considered[] = [];
    for (const one of this.underway) {
      const { recommendation, decideAt, stage } = one;
      const { intersection, expiresAt } = recommendation;
      const newer = this.underway.some(
        (other) =>
          other.recommendation.intersection === intersection && other.recommendation.at > recommendation.at,
      );
      if (stage === 'accepted') {
        if (street.planInForce(intersection)?.id === recommendation.recommendation)
          say(recommendation, 'applied', null);
        else if (newer && this.isOvertaken(one)) say(recommendation, 'superseded', null);
        else remaining.push(one);
        continue;
      }
      if (newer) say(recommendation, 'superseded', null);
      else if (now >= expiresAt) say(recommendation, 'rejected', 'expired before it was decided');
      else if (decideAt > now) remaining.push(one);
      else {
        const refusal =
          this.refusalOf(recommendation) ?? street.applyPlan(intersection, planOf(recommendation), now);
        say(recommendation, refusal === undefined ? 'accepted' : 'rejected', refusal ?? null);
        if (refusal === undefined) remaining.push({ ...one, stage: 'accepted' });
      }
    }
    this.underway = remaining;
    return said;
  }

  save(): SavedControllerClient {
    const { underway, known, sequence } = this;
    return { random: this.random.save(), underway: [...underway], known: [...known], sequence };
  }

  restore(saved: SavedControllerClient): void {
    this.random.restore(saved.random);
    this.underway = [...saved.underway];
    this.known = [...saved.known];
    this.sequence = saved.sequence;
  }

  /** A newer recommendation has been accepted, so the controller will never run this one. */
  private isOvertaken({ recommendation }: Considered): boolean {
    return this.underway.some(
      (other) =>
        other.stage === 'accepted' &&
        other.recommendation.intersection === recommendation.intersection &&
        other.recommendation.at > recommendation.at,
    );
  }

  private refusalOf({ intersection, constraints }: SignalRecommendation): string | undefined {
    if (!this.network.intersections.has(intersection)) return `there is no intersection ${intersection}`;
    const unmet = constraints.find(({ met }) => !met);
    return unmet === undefined ? undefined : `the condition ${unmet.name} is not met`;
  }

  private acknowledge(
    { district, intersection, recommendation }: SignalRecommendation,
    status: AcknowledgementStatus,
    reason: string | null,
    at: EventTime,
  ): SignalAcknowledgement {
    const sequence = this.sequence++;
    const by = `controller ${intersection}`;
    return { district, intersection, recommendation, sequence, at, status, reason, by };
  }
}

/** The plan that a recommendation asks for, named after it. */
export function planOf({ recommendation, plan }: SignalRecommendation): Plan {
  return { id: recommendation, ...plan };
}
