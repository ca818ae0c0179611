import { describe, expect, it } from 'vitest';
import { choose, requiresAll } from './choice.ts';

describe('the tests get a service', () => {
  const nothing = { environment: {}, hasEngine: false, missing: 'java is not there' };

  it('from an address that is given, before all', () => {
    const environment = { ARTERIAL_TEST_REDIS_URL: 'redis://10.0.0.1' };
    const given = { from: 'outside', address: 'redis://10.0.0.1' };
    expect(choose('redis', { environment, hasEngine: true, missing: '' })).toEqual(given);
    expect(choose('kafka', { environment, hasEngine: true, missing: '' })).toEqual({ from: 'container' });
  });

  it('from a Docker engine before programs on this machine', () => {
    expect(choose('kafka', { ...nothing, hasEngine: true })).toEqual({ from: 'container' });
    expect(choose('kafka', { ...nothing, missing: '' })).toEqual({ from: 'process' });
  });

  it('from nowhere, and are told why', () => {
    expect(choose('kafka', nothing)).toEqual({
      from: 'nowhere',
      because:
        'kafka: java is not there, no Docker engine answers, and ARTERIAL_TEST_KAFKA_BROKERS is not set',
    });
  });

  it('or fail, where all are required', () => {
    expect(requiresAll({})).toBe(false);
    expect(requiresAll({ CI: 'false', ARTERIAL_TEST_REQUIRE: 'some' })).toBe(false);
    expect(requiresAll({ CI: 'true' })).toBe(true);
    expect(requiresAll({ ARTERIAL_TEST_REQUIRE: 'all' })).toBe(true);
  });
});
