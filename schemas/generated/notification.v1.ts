// Generated from schemas/avro/notification.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What about. */
export type NotificationKind = 'parkingLikely' | 'parkingUnlikely' | 'hazard' | 'illegalParking';
const notificationKindSymbols: readonly NotificationKind[] = ['parkingLikely', 'parkingUnlikely', 'hazard', 'illegalParking'];

/** What it rests on. */
export type NotificationBasis = 'sensor' | 'forecast';
const notificationBasisSymbols: readonly NotificationBasis[] = ['sensor', 'forecast'];

/** One notice to one subscription. */
export interface DriverNotification {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Id of the notice. */
  readonly notification: string;
  /** To whom. */
  readonly subscription: string;
  /** When, in event time. */
  readonly at: EventTime;
  /** What about. */
  readonly kind: NotificationKind;
  /** Car park that it names. */
  readonly facility: string | null;
  /** Incident that it names. */
  readonly incident: string | null;
  /** Probability of a space on arrival. Permille. 0..1000. */
  readonly spaceProbabilityPermille: number | null;
  /** What it rests on. */
  readonly basis: NotificationBasis;
  /** What the driver reads. */
  readonly text: string;
  /** Link that navigates to the car park (geo URI). */
  readonly url: string | null;
  /** Worthless after this time. */
  readonly expiresAt: EventTime;
}

function encodeDriverNotificationBody(writer: Writer, value: DriverNotification): void {
  writer.string(value.district);
  writer.string(value.notification);
  writer.string(value.subscription);
  writer.long(value.at);
  writer.long(notificationKindSymbols.indexOf(value.kind));
  if (value.facility === null) writer.long(0); else { writer.long(1); writer.string(value.facility); }
  if (value.incident === null) writer.long(0); else { writer.long(1); writer.string(value.incident); }
  if (value.spaceProbabilityPermille === null) writer.long(0); else { writer.long(1); writer.long(value.spaceProbabilityPermille); }
  writer.long(notificationBasisSymbols.indexOf(value.basis));
  writer.string(value.text);
  if (value.url === null) writer.long(0); else { writer.long(1); writer.string(value.url); }
  writer.long(value.expiresAt);
}

function decodeDriverNotificationBody(reader: Reader): DriverNotification {
  const district: DriverNotification['district'] = reader.string();
  const notification: DriverNotification['notification'] = reader.string();
  const subscription: DriverNotification['subscription'] = reader.string();
  const at: DriverNotification['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const kind: DriverNotification['kind'] = notificationKindSymbols[reader.choice(4)] as NotificationKind;
  const facility: DriverNotification['facility'] = reader.choice(2) === 0 ? null : reader.string();
  const incident: DriverNotification['incident'] = reader.choice(2) === 0 ? null : reader.string();
  const spaceProbabilityPermille: DriverNotification['spaceProbabilityPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (spaceProbabilityPermille !== null && !(spaceProbabilityPermille >= 0 && spaceProbabilityPermille <= 1000)) throw outside('spaceProbabilityPermille', spaceProbabilityPermille, 0, 1000);
  const basis: DriverNotification['basis'] = notificationBasisSymbols[reader.choice(2)] as NotificationBasis;
  const text: DriverNotification['text'] = reader.string();
  const url: DriverNotification['url'] = reader.choice(2) === 0 ? null : reader.string();
  const expiresAt: DriverNotification['expiresAt'] = reader.long();
  if (!(expiresAt >= -62167219200000 && expiresAt <= 253402300799999)) throw outside('expiresAt', expiresAt, -62167219200000, 253402300799999);
  return { district, notification, subscription, at, kind, facility, incident, spaceProbabilityPermille, basis, text, url, expiresAt };
}

/** Appends the Avro body. */
export const encodeDriverNotification = encodeDriverNotificationBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeDriverNotification = decodeDriverNotificationBody;
