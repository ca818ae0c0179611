// Generated from schemas/avro/forecast.model.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What a model forecasts. */
export type ModelSubject = 'link' | 'parking';
const modelSubjectSymbols: readonly ModelSubject[] = ['link', 'parking'];

/** A learned model by which forecasts may be made from now on. */
export interface ForecastModel {
  /** District whose forecasts it is for; the key of the topic. A model of a city comes once for each. */
  readonly district: string;
  /** What it forecasts. */
  readonly subject: ModelSubject;
  /** Name of the model; follows from the bytes. */
  readonly name: string;
  /** When it was handed in. */
  readonly at: EventTime;
  /** Grows from one handing in to the next; milliseconds of the city will do. 0..9007199254740991. */
  readonly sequence: number;
  /** The file of the model. */
  readonly model: Buffer;
}

function encodeForecastModelBody(writer: Writer, value: ForecastModel): void {
  writer.string(value.district);
  writer.long(modelSubjectSymbols.indexOf(value.subject));
  writer.string(value.name);
  writer.long(value.at);
  writer.long(value.sequence);
  writer.binary(value.model);
}

function decodeForecastModelBody(reader: Reader): ForecastModel {
  const district: ForecastModel['district'] = reader.string();
  const subject: ForecastModel['subject'] = modelSubjectSymbols[reader.choice(2)] as ModelSubject;
  const name: ForecastModel['name'] = reader.string();
  const at: ForecastModel['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const sequence: ForecastModel['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const model: ForecastModel['model'] = reader.binary();
  return { district, subject, name, at, sequence, model };
}

/** Appends the Avro body. */
export const encodeForecastModel = encodeForecastModelBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeForecastModel = decodeForecastModelBody;
