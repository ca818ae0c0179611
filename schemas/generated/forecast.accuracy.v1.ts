// Generated from schemas/avro/forecast.accuracy.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What is forecast. */
export type ForecastSubject = 'link' | 'parking';
const forecastSubjectSymbols: readonly ForecastSubject[] = ['link', 'parking'];

/** How the forecasts of one link or car park did whose targets lie in one hour, at one horizon. */
export interface ForecastAccuracy {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** What the forecasts were of: the speed of a link, or the occupancy of a car park. */
  readonly subject: ForecastSubject;
  /** Link or parking facility. */
  readonly id: string;
  /** When this was emitted, in event time. */
  readonly at: EventTime;
  /** Start of the hour in which the targets lie. */
  readonly windowStart: EventTime;
  /** Length of the window. Seconds. 1..86400. */
  readonly windowSeconds: number;
  /** From issue to target. Minutes. 1..1440. */
  readonly horizonMinutes: number;
  /** Forecasts whose target was measured. 0..1000000. */
  readonly judged: number;
  /** Those whose interval held the target, ends included. 0..1000000. */
  readonly held: number;
  /** Sum of absolute errors. 0.1 km/h of a link, permille of capacity of a car park, as all sums here. 0..4000000000000. */
  readonly absoluteError: number;
  /** Those for which there was a last value when they were issued. 0..1000000. */
  readonly persistenceJudged: number;
  /** Sum of absolute errors of the last value, over persistenceJudged. 0..4000000000000. */
  readonly persistenceError: number;
  /** Sum of absolute errors of the forecasts of persistenceJudged. 0..4000000000000. */
  readonly absoluteErrorBesidePersistence: number;
  /** Those for which the weekly profile was known when they were issued. 0..1000000. */
  readonly profileJudged: number;
  /** Sum of absolute errors of the weekly profile, over profileJudged. 0..4000000000000. */
  readonly profileError: number;
  /** Sum of absolute errors of the forecasts of profileJudged. 0..4000000000000. */
  readonly absoluteErrorBesideProfile: number;
  /** Sum of the widths of the intervals. 0..4000000000000. */
  readonly width: number;
  /** Sum of interval scores: the width, and 20 times the distance of a target outside (Gneiting and Raftery 2007, at 0.9). 0..4000000000000. */
  readonly intervalScore: number;
}

function encodeForecastAccuracyBody(writer: Writer, value: ForecastAccuracy): void {
  writer.string(value.district);
  writer.long(forecastSubjectSymbols.indexOf(value.subject));
  writer.string(value.id);
  writer.long(value.at);
  writer.long(value.windowStart);
  writer.long(value.windowSeconds);
  writer.long(value.horizonMinutes);
  writer.long(value.judged);
  writer.long(value.held);
  writer.long(value.absoluteError);
  writer.long(value.persistenceJudged);
  writer.long(value.persistenceError);
  writer.long(value.absoluteErrorBesidePersistence);
  writer.long(value.profileJudged);
  writer.long(value.profileError);
  writer.long(value.absoluteErrorBesideProfile);
  writer.long(value.width);
  writer.long(value.intervalScore);
}

function decodeForecastAccuracyBody(reader: Reader): ForecastAccuracy {
  const district: ForecastAccuracy['district'] = reader.string();
  const subject: ForecastAccuracy['subject'] = forecastSubjectSymbols[reader.choice(2)] as ForecastSubject;
  const id: ForecastAccuracy['id'] = reader.string();
  const at: ForecastAccuracy['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const windowStart: ForecastAccuracy['windowStart'] = reader.long();
  if (!(windowStart >= -62167219200000 && windowStart <= 253402300799999)) throw outside('windowStart', windowStart, -62167219200000, 253402300799999);
  const windowSeconds: ForecastAccuracy['windowSeconds'] = reader.int();
  if (!(windowSeconds >= 1 && windowSeconds <= 86400)) throw outside('windowSeconds', windowSeconds, 1, 86400);
  const horizonMinutes: ForecastAccuracy['horizonMinutes'] = reader.int();
  if (!(horizonMinutes >= 1 && horizonMinutes <= 1440)) throw outside('horizonMinutes', horizonMinutes, 1, 1440);
  const judged: ForecastAccuracy['judged'] = reader.int();
  if (!(judged >= 0 && judged <= 1000000)) throw outside('judged', judged, 0, 1000000);
  const held: ForecastAccuracy['held'] = reader.int();
  if (!(held >= 0 && held <= 1000000)) throw outside('held', held, 0, 1000000);
  const absoluteError: ForecastAccuracy['absoluteError'] = reader.long();
  if (!(absoluteError >= 0 && absoluteError <= 4000000000000)) throw outside('absoluteError', absoluteError, 0, 4000000000000);
  const persistenceJudged: ForecastAccuracy['persistenceJudged'] = reader.int();
  if (!(persistenceJudged >= 0 && persistenceJudged <= 1000000)) throw outside('persistenceJudged', persistenceJudged, 0, 1000000);
  const persistenceError: ForecastAccuracy['persistenceError'] = reader.long();
  if (!(persistenceError >= 0 && persistenceError <= 4000000000000)) throw outside('persistenceError', persistenceError, 0, 4000000000000);
  const absoluteErrorBesidePersistence: ForecastAccuracy['absoluteErrorBesidePersistence'] = reader.long();
  if (!(absoluteErrorBesidePersistence >= 0 && absoluteErrorBesidePersistence <= 4000000000000)) throw outside('absoluteErrorBesidePersistence', absoluteErrorBesidePersistence, 0, 4000000000000);
  const profileJudged: ForecastAccuracy['profileJudged'] = reader.int();
  if (!(profileJudged >= 0 && profileJudged <= 1000000)) throw outside('profileJudged', profileJudged, 0, 1000000);
  const profileError: ForecastAccuracy['profileError'] = reader.long();
  if (!(profileError >= 0 && profileError <= 4000000000000)) throw outside('profileError', profileError, 0, 4000000000000);
  const absoluteErrorBesideProfile: ForecastAccuracy['absoluteErrorBesideProfile'] = reader.long();
  if (!(absoluteErrorBesideProfile >= 0 && absoluteErrorBesideProfile <= 4000000000000)) throw outside('absoluteErrorBesideProfile', absoluteErrorBesideProfile, 0, 4000000000000);
  const width: ForecastAccuracy['width'] = reader.long();
  if (!(width >= 0 && width <= 4000000000000)) throw outside('width', width, 0, 4000000000000);
  const intervalScore: ForecastAccuracy['intervalScore'] = reader.long();
  if (!(intervalScore >= 0 && intervalScore <= 4000000000000)) throw outside('intervalScore', intervalScore, 0, 4000000000000);
  return { district, subject, id, at, windowStart, windowSeconds, horizonMinutes, judged, held, absoluteError, persistenceJudged, persistenceError, absoluteErrorBesidePersistence, profileJudged, profileError, absoluteErrorBesideProfile, width, intervalScore };
}

/** Appends the Avro body. */
export const encodeForecastAccuracy = encodeForecastAccuracyBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeForecastAccuracy = decodeForecastAccuracyBody;
