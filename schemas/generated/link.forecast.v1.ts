// Generated from schemas/avro/link.forecast.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What the value is. */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';
const qualitySymbols: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];

/** The speed of one link at a time to come. */
export interface LinkForecast {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Link. */
  readonly link: string;
  /** When it was issued, in event time. */
  readonly at: EventTime;
  /** The time that it speaks of. */
  readonly target: EventTime;
  /** From issue to target. Minutes. 1..1440. */
  readonly horizonMinutes: number;
  /** Most likely space-mean speed, 0.1 km/h. 0..3000. */
  readonly spaceMeanDecikph: number | null;
  /** Lower end of the interval, 0.1 km/h. 0..3000. */
  readonly lowDecikph: number | null;
  /** Upper end of the interval, 0.1 km/h. 0..3000. */
  readonly highDecikph: number | null;
  /** Share of targets that the interval is meant to hold. Permille. 0..1000. */
  readonly levelPermille: number;
  /** Share of past targets that it did hold. Permille. 0..1000. */
  readonly coveragePermille: number | null;
  /** Which forecaster made it. */
  readonly model: string;
  /** forecast; stale when nothing was measured in the 20 minutes before; or missing. */
  readonly quality: Quality;
}

function encodeLinkForecastBody(writer: Writer, value: LinkForecast): void {
  writer.string(value.district);
  writer.string(value.link);
  writer.long(value.at);
  writer.long(value.target);
  writer.long(value.horizonMinutes);
  if (value.spaceMeanDecikph === null) writer.long(0); else { writer.long(1); writer.long(value.spaceMeanDecikph); }
  if (value.lowDecikph === null) writer.long(0); else { writer.long(1); writer.long(value.lowDecikph); }
  if (value.highDecikph === null) writer.long(0); else { writer.long(1); writer.long(value.highDecikph); }
  writer.long(value.levelPermille);
  if (value.coveragePermille === null) writer.long(0); else { writer.long(1); writer.long(value.coveragePermille); }
  writer.string(value.model);
  writer.long(qualitySymbols.indexOf(value.quality));
}

function decodeLinkForecastBody(reader: Reader): LinkForecast {
  const district: LinkForecast['district'] = reader.string();
  const link: LinkForecast['link'] = reader.string();
  const at: LinkForecast['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const target: LinkForecast['target'] = reader.long();
  if (!(target >= -62167219200000 && target <= 253402300799999)) throw outside('target', target, -62167219200000, 253402300799999);
  const horizonMinutes: LinkForecast['horizonMinutes'] = reader.int();
  if (!(horizonMinutes >= 1 && horizonMinutes <= 1440)) throw outside('horizonMinutes', horizonMinutes, 1, 1440);
  const spaceMeanDecikph: LinkForecast['spaceMeanDecikph'] = reader.choice(2) === 0 ? null : reader.int();
  if (spaceMeanDecikph !== null && !(spaceMeanDecikph >= 0 && spaceMeanDecikph <= 3000)) throw outside('spaceMeanDecikph', spaceMeanDecikph, 0, 3000);
  const lowDecikph: LinkForecast['lowDecikph'] = reader.choice(2) === 0 ? null : reader.int();
  if (lowDecikph !== null && !(lowDecikph >= 0 && lowDecikph <= 3000)) throw outside('lowDecikph', lowDecikph, 0, 3000);
  const highDecikph: LinkForecast['highDecikph'] = reader.choice(2) === 0 ? null : reader.int();
  if (highDecikph !== null && !(highDecikph >= 0 && highDecikph <= 3000)) throw outside('highDecikph', highDecikph, 0, 3000);
  const levelPermille: LinkForecast['levelPermille'] = reader.int();
  if (!(levelPermille >= 0 && levelPermille <= 1000)) throw outside('levelPermille', levelPermille, 0, 1000);
  const coveragePermille: LinkForecast['coveragePermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (coveragePermille !== null && !(coveragePermille >= 0 && coveragePermille <= 1000)) throw outside('coveragePermille', coveragePermille, 0, 1000);
  const model: LinkForecast['model'] = reader.string();
  const quality: LinkForecast['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  return { district, link, at, target, horizonMinutes, spaceMeanDecikph, lowDecikph, highDecikph, levelPermille, coveragePermille, model, quality };
}

/** Appends the Avro body. */
export const encodeLinkForecast = encodeLinkForecastBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeLinkForecast = decodeLinkForecastBody;
