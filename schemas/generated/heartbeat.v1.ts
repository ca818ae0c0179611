// Generated from schemas/avro/heartbeat.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** Moves the clock of a partition that nobody else moves; may stand in any topic. */
export interface Heartbeat {
  /** Who vouches for the time: an ingest feed, or processor/partition in a derived topic. */
  readonly source: string;
  /** Nothing older follows from this source. */
  readonly at: EventTime;
}

function encodeHeartbeatBody(writer: Writer, value: Heartbeat): void {
  writer.string(value.source);
  writer.long(value.at);
}

function decodeHeartbeatBody(reader: Reader): Heartbeat {
  const source: Heartbeat['source'] = reader.string();
  const at: Heartbeat['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  return { source, at };
}

/** Appends the Avro body. */
export const encodeHeartbeat = encodeHeartbeatBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeHeartbeat = decodeHeartbeatBody;
