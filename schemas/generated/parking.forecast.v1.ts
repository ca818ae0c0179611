// Generated from schemas/avro/parking.forecast.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What the value is. */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';
const qualitySymbols: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];

/** The free spaces of one facility at a time to come. */
export interface ParkingForecast {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Parking facility. */
  readonly facility: string;
  /** When it was issued, in event time. */
  readonly at: EventTime;
  /** The time that it speaks of. */
  readonly target: EventTime;
  /** From issue to target. Minutes. 1..1440. */
  readonly horizonMinutes: number;
  /** Spaces in all. 0..100000. */
  readonly capacitySpaces: number;
  /** Most likely free spaces. 0..100000. */
  readonly freeSpaces: number | null;
  /** Lower end of the interval. 0..100000. */
  readonly lowSpaces: number | null;
  /** Upper end of the interval. 0..100000. */
  readonly highSpaces: number | null;
  /** Probability that at least one space is free at the target. Permille. 0..1000. */
  readonly spaceProbabilityPermille: number | null;
  /** Share of targets that the interval is meant to hold. Permille. 0..1000. */
  readonly levelPermille: number;
  /** Share of past targets that it did hold. Permille. 0..1000. */
  readonly coveragePermille: number | null;
  /** Which forecaster made it. */
  readonly model: string;
  /** forecast; stale when nothing was measured in the 20 minutes before; or missing. */
  readonly quality: Quality;
}

function encodeParkingForecastBody(writer: Writer, value: ParkingForecast): void {
  writer.string(value.district);
  writer.string(value.facility);
  writer.long(value.at);
  writer.long(value.target);
  writer.long(value.horizonMinutes);
  writer.long(value.capacitySpaces);
  if (value.freeSpaces === null) writer.long(0); else { writer.long(1); writer.long(value.freeSpaces); }
  if (value.lowSpaces === null) writer.long(0); else { writer.long(1); writer.long(value.lowSpaces); }
  if (value.highSpaces === null) writer.long(0); else { writer.long(1); writer.long(value.highSpaces); }
  if (value.spaceProbabilityPermille === null) writer.long(0); else { writer.long(1); writer.long(value.spaceProbabilityPermille); }
  writer.long(value.levelPermille);
  if (value.coveragePermille === null) writer.long(0); else { writer.long(1); writer.long(value.coveragePermille); }
  writer.string(value.model);
  writer.long(qualitySymbols.indexOf(value.quality));
}

function decodeParkingForecastBody(reader: Reader): ParkingForecast {
  const district: ParkingForecast['district'] = reader.string();
  const facility: ParkingForecast['facility'] = reader.string();
  const at: ParkingForecast['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const target: ParkingForecast['target'] = reader.long();
  if (!(target >= -62167219200000 && target <= 253402300799999)) throw outside('target', target, -62167219200000, 253402300799999);
  const horizonMinutes: ParkingForecast['horizonMinutes'] = reader.int();
  if (!(horizonMinutes >= 1 && horizonMinutes <= 1440)) throw outside('horizonMinutes', horizonMinutes, 1, 1440);
  const capacitySpaces: ParkingForecast['capacitySpaces'] = reader.int();
  if (!(capacitySpaces >= 0 && capacitySpaces <= 100000)) throw outside('capacitySpaces', capacitySpaces, 0, 100000);
  const freeSpaces: ParkingForecast['freeSpaces'] = reader.choice(2) === 0 ? null : reader.int();
  if (freeSpaces !== null && !(freeSpaces >= 0 && freeSpaces <= 100000)) throw outside('freeSpaces', freeSpaces, 0, 100000);
  const lowSpaces: ParkingForecast['lowSpaces'] = reader.choice(2) === 0 ? null : reader.int();
  if (lowSpaces !== null && !(lowSpaces >= 0 && lowSpaces <= 100000)) throw outside('lowSpaces', lowSpaces, 0, 100000);
  const highSpaces: ParkingForecast['highSpaces'] = reader.choice(2) === 0 ? null : reader.int();
  if (highSpaces !== null && !(highSpaces >= 0 && highSpaces <= 100000)) throw outside('highSpaces', highSpaces, 0, 100000);
  const spaceProbabilityPermille: ParkingForecast['spaceProbabilityPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (spaceProbabilityPermille !== null && !(spaceProbabilityPermille >= 0 && spaceProbabilityPermille <= 1000)) throw outside('spaceProbabilityPermille', spaceProbabilityPermille, 0, 1000);
  const levelPermille: ParkingForecast['levelPermille'] = reader.int();
  if (!(levelPermille >= 0 && levelPermille <= 1000)) throw outside('levelPermille', levelPermille, 0, 1000);
  const coveragePermille: ParkingForecast['coveragePermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (coveragePermille !== null && !(coveragePermille >= 0 && coveragePermille <= 1000)) throw outside('coveragePermille', coveragePermille, 0, 1000);
  const model: ParkingForecast['model'] = reader.string();
  const quality: ParkingForecast['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  return { district, facility, at, target, horizonMinutes, capacitySpaces, freeSpaces, lowSpaces, highSpaces, spaceProbabilityPermille, levelPermille, coveragePermille, model, quality };
}

/** Appends the Avro body. */
export const encodeParkingForecast = encodeParkingForecastBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeParkingForecast = decodeParkingForecastBody;
