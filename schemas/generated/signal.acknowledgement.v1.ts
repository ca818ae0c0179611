// Generated from schemas/avro/signal.acknowledgement.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What became of it. */
export type AcknowledgementStatus = 'accepted' | 'rejected' | 'applied' | 'superseded' | 'withdrawn';
const acknowledgementStatusSymbols: readonly AcknowledgementStatus[] = ['accepted', 'rejected', 'applied', 'superseded', 'withdrawn'];

/** What became of a recommendation. */
export interface SignalAcknowledgement {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Intersection. */
  readonly intersection: string;
  /** Recommendation. */
  readonly recommendation: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** When. */
  readonly at: EventTime;
  /** What became of it. */
  readonly status: AcknowledgementStatus;
  /** Why, when it was rejected or withdrawn. */
  readonly reason: string | null;
  /** Role or controller that says so. */
  readonly by: string;
}

function encodeSignalAcknowledgementBody(writer: Writer, value: SignalAcknowledgement): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.string(value.recommendation);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(acknowledgementStatusSymbols.indexOf(value.status));
  if (value.reason === null) writer.long(0); else { writer.long(1); writer.string(value.reason); }
  writer.string(value.by);
}

function decodeSignalAcknowledgementBody(reader: Reader): SignalAcknowledgement {
  const district: SignalAcknowledgement['district'] = reader.string();
  const intersection: SignalAcknowledgement['intersection'] = reader.string();
  const recommendation: SignalAcknowledgement['recommendation'] = reader.string();
  const sequence: SignalAcknowledgement['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: SignalAcknowledgement['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const status: SignalAcknowledgement['status'] = acknowledgementStatusSymbols[reader.choice(5)] as AcknowledgementStatus;
  const reason: SignalAcknowledgement['reason'] = reader.choice(2) === 0 ? null : reader.string();
  const by: SignalAcknowledgement['by'] = reader.string();
  return { district, intersection, recommendation, sequence, at, status, reason, by };
}

/** Appends the Avro body. */
export const encodeSignalAcknowledgement = encodeSignalAcknowledgementBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalAcknowledgement = decodeSignalAcknowledgementBody;
