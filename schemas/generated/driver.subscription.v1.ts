// Generated from schemas/avro/driver.subscription.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** Whether it is in force. */
export type SubscriptionStatus = 'active' | 'ended';
const subscriptionStatusSymbols: readonly SubscriptionStatus[] = ['active', 'ended'];

/** A driver asks to be told, or no longer. */
export interface DriverSubscription {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Id of the subscription. */
  readonly subscription: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** When the driver asked. */
  readonly at: EventTime;
  /** Whether it is in force. */
  readonly status: SubscriptionStatus;
  /** Car park that the driver is bound for. */
  readonly facility: string | null;
  /** Place that the driver is bound for. Degrees, WGS 84. -180..180. */
  readonly longitude: number | null;
  /** Place that the driver is bound for. Degrees, WGS 84. -90..90. */
  readonly latitude: number | null;
  /** How far from the place still counts. Metres. 0..20000. */
  readonly radiusMeters: number;
  /** Token of the driver's own plate under the key of the day, if the driver gave it. */
  readonly plateToken: string | null;
  /** Nothing is sent after this time. */
  readonly expiresAt: EventTime;
}

function encodeDriverSubscriptionBody(writer: Writer, value: DriverSubscription): void {
  writer.string(value.district);
  writer.string(value.subscription);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(subscriptionStatusSymbols.indexOf(value.status));
  if (value.facility === null) writer.long(0); else { writer.long(1); writer.string(value.facility); }
  if (value.longitude === null) writer.long(0); else { writer.long(1); writer.double(value.longitude); }
  if (value.latitude === null) writer.long(0); else { writer.long(1); writer.double(value.latitude); }
  writer.long(value.radiusMeters);
  if (value.plateToken === null) writer.long(0); else { writer.long(1); writer.string(value.plateToken); }
  writer.long(value.expiresAt);
}

function decodeDriverSubscriptionBody(reader: Reader): DriverSubscription {
  const district: DriverSubscription['district'] = reader.string();
  const subscription: DriverSubscription['subscription'] = reader.string();
  const sequence: DriverSubscription['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: DriverSubscription['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const status: DriverSubscription['status'] = subscriptionStatusSymbols[reader.choice(2)] as SubscriptionStatus;
  const facility: DriverSubscription['facility'] = reader.choice(2) === 0 ? null : reader.string();
  const longitude: DriverSubscription['longitude'] = reader.choice(2) === 0 ? null : reader.double();
  if (longitude !== null && !(longitude >= -180 && longitude <= 180)) throw outside('longitude', longitude, -180, 180);
  const latitude: DriverSubscription['latitude'] = reader.choice(2) === 0 ? null : reader.double();
  if (latitude !== null && !(latitude >= -90 && latitude <= 90)) throw outside('latitude', latitude, -90, 90);
  const radiusMeters: DriverSubscription['radiusMeters'] = reader.int();
  if (!(radiusMeters >= 0 && radiusMeters <= 20000)) throw outside('radiusMeters', radiusMeters, 0, 20000);
  const plateToken: DriverSubscription['plateToken'] = reader.choice(2) === 0 ? null : reader.string();
  const expiresAt: DriverSubscription['expiresAt'] = reader.long();
  if (!(expiresAt >= -62167219200000 && expiresAt <= 253402300799999)) throw outside('expiresAt', expiresAt, -62167219200000, 253402300799999);
  return { district, subscription, sequence, at, status, facility, longitude, latitude, radiusMeters, plateToken, expiresAt };
}

/** Appends the Avro body. */
export const encodeDriverSubscription = encodeDriverSubscriptionBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeDriverSubscription = decodeDriverSubscriptionBody;
