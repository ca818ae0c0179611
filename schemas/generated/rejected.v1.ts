// Generated from schemas/avro/rejected.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** A record that could not be used, and why; what `<topic>.rejected` holds. */
export interface RejectedRecord {
  /** Topic that it was meant for. */
  readonly topic: string;
  /** Rejection code; each has a row in docs/errors.md. */
  readonly code: string;
  /** Path of the field at fault; empty when the record as a whole is. */
  readonly field: string;
  /** What was found, and what would be right. */
  readonly detail: string;
  /** When it came in, by the clock of the city. */
  readonly receivedAt: EventTime;
  /** The record as it came, up to 64 KiB, number plates masked; empty where plates could not be told from the rest. */
  readonly bytes: Buffer;
}

function encodeRejectedRecordBody(writer: Writer, value: RejectedRecord): void {
  writer.string(value.topic);
  writer.string(value.code);
  writer.string(value.field);
  writer.string(value.detail);
  writer.long(value.receivedAt);
  writer.binary(value.bytes);
}

function decodeRejectedRecordBody(reader: Reader): RejectedRecord {
  const topic: RejectedRecord['topic'] = reader.string();
  const code: RejectedRecord['code'] = reader.string();
  const field: RejectedRecord['field'] = reader.string();
  const detail: RejectedRecord['detail'] = reader.string();
  const receivedAt: RejectedRecord['receivedAt'] = reader.long();
  if (!(receivedAt >= -62167219200000 && receivedAt <= 253402300799999)) throw outside('receivedAt', receivedAt, -62167219200000, 253402300799999);
  const bytes: RejectedRecord['bytes'] = reader.binary();
  return { topic, code, field, detail, receivedAt, bytes };
}

/** Appends the Avro body. */
export const encodeRejectedRecord = encodeRejectedRecordBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeRejectedRecord = decodeRejectedRecordBody;
