import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { Topic } from '#schemas/topic.ts';

/** Events of one topic that happened together; `at` is the newest of their times. */
export type ReplayBatch =
  | {
      readonly topic: Topic<DetectorFrame>;
      readonly events: readonly DetectorFrame[];
      readonly at: EventTime;
    }
  | { readonly topic: Topic<ParkingEvent>; readonly events: readonly ParkingEvent[]; readonly at: EventTime };

/** A recording made ready to be sent through ingest. */
export interface Replay {
  readonly network: Network;
  /** About how many events will come; for a progress bar. */
  readonly records: number;
  /** The events in the order in which they happened, each time from the start. */
  batches(): AsyncIterable<ReplayBatch>;
}
