// Generated from schemas/avro/citizen.report.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What the citizen chose. */
export type ReportCategory = 'accident' | 'obstacle' | 'flooding' | 'signalFault' | 'parking' | 'roadDamage' | 'other';
const reportCategorySymbols: readonly ReportCategory[] = ['accident', 'obstacle', 'flooding', 'signalFault', 'parking', 'roadDamage', 'other'];

/** What a citizen reported. */
export interface CitizenReport {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Id of the report. */
  readonly report: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** When it was reported. */
  readonly at: EventTime;
  /** What the citizen chose. */
  readonly category: ReportCategory;
  /** In the citizen's words; at most 1,000 characters. */
  readonly text: string;
  /** Degrees, WGS 84. -180..180. */
  readonly longitude: number;
  /** Degrees, WGS 84. -90..90. */
  readonly latitude: number;
}

function encodeCitizenReportBody(writer: Writer, value: CitizenReport): void {
  writer.string(value.district);
  writer.string(value.report);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(reportCategorySymbols.indexOf(value.category));
  writer.string(value.text);
  writer.double(value.longitude);
  writer.double(value.latitude);
}

function decodeCitizenReportBody(reader: Reader): CitizenReport {
  const district: CitizenReport['district'] = reader.string();
  const report: CitizenReport['report'] = reader.string();
  const sequence: CitizenReport['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: CitizenReport['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const category: CitizenReport['category'] = reportCategorySymbols[reader.choice(7)] as ReportCategory;
  const text: CitizenReport['text'] = reader.string();
  const longitude: CitizenReport['longitude'] = reader.double();
  if (!(longitude >= -180 && longitude <= 180)) throw outside('longitude', longitude, -180, 180);
  const latitude: CitizenReport['latitude'] = reader.double();
  if (!(latitude >= -90 && latitude <= 90)) throw outside('latitude', latitude, -90, 90);
  return { district, report, sequence, at, category, text, longitude, latitude };
}

/** Appends the Avro body. */
export const encodeCitizenReport = encodeCitizenReportBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeCitizenReport = decodeCitizenReportBody;
