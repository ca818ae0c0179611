import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seconds } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import { feedAllowance, feedSource, startHeartbeats } from './feed-clock.ts';
import { createStillClock, morning } from './small-city.ts';

const vouched = (count: number): number => morning + seconds(count) - feedAllowance;

describe('heartbeats', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }));
  afterEach(() => vi.useRealTimers());

  /** A clock of the city that goes `rate` times as fast as the faked one of the machine. */
  const clockOf = (rate: number): CityClock => ({ rate, now: () => morning + Date.now() * rate });
  const silent = (): void => {};

  it('say what time it is, less the allowance, at once and then every so many seconds', async () => {
    const said: number[] = [];
    const heartbeat = async (source: string, at: number): Promise<void> => {
      expect(source).toBe(feedSource);
      said.push(at);
    };
    const stop = startHeartbeats({ heartbeat }, clockOf(1), 5, silent);
    await vi.advanceTimersByTimeAsync(14_999);
    await stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual([vouched(0), vouched(5), vouched(10)]);
  });

  it('come more often where the city lives faster', async () => {
    const said: number[] = [];
    const stop = startHeartbeats({ heartbeat: async (_, at) => void said.push(at) }, clockOf(10), 5, silent);
    await vi.advanceTimersByTimeAsync(1000);
    await stop();
    expect(said).toEqual([vouched(0), vouched(5), vouched(10)]);
  });

  it('are never two at once, and stop waits for the last', async () => {
    let running = 0;
    let most = 0;
    const heartbeat = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      running--;
    };
    const stop = startHeartbeats({ heartbeat }, clockOf(1), 5, silent);
    await vi.advanceTimersByTimeAsync(16_000);
    let runningWhenStopped = -1;
    const stopped = stop().then(() => {
      runningWhenStopped = running;
    });
    expect(running).toBe(1);
    await vi.advanceTimersByTimeAsync(12_000);
    await stopped;
    expect(runningWhenStopped).toBe(0);
    expect(most).toBe(1);
  });

  it('go on after one that the log did not take, which is told', async () => {
    const said: number[] = [];
    const failures: unknown[] = [];
    const heartbeat = async (_: string, at: number): Promise<void> => {
      said.push(at);
      if (said.length === 2) throw new Error('the broker is gone');
    };
    const stop = startHeartbeats({ heartbeat }, clockOf(1), 5, (failure) => failures.push(failure));
    await vi.advanceTimersByTimeAsync(10_000);
    await stop();
    expect(said).toEqual([vouched(0), vouched(5), vouched(10)]);
    expect(failures).toEqual([new Error('the broker is gone')]);
  });

  it('never go back when the clock of the machine is set back', async () => {
    const said: number[] = [];
    const clock = createStillClock();
    const stop = startHeartbeats({ heartbeat: async (_, at) => void said.push(at) }, clock, 5, silent);
    for (const now of [-3600, 0, 7]) {
      clock.set(morning + seconds(now));
      await vi.advanceTimersByTimeAsync(5000);
    }
    await stop();
    expect(said).toEqual([vouched(0), vouched(7)]);
  });

  it('is a single one from a clock that stands still', async () => {
    const said: number[] = [];
    const clock = { rate: 0, now: () => morning };
    const stop = startHeartbeats({ heartbeat: async (_, at) => void said.push(at) }, clock, 5, silent);
    await vi.advanceTimersByTimeAsync(60_000);
    await stop();
    expect(said).toEqual([vouched(0)]);
  });
});
