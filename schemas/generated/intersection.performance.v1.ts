// Generated from schemas/avro/intersection.performance.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** HCM level of service. */
export type LevelOfService = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
const levelOfServiceSymbols: readonly LevelOfService[] = ['A', 'B', 'C', 'D', 'E', 'F'];

/** What the value is. */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';
const qualitySymbols: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];

/** One phase. */
export interface PhasePerformance {
  /** NTCIP phase number. 1..16. */
  readonly phase: number;
  /** Mean green, 0.1 s. 0..100000. */
  readonly greenDeciseconds: number | null;
  /** Demand volume served. Vehicles per hour. 0..100000. */
  readonly volumeVph: number | null;
  /** Saturation flow of the phase's critical lane group. Vehicles per hour of green. 0..100000. */
  readonly saturationVph: number;
  /** v/c of the critical lane group, permille. 0..100000. */
  readonly volumeToCapacityPermille: number | null;
  /** HCM control delay, 0.1 s. 0..1000000. */
  readonly controlDelayDeciseconds: number | null;
  /** By control delay; F when v/c exceeds 1. */
  readonly levelOfService: LevelOfService | null;
  /** Stop-bar occupancy during green. Permille. 0..1000. */
  readonly greenOccupancyPermille: number | null;
  /** Cycles with green and first-5-s-of-red occupancy both at least 0.80. Absent when readings are too coarse to judge a cycle. 0..10000. */
  readonly splitFailures: number | null;
  /** What the values are. */
  readonly quality: Quality;
}

/** How one signalised intersection did in one window. */
export interface IntersectionPerformance {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Intersection. */
  readonly intersection: string;
  /** When this revision was emitted, in event time. */
  readonly at: EventTime;
  /** Start of the window. */
  readonly windowStart: EventTime;
  /** Length of the window. Seconds. 1..86400. */
  readonly windowSeconds: number;
  /** 0 for the first. 0..1000000. */
  readonly revision: number;
  /** Whole cycles seen. 0..10000. */
  readonly cycles: number;
  /** Mean cycle length, 0.1 s. 0..100000. */
  readonly cycleDeciseconds: number | null;
  /** In phase order. */
  readonly phases: readonly PhasePerformance[];
  /** Volume-weighted mean control delay, 0.1 s. 0..1000000. */
  readonly controlDelayDeciseconds: number | null;
  /** By control delay. */
  readonly levelOfService: LevelOfService | null;
  /** What the values are. */
  readonly quality: Quality;
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

function encodePhasePerformanceBody(writer: Writer, value: PhasePerformance): void {
  writer.long(value.phase);
  if (value.greenDeciseconds === null) writer.long(0); else { writer.long(1); writer.long(value.greenDeciseconds); }
  if (value.volumeVph === null) writer.long(0); else { writer.long(1); writer.long(value.volumeVph); }
  writer.long(value.saturationVph);
  if (value.volumeToCapacityPermille === null) writer.long(0); else { writer.long(1); writer.long(value.volumeToCapacityPermille); }
  if (value.controlDelayDeciseconds === null) writer.long(0); else { writer.long(1); writer.long(value.controlDelayDeciseconds); }
  if (value.levelOfService === null) writer.long(0); else { writer.long(1); writer.long(levelOfServiceSymbols.indexOf(value.levelOfService)); }
  if (value.greenOccupancyPermille === null) writer.long(0); else { writer.long(1); writer.long(value.greenOccupancyPermille); }
  if (value.splitFailures === null) writer.long(0); else { writer.long(1); writer.long(value.splitFailures); }
  writer.long(qualitySymbols.indexOf(value.quality));
}

function decodePhasePerformanceBody(reader: Reader): PhasePerformance {
  const phase: PhasePerformance['phase'] = reader.int();
  if (!(phase >= 1 && phase <= 16)) throw outside('phase', phase, 1, 16);
  const greenDeciseconds: PhasePerformance['greenDeciseconds'] = reader.choice(2) === 0 ? null : reader.int();
  if (greenDeciseconds !== null && !(greenDeciseconds >= 0 && greenDeciseconds <= 100000)) throw outside('greenDeciseconds', greenDeciseconds, 0, 100000);
  const volumeVph: PhasePerformance['volumeVph'] = reader.choice(2) === 0 ? null : reader.int();
  if (volumeVph !== null && !(volumeVph >= 0 && volumeVph <= 100000)) throw outside('volumeVph', volumeVph, 0, 100000);
  const saturationVph: PhasePerformance['saturationVph'] = reader.int();
  if (!(saturationVph >= 0 && saturationVph <= 100000)) throw outside('saturationVph', saturationVph, 0, 100000);
  const volumeToCapacityPermille: PhasePerformance['volumeToCapacityPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (volumeToCapacityPermille !== null && !(volumeToCapacityPermille >= 0 && volumeToCapacityPermille <= 100000)) throw outside('volumeToCapacityPermille', volumeToCapacityPermille, 0, 100000);
  const controlDelayDeciseconds: PhasePerformance['controlDelayDeciseconds'] = reader.choice(2) === 0 ? null : reader.int();
  if (controlDelayDeciseconds !== null && !(controlDelayDeciseconds >= 0 && controlDelayDeciseconds <= 1000000)) throw outside('controlDelayDeciseconds', controlDelayDeciseconds, 0, 1000000);
  const levelOfService: PhasePerformance['levelOfService'] = reader.choice(2) === 0 ? null : levelOfServiceSymbols[reader.choice(6)] as LevelOfService;
  const greenOccupancyPermille: PhasePerformance['greenOccupancyPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (greenOccupancyPermille !== null && !(greenOccupancyPermille >= 0 && greenOccupancyPermille <= 1000)) throw outside('greenOccupancyPermille', greenOccupancyPermille, 0, 1000);
  const splitFailures: PhasePerformance['splitFailures'] = reader.choice(2) === 0 ? null : reader.int();
  if (splitFailures !== null && !(splitFailures >= 0 && splitFailures <= 10000)) throw outside('splitFailures', splitFailures, 0, 10000);
  const quality: PhasePerformance['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  return { phase, greenDeciseconds, volumeVph, saturationVph, volumeToCapacityPermille, controlDelayDeciseconds, levelOfService, greenOccupancyPermille, splitFailures, quality };
}

function encodeIntersectionPerformanceBody(writer: Writer, value: IntersectionPerformance): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.long(value.at);
  writer.long(value.windowStart);
  writer.long(value.windowSeconds);
  writer.long(value.revision);
  writer.long(value.cycles);
  if (value.cycleDeciseconds === null) writer.long(0); else { writer.long(1); writer.long(value.cycleDeciseconds); }
  if (value.phases.length > 0) writer.long(value.phases.length); for (const item of value.phases) { encodePhasePerformanceBody(writer, item); } writer.long(0);
  if (value.controlDelayDeciseconds === null) writer.long(0); else { writer.long(1); writer.long(value.controlDelayDeciseconds); }
  if (value.levelOfService === null) writer.long(0); else { writer.long(1); writer.long(levelOfServiceSymbols.indexOf(value.levelOfService)); }
  writer.long(qualitySymbols.indexOf(value.quality));
}

function decodeIntersectionPerformanceBody(reader: Reader): IntersectionPerformance {
  const district: IntersectionPerformance['district'] = reader.string();
  const intersection: IntersectionPerformance['intersection'] = reader.string();
  const at: IntersectionPerformance['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const windowStart: IntersectionPerformance['windowStart'] = reader.long();
  if (!(windowStart >= -62167219200000 && windowStart <= 253402300799999)) throw outside('windowStart', windowStart, -62167219200000, 253402300799999);
  const windowSeconds: IntersectionPerformance['windowSeconds'] = reader.int();
  if (!(windowSeconds >= 1 && windowSeconds <= 86400)) throw outside('windowSeconds', windowSeconds, 1, 86400);
  const revision: IntersectionPerformance['revision'] = reader.int();
  if (!(revision >= 0 && revision <= 1000000)) throw outside('revision', revision, 0, 1000000);
  const cycles: IntersectionPerformance['cycles'] = reader.int();
  if (!(cycles >= 0 && cycles <= 10000)) throw outside('cycles', cycles, 0, 10000);
  const cycleDeciseconds: IntersectionPerformance['cycleDeciseconds'] = reader.choice(2) === 0 ? null : reader.int();
  if (cycleDeciseconds !== null && !(cycleDeciseconds >= 0 && cycleDeciseconds <= 100000)) throw outside('cycleDeciseconds', cycleDeciseconds, 0, 100000);
  const phases: IntersectionPerformance['phases'] = list(reader, 'phases', 10, () => decodePhasePerformanceBody(reader));
  const controlDelayDeciseconds: IntersectionPerformance['controlDelayDeciseconds'] = reader.choice(2) === 0 ? null : reader.int();
  if (controlDelayDeciseconds !== null && !(controlDelayDeciseconds >= 0 && controlDelayDeciseconds <= 1000000)) throw outside('controlDelayDeciseconds', controlDelayDeciseconds, 0, 1000000);
  const levelOfService: IntersectionPerformance['levelOfService'] = reader.choice(2) === 0 ? null : levelOfServiceSymbols[reader.choice(6)] as LevelOfService;
  const quality: IntersectionPerformance['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  return { district, intersection, at, windowStart, windowSeconds, revision, cycles, cycleDeciseconds, phases, controlDelayDeciseconds, levelOfService, quality };
}

/** Appends the Avro body. */
export const encodeIntersectionPerformance = encodeIntersectionPerformanceBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeIntersectionPerformance = decodeIntersectionPerformanceBody;
