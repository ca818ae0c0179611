// Generated from schemas/avro/camera.observation.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** Counts of one lane. */
export interface LaneObservation {
  /** Link of the lane. */
  readonly link: string;
  /** Lane, 1 is nearest the centre of the road. 1..16. */
  readonly lane: number;
  /** Vehicles that crossed the stop bar. 0..10000. */
  readonly count: number;
  /** Length of the standing queue from the stop bar. Metres. 0..10000. */
  readonly queueMeters: number | null;
  /** Mean speed in view, 0.1 km/h. 0..3000. */
  readonly speedDecikph: number | null;
}

/** What it is. */
export type ObservationKind = 'stoppedVehicle' | 'wrongWay' | 'pedestrianOnRoad' | 'debris' | 'illegalParking' | 'smoke';
const observationKindSymbols: readonly ObservationKind[] = ['stoppedVehicle', 'wrongWay', 'pedestrianOnRoad', 'debris', 'illegalParking', 'smoke'];

/** Something that ought not to be there. */
export interface Observation {
  /** What it is. */
  readonly kind: ObservationKind;
  /** Link on which it is. */
  readonly link: string;
  /** Where on the link, measured from the stop bar. Metres. 0..100000. */
  readonly toStopBarMeters: number;
  /** How sure the camera is. Permille. 0..1000. */
  readonly confidencePermille: number;
  /** The camera's own number of the object, the same while it is in view. 0..9007199254740991. */
  readonly track: number;
  /** Token of the number plate under the key of the day; never the plate. */
  readonly plateToken: string | null;
}

/** What one camera saw in one interval; never the picture. */
export interface CameraObservation {
  /** Site of the camera; the key of the topic. */
  readonly site: string;
  /** Camera that saw it. */
  readonly camera: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** End of the interval. */
  readonly at: EventTime;
  /** Length of the interval. Seconds. 1..3600. */
  readonly intervalSeconds: number;
  /** Per lane in view. */
  readonly lanes: readonly LaneObservation[];
  /** What ought not to be there. */
  readonly observations: readonly Observation[];
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

function encodeLaneObservationBody(writer: Writer, value: LaneObservation): void {
  writer.string(value.link);
  writer.long(value.lane);
  writer.long(value.count);
  if (value.queueMeters === null) writer.long(0); else { writer.long(1); writer.long(value.queueMeters); }
  if (value.speedDecikph === null) writer.long(0); else { writer.long(1); writer.long(value.speedDecikph); }
}

function decodeLaneObservationBody(reader: Reader): LaneObservation {
  const link: LaneObservation['link'] = reader.string();
  const lane: LaneObservation['lane'] = reader.int();
  if (!(lane >= 1 && lane <= 16)) throw outside('lane', lane, 1, 16);
  const count: LaneObservation['count'] = reader.int();
  if (!(count >= 0 && count <= 10000)) throw outside('count', count, 0, 10000);
  const queueMeters: LaneObservation['queueMeters'] = reader.choice(2) === 0 ? null : reader.int();
  if (queueMeters !== null && !(queueMeters >= 0 && queueMeters <= 10000)) throw outside('queueMeters', queueMeters, 0, 10000);
  const speedDecikph: LaneObservation['speedDecikph'] = reader.choice(2) === 0 ? null : reader.int();
  if (speedDecikph !== null && !(speedDecikph >= 0 && speedDecikph <= 3000)) throw outside('speedDecikph', speedDecikph, 0, 3000);
  return { link, lane, count, queueMeters, speedDecikph };
}

function encodeObservationBody(writer: Writer, value: Observation): void {
  writer.long(observationKindSymbols.indexOf(value.kind));
  writer.string(value.link);
  writer.long(value.toStopBarMeters);
  writer.long(value.confidencePermille);
  writer.long(value.track);
  if (value.plateToken === null) writer.long(0); else { writer.long(1); writer.string(value.plateToken); }
}

function decodeObservationBody(reader: Reader): Observation {
  const kind: Observation['kind'] = observationKindSymbols[reader.choice(6)] as ObservationKind;
  const link: Observation['link'] = reader.string();
  const toStopBarMeters: Observation['toStopBarMeters'] = reader.int();
  if (!(toStopBarMeters >= 0 && toStopBarMeters <= 100000)) throw outside('toStopBarMeters', toStopBarMeters, 0, 100000);
  const confidencePermille: Observation['confidencePermille'] = reader.int();
  if (!(confidencePermille >= 0 && confidencePermille <= 1000)) throw outside('confidencePermille', confidencePermille, 0, 1000);
  const track: Observation['track'] = reader.long();
  if (!(track >= 0 && track <= 9007199254740991)) throw outside('track', track, 0, 9007199254740991);
  const plateToken: Observation['plateToken'] = reader.choice(2) === 0 ? null : reader.string();
  return { kind, link, toStopBarMeters, confidencePermille, track, plateToken };
}

function encodeCameraObservationBody(writer: Writer, value: CameraObservation): void {
  writer.string(value.site);
  writer.string(value.camera);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(value.intervalSeconds);
  if (value.lanes.length > 0) writer.long(value.lanes.length); for (const item of value.lanes) { encodeLaneObservationBody(writer, item); } writer.long(0);
  if (value.observations.length > 0) writer.long(value.observations.length); for (const item of value.observations) { encodeObservationBody(writer, item); } writer.long(0);
}

function decodeCameraObservationBody(reader: Reader): CameraObservation {
  const site: CameraObservation['site'] = reader.string();
  const camera: CameraObservation['camera'] = reader.string();
  const sequence: CameraObservation['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: CameraObservation['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const intervalSeconds: CameraObservation['intervalSeconds'] = reader.int();
  if (!(intervalSeconds >= 1 && intervalSeconds <= 3600)) throw outside('intervalSeconds', intervalSeconds, 1, 3600);
  const lanes: CameraObservation['lanes'] = list(reader, 'lanes', 5, () => decodeLaneObservationBody(reader));
  const observations: CameraObservation['observations'] = list(reader, 'observations', 6, () => decodeObservationBody(reader));
  return { site, camera, sequence, at, intervalSeconds, lanes, observations };
}

/** Appends the Avro body. */
export const encodeCameraObservation = encodeCameraObservationBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeCameraObservation = decodeCameraObservationBody;
