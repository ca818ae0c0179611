/** Where the tests get a service from. */
import type { ServiceName } from '#commands/services/state.ts';

/** The variable that gives the address of a service to the tests. It must be one that they may fill and empty. */
export const givenBy: Readonly<Record<ServiceName, string>> = {
  kafka: 'ARTERIAL_TEST_KAFKA_BROKERS',
  postgres: 'ARTERIAL_TEST_DATABASE_URL',
  redis: 'ARTERIAL_TEST_REDIS_URL',
  registry: 'ARTERIAL_TEST_SCHEMA_REGISTRY_URL',
};

/** Set to `all`, a test that cannot run for want of something fails the run; so it is where `CI` is `true`. */
export const requireVariable = 'ARTERIAL_TEST_REQUIRE';

type Environment = Readonly<Record<string, string | undefined>>;

export const requiresAll = (environment: Environment): boolean =>
  environment[requireVariable] === 'all' || environment['CI'] === 'true';

export type Source =
  | { readonly from: 'outside'; readonly address: string }
  | { readonly from: 'container' }
  | { readonly from: 'process' }
  | { readonly from: 'nowhere'; readonly because: string };

/** An address that is given, else a Docker engine, else programs on this machine, else nothing. */
export function choose(
  name: ServiceName,
  {
    environment,
    hasEngine,
    missing,
  }: { readonly environment: Environment; readonly hasEngine: boolean; readonly missing: string },
): Source {
  const address = environment[givenBy[name]];
  if (address) return { from: 'outside', address };
  if (hasEngine) return { from: 'container' };
  if (missing === '') return { from: 'process' };
  return {
    from: 'nowhere',
    because: `${name}: ${missing}, no Docker engine answers, and ${givenBy[name]} is not set`,
  };
}
