// Generated from schemas/avro/environment.reading.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** State of the surface. */
export type RoadSurfaceState = 'dry' | 'moist' | 'wet' | 'snow' | 'ice';
const roadSurfaceStateSymbols: readonly RoadSurfaceState[] = ['dry', 'moist', 'wet', 'snow', 'ice'];

/** What one station measured. */
export interface EnvironmentReading {
  /** Station; the key of the topic. */
  readonly station: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** When it was measured. */
  readonly at: EventTime;
  /** Water over the road surface. Millimetres. -1000..20000. */
  readonly waterLevelMillimeters: number | null;
  /** Rain intensity, 0.1 mm/h. 0..5000. */
  readonly rainDecimillimetersPerHour: number | null;
  /** Meteorological visibility. Metres. 0..100000. */
  readonly visibilityMeters: number | null;
  /** Temperature of the road surface, 0.1 degrees Celsius. -800..1000. */
  readonly roadSurfaceDecicelsius: number | null;
  /** State of the surface. */
  readonly roadSurfaceState: RoadSurfaceState | null;
  /** Fine dust, 0.1 ug/m3. 0..20000. */
  readonly pm25DecimicrogramsPerCubicMeter: number | null;
  /** Nitrogen dioxide, 0.1 ug/m3. 0..50000. */
  readonly no2DecimicrogramsPerCubicMeter: number | null;
  /** A-weighted sound level, 0.1 dB. 0..1600. */
  readonly noiseDecidecibels: number | null;
}

function encodeEnvironmentReadingBody(writer: Writer, value: EnvironmentReading): void {
  writer.string(value.station);
  writer.long(value.sequence);
  writer.long(value.at);
  if (value.waterLevelMillimeters === null) writer.long(0); else { writer.long(1); writer.long(value.waterLevelMillimeters); }
  if (value.rainDecimillimetersPerHour === null) writer.long(0); else { writer.long(1); writer.long(value.rainDecimillimetersPerHour); }
  if (value.visibilityMeters === null) writer.long(0); else { writer.long(1); writer.long(value.visibilityMeters); }
  if (value.roadSurfaceDecicelsius === null) writer.long(0); else { writer.long(1); writer.long(value.roadSurfaceDecicelsius); }
  if (value.roadSurfaceState === null) writer.long(0); else { writer.long(1); writer.long(roadSurfaceStateSymbols.indexOf(value.roadSurfaceState)); }
  if (value.pm25DecimicrogramsPerCubicMeter === null) writer.long(0); else { writer.long(1); writer.long(value.pm25DecimicrogramsPerCubicMeter); }
  if (value.no2DecimicrogramsPerCubicMeter === null) writer.long(0); else { writer.long(1); writer.long(value.no2DecimicrogramsPerCubicMeter); }
  if (value.noiseDecidecibels === null) writer.long(0); else { writer.long(1); writer.long(value.noiseDecidecibels); }
}

function decodeEnvironmentReadingBody(reader: Reader): EnvironmentReading {
  const station: EnvironmentReading['station'] = reader.string();
  const sequence: EnvironmentReading['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: EnvironmentReading['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const waterLevelMillimeters: EnvironmentReading['waterLevelMillimeters'] = reader.choice(2) === 0 ? null : reader.int();
  if (waterLevelMillimeters !== null && !(waterLevelMillimeters >= -1000 && waterLevelMillimeters <= 20000)) throw outside('waterLevelMillimeters', waterLevelMillimeters, -1000, 20000);
  const rainDecimillimetersPerHour: EnvironmentReading['rainDecimillimetersPerHour'] = reader.choice(2) === 0 ? null : reader.int();
  if (rainDecimillimetersPerHour !== null && !(rainDecimillimetersPerHour >= 0 && rainDecimillimetersPerHour <= 5000)) throw outside('rainDecimillimetersPerHour', rainDecimillimetersPerHour, 0, 5000);
  const visibilityMeters: EnvironmentReading['visibilityMeters'] = reader.choice(2) === 0 ? null : reader.int();
  if (visibilityMeters !== null && !(visibilityMeters >= 0 && visibilityMeters <= 100000)) throw outside('visibilityMeters', visibilityMeters, 0, 100000);
  const roadSurfaceDecicelsius: EnvironmentReading['roadSurfaceDecicelsius'] = reader.choice(2) === 0 ? null : reader.int();
  if (roadSurfaceDecicelsius !== null && !(roadSurfaceDecicelsius >= -800 && roadSurfaceDecicelsius <= 1000)) throw outside('roadSurfaceDecicelsius', roadSurfaceDecicelsius, -800, 1000);
  const roadSurfaceState: EnvironmentReading['roadSurfaceState'] = reader.choice(2) === 0 ? null : roadSurfaceStateSymbols[reader.choice(5)] as RoadSurfaceState;
  const pm25DecimicrogramsPerCubicMeter: EnvironmentReading['pm25DecimicrogramsPerCubicMeter'] = reader.choice(2) === 0 ? null : reader.int();
  if (pm25DecimicrogramsPerCubicMeter !== null && !(pm25DecimicrogramsPerCubicMeter >= 0 && pm25DecimicrogramsPerCubicMeter <= 20000)) throw outside('pm25DecimicrogramsPerCubicMeter', pm25DecimicrogramsPerCubicMeter, 0, 20000);
  const no2DecimicrogramsPerCubicMeter: EnvironmentReading['no2DecimicrogramsPerCubicMeter'] = reader.choice(2) === 0 ? null : reader.int();
  if (no2DecimicrogramsPerCubicMeter !== null && !(no2DecimicrogramsPerCubicMeter >= 0 && no2DecimicrogramsPerCubicMeter <= 50000)) throw outside('no2DecimicrogramsPerCubicMeter', no2DecimicrogramsPerCubicMeter, 0, 50000);
  const noiseDecidecibels: EnvironmentReading['noiseDecidecibels'] = reader.choice(2) === 0 ? null : reader.int();
  if (noiseDecidecibels !== null && !(noiseDecidecibels >= 0 && noiseDecidecibels <= 1600)) throw outside('noiseDecidecibels', noiseDecidecibels, 0, 1600);
  return { station, sequence, at, waterLevelMillimeters, rainDecimillimetersPerHour, visibilityMeters, roadSurfaceDecicelsius, roadSurfaceState, pm25DecimicrogramsPerCubicMeter, no2DecimicrogramsPerCubicMeter, noiseDecidecibels };
}

/** Appends the Avro body. */
export const encodeEnvironmentReading = encodeEnvironmentReadingBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeEnvironmentReading = decodeEnvironmentReadingBody;
