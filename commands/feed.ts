/** Where the city's events come from: a simulated street, or devices that send to the ingest. */
import { join } from 'node:path';
import { utcOffset } from '#domain/local-time.ts';
import type { Network } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import { startHeartbeats } from '#ingest/feed-clock.ts';
import type { Ingest } from '#ingest/ingest.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { Config } from '#runtime/config.ts';
import type { EventLog } from '#runtime/log.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { rawTopics } from '#schemas/topics.ts';
import { deliveredThrough } from './last-heartbeat.ts';
import { readSaved, writeWhole } from './saved-file.ts';
import { type SavedStreet, Street, streetSource } from './street.ts';

export interface Feed {
  readonly clock: CityClock;
  /** Feeds the ingest until the signal aborts. */
  run(ingest: Ingest, signal: AbortSignal): Promise<void>;
}

/** The street is moved on this often. Milliseconds of the machine. */
const sliceEvery = 100;
/** The street is saved this often. City time. */
const saveEvery = minutes(1);

/** Real devices: the city's time is the machine's, and partitions that are silent are moved on by heartbeats. */
export function deviceFeed(say: (line: string) => void): Feed {
  const clock: CityClock = { now: () => Date.now(), rate: 1 };
  return {
    clock,
    async run(ingest, signal) {
      const stop = startHeartbeats(ingest, clock, 1, (failure) => say(`heartbeat failed: ${failure}`));
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await stop();
    },
  };
}

/** A simulated street, which goes on where it was when the process ended, however it ended. */
export async function streetFeed(
  config: Config,
  network: Network,
  log: EventLog,
  ids: SchemaIds,
): Promise<Feed> {
  const { partitions, speed } = config;
  const savedAs = join(config.dataFolder, 'street.json');
  const saved = await readSaved<SavedStreet>(savedAs);
  const delivered = await deliveredThrough(log, streetSource, rawTopics, ids);
  const startAt = saved?.startAt ?? delivered ?? morningRush(network.timeZone, Date.now());
  const seed = saved?.seed ?? config.seed;
  let street: Street | undefined;
  return {
    clock: { now: () => street?.now ?? delivered ?? startAt, rate: speed },
    async run(ingest, signal) {
      street = new Street({ network, seed, startAt, partitions, log, ingest, ids });
      if (saved) street.restore(saved);
      if (delivered) street.skip(delivered);
      await moveOn(street, speed, savedAs, signal);
      await writeWhole(savedAs, JSON.stringify(street.save()));
    },
  };
}

/** Moves the street on at `speed` until the signal aborts. When the machine is too slow, the city waits. */
async function moveOn(street: Street, speed: number, savedAs: string, signal: AbortSignal): Promise<void> {
  let savedThrough = street.now;
  let owed = 0;
  for (let last = performance.now(); !signal.aborted; ) {
    await new Promise((resolve) => setTimeout(resolve, sliceEvery));
    const now = performance.now();
    // At most a second of the machine is caught up, so that a laptop that slept does not wake up to a storm.
    owed = Math.min(owed + (now - last) * speed, 1000 * speed);
    last = now;
    const wholeSeconds = Math.floor(owed / 1000);
    if (wholeSeconds === 0) continue;
    owed -= wholeSeconds * 1000;
    const appliedBefore = street.applied;
    await street.advance(street.now + seconds(wholeSeconds));
    if (street.now - savedThrough < saveEvery && street.applied === appliedBefore) continue;
    await writeWhole(savedAs, JSON.stringify(street.save()));
    savedThrough = street.now;
  }
}

/** 07:30 of the newest working day up to `now`, local time: a city is best met at its busiest. */
export function morningRush(timeZone: string, now: EventTime): EventTime {
  for (let day = 0; ; day++) {
    const local = floorTo(now + utcOffset(now, timeZone), minutes(24 * 60)) - minutes(24 * 60 * day);
    const weekday = new Date(local).getUTCDay();
    const at = local + minutes(7 * 60 + 30);
    if (weekday !== 0 && weekday !== 6) return at - utcOffset(at - utcOffset(at, timeZone), timeZone);
  }
}
