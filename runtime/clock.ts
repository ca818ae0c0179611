import type { EventTime } from '#domain/time.ts';

/**
 * What time it is in the city. For real devices it is the clock of the machine; in a simulation or a replay it
 * runs at another rate or stands still. Given to the edges (ingest, api) only, never to a processor.
 */
export interface CityClock {
  now(): EventTime;
  /** City seconds that pass in one second of the machine. */
  readonly rate: number;
}
