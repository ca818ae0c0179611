/** Keeps the clocks of idle partitions going in real time: devices may be silent, hours are not. */
import { type EventTime, seconds } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { Ingest } from './ingest.ts';

/** Who vouches in these heartbeats. */
export const feedSource = 'ingest';

/**
 * How far behind the clock a heartbeat stays: a record may be this long on its way from the device to the log
 * before it counts as old. It adds to the lateness of each processor.
 */
export const feedAllowance = seconds(2);

/**
 * Sends a heartbeat now and then every `everySeconds` of the city, never two at once, until `stop` is called;
 * `stop` resolves when the last one is done. One that fails is told to `onFailure`, and the next is tried.
 */
export function startHeartbeats(
  ingest: Pick<Ingest, 'heartbeat'>,
  clock: CityClock,
  everySeconds: number,
  onFailure: (failure: unknown) => void,
): () => Promise<void> {
  let beating: Promise<void> | undefined;
  let saidAt = Number.NEGATIVE_INFINITY as EventTime;

  const beat = async (): Promise<void> => {
    const at = clock.now() - feedAllowance;
    // What was vouched for once is not taken back when the clock of the machine is set.
    if (at <= saidAt) return;
    try {
      await ingest.heartbeat(feedSource, at);
      saidAt = at;
    } catch (failure) {
      onFailure(failure);
    }
  };
  const tick = (): void => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  };

  tick();
  // A clock that stands still has one time to tell, and has told it.
  const timer = clock.rate > 0 ? setInterval(tick, (everySeconds * 1000) / clock.rate) : undefined;
  return async () => {
    clearInterval(timer);
    await beating;
  };
}
