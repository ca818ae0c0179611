/** The subscriptions that the log holds. */
import type { EventTime } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { EventLog } from '#runtime/log.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { driverSubscriptions } from '#schemas/topics.ts';
import { follow } from './follow.ts';

export interface SubscriptionBook {
  find(subscription: string): Promise<DriverSubscription | undefined>;
  /** How many are in force. */
  active(): Promise<number>;
}

/** Folds subscriptions from the log; what has expired is forgotten. */
export function createSubscriptionBook(log: EventLog, ids: SchemaIds, clock: CityClock): SubscriptionBook {
  const newest = new Map<string, DriverSubscription>();
  const follower = follow(log, driverSubscriptions, ids, (said) => {
    const known = newest.get(said.subscription);
    if (known === undefined || said.sequence >= known.sequence) newest.set(said.subscription, said);
  });
  const forgetExpired = (now: EventTime): void => {
    for (const [id, said] of newest) if (said.expiresAt <= now) newest.delete(id);
  };
  return {
    async find(subscription) {
      await follower.caughtUp();
      return newest.get(subscription);
    },
    async active() {
      await follower.caughtUp();
      forgetExpired(clock.now());
      let count = 0;
      for (const said of newest.values()) if (said.status === 'active') count++;
      return count;
    },
  };
}
