// Generated from schemas/avro/incident.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** What it is. */
export type IncidentKind = 'stoppedVehicle' | 'wrongWay' | 'pedestrianOnRoad' | 'debris' | 'illegalParking' | 'smoke' | 'flooding' | 'heavyRain' | 'lowVisibility' | 'slipperyRoad' | 'airQuality' | 'accident' | 'obstacle' | 'signalFault' | 'roadDamage' | 'other';
const incidentKindSymbols: readonly IncidentKind[] = ['stoppedVehicle', 'wrongWay', 'pedestrianOnRoad', 'debris', 'illegalParking', 'smoke', 'flooding', 'heavyRain', 'lowVisibility', 'slipperyRoad', 'airQuality', 'accident', 'obstacle', 'signalFault', 'roadDamage', 'other'];

/** Where it stands in its life. */
export type IncidentStatus = 'detected' | 'confirmed' | 'dispatched' | 'resolved' | 'reviewed';
const incidentStatusSymbols: readonly IncidentStatus[] = ['detected', 'confirmed', 'dispatched', 'resolved', 'reviewed'];

/** How bad. */
export type IncidentSeverity = 'minor' | 'moderate' | 'severe';
const incidentSeveritySymbols: readonly IncidentSeverity[] = ['minor', 'moderate', 'severe'];

/** A traffic event with a life: detected, confirmed, dispatched, resolved, reviewed. */
export interface Incident {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Id, made from what it is and where and when it began. */
  readonly incident: string;
  /** When this revision was emitted, in event time. */
  readonly at: EventTime;
  /** 0 when detected. 0..1000000. */
  readonly revision: number;
  /** What it is. */
  readonly kind: IncidentKind;
  /** Where it stands in its life. */
  readonly status: IncidentStatus;
  /** How bad. */
  readonly severity: IncidentSeverity;
  /** Link that it bears on. */
  readonly link: string | null;
  /** Degrees, WGS 84. -180..180. */
  readonly longitude: number;
  /** Degrees, WGS 84. -90..90. */
  readonly latitude: number;
  /** First evidence. */
  readonly startedAt: EventTime;
  /** When it was sure enough to be said. */
  readonly detectedAt: EventTime;
  /** Last evidence, once it is over. */
  readonly endedAt: EventTime | null;
  /** How sure. Permille. 0..1000. */
  readonly confidencePermille: number;
  /** Cameras, stations and reports that it rests on, sorted. */
  readonly sources: readonly string[];
  /** One sentence for people. */
  readonly text: string;
  /** Token of the vehicle concerned, for notices to its own driver only. */
  readonly plateToken: string | null;
}

function list<Item>(
  reader: Reader,
  path: string,
  itemBytes: number,
  item: () => Item,
): Item[] {
  const items: Item[] = [];
  try {
    for (let count = reader.block(itemBytes); count > 0; count = reader.block(itemBytes))
      for (let i = 0; i < count; i++) items.push(item());
  } catch (failure) {
    throw inside(`${path}[${items.length}]`, failure);
  }
  return items;
}

function encodeIncidentBody(writer: Writer, value: Incident): void {
  writer.string(value.district);
  writer.string(value.incident);
  writer.long(value.at);
  writer.long(value.revision);
  writer.long(incidentKindSymbols.indexOf(value.kind));
  writer.long(incidentStatusSymbols.indexOf(value.status));
  writer.long(incidentSeveritySymbols.indexOf(value.severity));
  if (value.link === null) writer.long(0); else { writer.long(1); writer.string(value.link); }
  writer.double(value.longitude);
  writer.double(value.latitude);
  writer.long(value.startedAt);
  writer.long(value.detectedAt);
  if (value.endedAt === null) writer.long(0); else { writer.long(1); writer.long(value.endedAt); }
  writer.long(value.confidencePermille);
  if (value.sources.length > 0) writer.long(value.sources.length); for (const item of value.sources) { writer.string(item); } writer.long(0);
  writer.string(value.text);
  if (value.plateToken === null) writer.long(0); else { writer.long(1); writer.string(value.plateToken); }
}

function decodeIncidentBody(reader: Reader): Incident {
  const district: Incident['district'] = reader.string();
  const incident: Incident['incident'] = reader.string();
  const at: Incident['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const revision: Incident['revision'] = reader.int();
  if (!(revision >= 0 && revision <= 1000000)) throw outside('revision', revision, 0, 1000000);
  const kind: Incident['kind'] = incidentKindSymbols[reader.choice(16)] as IncidentKind;
  const status: Incident['status'] = incidentStatusSymbols[reader.choice(5)] as IncidentStatus;
  const severity: Incident['severity'] = incidentSeveritySymbols[reader.choice(3)] as IncidentSeverity;
  const link: Incident['link'] = reader.choice(2) === 0 ? null : reader.string();
  const longitude: Incident['longitude'] = reader.double();
  if (!(longitude >= -180 && longitude <= 180)) throw outside('longitude', longitude, -180, 180);
  const latitude: Incident['latitude'] = reader.double();
  if (!(latitude >= -90 && latitude <= 90)) throw outside('latitude', latitude, -90, 90);
  const startedAt: Incident['startedAt'] = reader.long();
  if (!(startedAt >= -62167219200000 && startedAt <= 253402300799999)) throw outside('startedAt', startedAt, -62167219200000, 253402300799999);
  const detectedAt: Incident['detectedAt'] = reader.long();
  if (!(detectedAt >= -62167219200000 && detectedAt <= 253402300799999)) throw outside('detectedAt', detectedAt, -62167219200000, 253402300799999);
  const endedAt: Incident['endedAt'] = reader.choice(2) === 0 ? null : reader.long();
  if (endedAt !== null && !(endedAt >= -62167219200000 && endedAt <= 253402300799999)) throw outside('endedAt', endedAt, -62167219200000, 253402300799999);
  const confidencePermille: Incident['confidencePermille'] = reader.int();
  if (!(confidencePermille >= 0 && confidencePermille <= 1000)) throw outside('confidencePermille', confidencePermille, 0, 1000);
  const sources: Incident['sources'] = list(reader, 'sources', 1, () => reader.string());
  const text: Incident['text'] = reader.string();
  const plateToken: Incident['plateToken'] = reader.choice(2) === 0 ? null : reader.string();
  return { district, incident, at, revision, kind, status, severity, link, longitude, latitude, startedAt, detectedAt, endedAt, confidencePermille, sources, text, plateToken };
}

/** Appends the Avro body. */
export const encodeIncident = encodeIncidentBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeIncident = decodeIncidentBody;
