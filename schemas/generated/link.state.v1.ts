// Generated from schemas/avro/link.state.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** HCM level of service. */
export type LevelOfService = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
const levelOfServiceSymbols: readonly LevelOfService[] = ['A', 'B', 'C', 'D', 'E', 'F'];

/** What the value is. */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';
const qualitySymbols: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];

/** The traffic state of one link in one window. */
export interface LinkState {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Link. */
  readonly link: string;
  /** When this revision was emitted, in event time. */
  readonly at: EventTime;
  /** Start of the window. */
  readonly windowStart: EventTime;
  /** Length of the window. Seconds. 1..86400. */
  readonly windowSeconds: number;
  /** 0 for the first, one more each time late data changed it. 0..1000000. */
  readonly revision: number;
  /** Vehicles counted over all lanes. 0..1000000. */
  readonly vehicles: number;
  /** Flow rate. Vehicles per hour. 0..100000. */
  readonly flowVph: number | null;
  /** Share of time that a detector was occupied, mean over lanes. Permille. 0..1000. */
  readonly occupancyPermille: number | null;
  /** Space-mean speed, 0.1 km/h. 0..3000. */
  readonly spaceMeanDecikph: number | null;
  /** Mean delay of a vehicle on the link against free flow, 0.1 s. 0..1000000. */
  readonly delayDeciseconds: number | null;
  /** Travel time over free-flow travel time, permille. 0..1000000. */
  readonly travelTimeIndexPermille: number | null;
  /** By travel speed as a share of free-flow speed (HCM urban streets). */
  readonly levelOfService: LevelOfService | null;
  /** What the value is. */
  readonly quality: Quality;
  /** Readings that the values rest on. 0..1000000. */
  readonly samples: number;
  /** Readings that healthy detectors would have sent. 0..1000000. */
  readonly expectedSamples: number;
}

function encodeLinkStateBody(writer: Writer, value: LinkState): void {
  writer.string(value.district);
  writer.string(value.link);
  writer.long(value.at);
  writer.long(value.windowStart);
  writer.long(value.windowSeconds);
  writer.long(value.revision);
  writer.long(value.vehicles);
  if (value.flowVph === null) writer.long(0); else { writer.long(1); writer.long(value.flowVph); }
  if (value.occupancyPermille === null) writer.long(0); else { writer.long(1); writer.long(value.occupancyPermille); }
  if (value.spaceMeanDecikph === null) writer.long(0); else { writer.long(1); writer.long(value.spaceMeanDecikph); }
  if (value.delayDeciseconds === null) writer.long(0); else { writer.long(1); writer.long(value.delayDeciseconds); }
  if (value.travelTimeIndexPermille === null) writer.long(0); else { writer.long(1); writer.long(value.travelTimeIndexPermille); }
  if (value.levelOfService === null) writer.long(0); else { writer.long(1); writer.long(levelOfServiceSymbols.indexOf(value.levelOfService)); }
  writer.long(qualitySymbols.indexOf(value.quality));
  writer.long(value.samples);
  writer.long(value.expectedSamples);
}

function decodeLinkStateBody(reader: Reader): LinkState {
  const district: LinkState['district'] = reader.string();
  const link: LinkState['link'] = reader.string();
  const at: LinkState['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const windowStart: LinkState['windowStart'] = reader.long();
  if (!(windowStart >= -62167219200000 && windowStart <= 253402300799999)) throw outside('windowStart', windowStart, -62167219200000, 253402300799999);
  const windowSeconds: LinkState['windowSeconds'] = reader.int();
  if (!(windowSeconds >= 1 && windowSeconds <= 86400)) throw outside('windowSeconds', windowSeconds, 1, 86400);
  const revision: LinkState['revision'] = reader.int();
  if (!(revision >= 0 && revision <= 1000000)) throw outside('revision', revision, 0, 1000000);
  const vehicles: LinkState['vehicles'] = reader.int();
  if (!(vehicles >= 0 && vehicles <= 1000000)) throw outside('vehicles', vehicles, 0, 1000000);
  const flowVph: LinkState['flowVph'] = reader.choice(2) === 0 ? null : reader.int();
  if (flowVph !== null && !(flowVph >= 0 && flowVph <= 100000)) throw outside('flowVph', flowVph, 0, 100000);
  const occupancyPermille: LinkState['occupancyPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (occupancyPermille !== null && !(occupancyPermille >= 0 && occupancyPermille <= 1000)) throw outside('occupancyPermille', occupancyPermille, 0, 1000);
  const spaceMeanDecikph: LinkState['spaceMeanDecikph'] = reader.choice(2) === 0 ? null : reader.int();
  if (spaceMeanDecikph !== null && !(spaceMeanDecikph >= 0 && spaceMeanDecikph <= 3000)) throw outside('spaceMeanDecikph', spaceMeanDecikph, 0, 3000);
  const delayDeciseconds: LinkState['delayDeciseconds'] = reader.choice(2) === 0 ? null : reader.int();
  if (delayDeciseconds !== null && !(delayDeciseconds >= 0 && delayDeciseconds <= 1000000)) throw outside('delayDeciseconds', delayDeciseconds, 0, 1000000);
  const travelTimeIndexPermille: LinkState['travelTimeIndexPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (travelTimeIndexPermille !== null && !(travelTimeIndexPermille >= 0 && travelTimeIndexPermille <= 1000000)) throw outside('travelTimeIndexPermille', travelTimeIndexPermille, 0, 1000000);
  const levelOfService: LinkState['levelOfService'] = reader.choice(2) === 0 ? null : levelOfServiceSymbols[reader.choice(6)] as LevelOfService;
  const quality: LinkState['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  const samples: LinkState['samples'] = reader.int();
  if (!(samples >= 0 && samples <= 1000000)) throw outside('samples', samples, 0, 1000000);
  const expectedSamples: LinkState['expectedSamples'] = reader.int();
  if (!(expectedSamples >= 0 && expectedSamples <= 1000000)) throw outside('expectedSamples', expectedSamples, 0, 1000000);
  return { district, link, at, windowStart, windowSeconds, revision, vehicles, flowVph, occupancyPermille, spaceMeanDecikph, delayDeciseconds, travelTimeIndexPermille, levelOfService, quality, samples, expectedSamples };
}

/** Appends the Avro body. */
export const encodeLinkState = encodeLinkStateBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeLinkState = decodeLinkStateBody;
