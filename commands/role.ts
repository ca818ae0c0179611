/** What the parts of a city have in common that run as processes of their own. */

import type { CityClock } from '#runtime/clock.ts';
import { type Config, readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { EventLog } from '#runtime/log.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { followStreetClock } from './street-clock.ts';

export type Say = (line: string) => void;

/** The configuration, with what the role cannot do without. */
export function configOf<Needed extends keyof typeof settingOf>(
  role: string,
  environment: NodeJS.ProcessEnv,
  needed: readonly Needed[],
): Config & { readonly [Name in Needed]: NonNullable<Config[Name]> } {
  const config = readConfig(environment);
  const missing = needed.filter((name) => config[name] === undefined).map((name) => settingOf[name]);
  if (missing.length > 0)
    throw new ArterialError(
      'config.invalid',
      `arterial ${role} works with other processes and needs ${missing.join(', ')}; ` +
        'arterial city needs nothing',
    );
  return config as Config & { readonly [Name in Needed]: NonNullable<Config[Name]> };
}

const settingOf = {
  kafka: 'ARTERIAL_KAFKA_BROKERS',
  databaseUrl: 'ARTERIAL_DATABASE_URL',
  redis: 'ARTERIAL_REDIS_URL',
} as const;

/** The time of the city: the machine's, or that of the street in another process. */
export const clockOf = (
  { street, speed }: Config,
  { log, ids }: { readonly log: EventLog; readonly ids: SchemaIds },
  signal: AbortSignal,
): Promise<CityClock> =>
  street === 'none'
    ? Promise.resolve({ now: () => Date.now(), rate: 1 })
    : followStreetClock(log, ids, speed, signal);

/** The first thing that went wrong; it stops the process, which then ends with it. */
export class Failure {
  private first: unknown;
  readonly fail: (error: unknown) => void;

  constructor(stopping: AbortController) {
    this.fail = (error) => {
      this.first ??= error;
      stopping.abort();
    };
  }

  rethrow(): void {
    if (this.first !== undefined) throw this.first;
  }
}

export const secondsSince = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
