// Generated from schemas/avro/approach.state.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** What the twin predicted at the first status of the window, and what then happened. */
export interface TwinPrediction {
  /** How far it looked ahead. Seconds. 1..3600. */
  readonly seconds: number;
  /** Stopped delay if the advice was followed. Vehicle seconds. 0..10000000. */
  readonly advisedVehicleSeconds: number;
  /** Stopped delay if the controller went on with its own plan. Vehicle seconds. 0..10000000. */
  readonly nativeVehicleSeconds: number;
  /** Stopped delay as it was then estimated from detectors. Vehicle seconds. 0..10000000. */
  readonly stoppedVehicleSeconds: number;
  /** Of the statuses meanwhile, those that showed or led to what was advised. Permille. 0..1000. */
  readonly followedPermille: number;
}

/** How many take one movement. */
export interface TurningShare {
  /** Movement of the network. */
  readonly movement: string;
  /** Share of the vehicles of the lane. Permille. 0..1000. */
  readonly permille: number;
  /** Standard deviation of it. Permille. 0..1000. */
  readonly deviationPermille: number;
}

/** What the values of a lane are. */
export type ApproachQuality = 'observed' | 'imputed' | 'missing';
const approachQualitySymbols: readonly ApproachQuality[] = ['observed', 'imputed', 'missing'];

/** What stood and came on one inbound lane. */
export interface ApproachLane {
  /** Link of the lane. */
  readonly link: string;
  /** Lane, 1 is nearest the centre of the road. 1..255. */
  readonly lane: number;
  /** Mean number of vehicles that stood. 0.1 vehicles. 0..100000. */
  readonly queueDecivehicles: number;
  /** Standard deviation of the number of vehicles that is thought to be there. 0.1 vehicles. 0..100000. */
  readonly deviationDecivehicles: number;
  /** The most that stood at once. 0.1 vehicles. 0..100000. */
  readonly longestQueueDecivehicles: number;
  /** The longest that somebody stood without any leaving, up to the end of the window. Seconds. 0..100000. */
  readonly longestWaitSeconds: number;
  /** Time that all vehicles stood, together: stopped delay. Vehicle seconds. 0..10000000. */
  readonly stoppedVehicleSeconds: number;
  /** Vehicles that come, over the last minutes. Vehicles per hour. 0..10000. */
  readonly arrivalVph: number;
  /** Standard deviation of it. Vehicles per hour. 0..10000. */
  readonly arrivalDeviationVph: number;
  /** Flow of a queue that may go, as measured. Vehicles per hour of green. Absent until enough queues were seen. 0..10000. */
  readonly saturationVph: number | null;
  /** Standard deviation of it. Vehicles per hour of green. 0..10000. */
  readonly saturationDeviationVph: number | null;
  /** Whether the queue reached out of sight of the detectors. */
  readonly spillsBack: boolean;
  /** Where its vehicles go. */
  readonly shares: readonly TurningShare[];
  /** observed: counted or seen; imputed: some of its detectors are not believed; missing: none is. */
  readonly quality: ApproachQuality;
}

/** What stood and came before one signal in one window, lane by lane, as far as its detectors tell. */
export interface ApproachState {
  /** District of the intersection; the key of the topic. */
  readonly district: string;
  /** Intersection. */
  readonly intersection: string;
  /** When it was said, in event time. */
  readonly at: EventTime;
  /** Start of the window. */
  readonly windowStart: EventTime;
  /** Length of the window. Seconds. 1..86400. */
  readonly windowSeconds: number;
  /** Statuses of the controller in the window. 0..100000. */
  readonly statuses: number;
  /** Absent where no advice was given. */
  readonly twin: TwinPrediction | null;
  /** Inbound lanes. */
  readonly lanes: readonly ApproachLane[];
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

function part<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (failure) {
    throw inside(path, failure);
  }
}

function encodeTwinPredictionBody(writer: Writer, value: TwinPrediction): void {
  writer.long(value.seconds);
  writer.long(value.advisedVehicleSeconds);
  writer.long(value.nativeVehicleSeconds);
  writer.long(value.stoppedVehicleSeconds);
  writer.long(value.followedPermille);
}

function decodeTwinPredictionBody(reader: Reader): TwinPrediction {
  const seconds: TwinPrediction['seconds'] = reader.int();
  if (!(seconds >= 1 && seconds <= 3600)) throw outside('seconds', seconds, 1, 3600);
  const advisedVehicleSeconds: TwinPrediction['advisedVehicleSeconds'] = reader.int();
  if (!(advisedVehicleSeconds >= 0 && advisedVehicleSeconds <= 10000000)) throw outside('advisedVehicleSeconds', advisedVehicleSeconds, 0, 10000000);
  const nativeVehicleSeconds: TwinPrediction['nativeVehicleSeconds'] = reader.int();
  if (!(nativeVehicleSeconds >= 0 && nativeVehicleSeconds <= 10000000)) throw outside('nativeVehicleSeconds', nativeVehicleSeconds, 0, 10000000);
  const stoppedVehicleSeconds: TwinPrediction['stoppedVehicleSeconds'] = reader.int();
  if (!(stoppedVehicleSeconds >= 0 && stoppedVehicleSeconds <= 10000000)) throw outside('stoppedVehicleSeconds', stoppedVehicleSeconds, 0, 10000000);
  const followedPermille: TwinPrediction['followedPermille'] = reader.int();
  if (!(followedPermille >= 0 && followedPermille <= 1000)) throw outside('followedPermille', followedPermille, 0, 1000);
  return { seconds, advisedVehicleSeconds, nativeVehicleSeconds, stoppedVehicleSeconds, followedPermille };
}

function encodeTurningShareBody(writer: Writer, value: TurningShare): void {
  writer.string(value.movement);
  writer.long(value.permille);
  writer.long(value.deviationPermille);
}

function decodeTurningShareBody(reader: Reader): TurningShare {
  const movement: TurningShare['movement'] = reader.string();
  const permille: TurningShare['permille'] = reader.int();
  if (!(permille >= 0 && permille <= 1000)) throw outside('permille', permille, 0, 1000);
  const deviationPermille: TurningShare['deviationPermille'] = reader.int();
  if (!(deviationPermille >= 0 && deviationPermille <= 1000)) throw outside('deviationPermille', deviationPermille, 0, 1000);
  return { movement, permille, deviationPermille };
}

function encodeApproachLaneBody(writer: Writer, value: ApproachLane): void {
  writer.string(value.link);
  writer.long(value.lane);
  writer.long(value.queueDecivehicles);
  writer.long(value.deviationDecivehicles);
  writer.long(value.longestQueueDecivehicles);
  writer.long(value.longestWaitSeconds);
  writer.long(value.stoppedVehicleSeconds);
  writer.long(value.arrivalVph);
  writer.long(value.arrivalDeviationVph);
  if (value.saturationVph === null) writer.long(0); else { writer.long(1); writer.long(value.saturationVph); }
  if (value.saturationDeviationVph === null) writer.long(0); else { writer.long(1); writer.long(value.saturationDeviationVph); }
  writer.boolean(value.spillsBack);
  if (value.shares.length > 0) writer.long(value.shares.length); for (const item of value.shares) { encodeTurningShareBody(writer, item); } writer.long(0);
  writer.long(approachQualitySymbols.indexOf(value.quality));
}

function decodeApproachLaneBody(reader: Reader): ApproachLane {
  const link: ApproachLane['link'] = reader.string();
  const lane: ApproachLane['lane'] = reader.int();
  if (!(lane >= 1 && lane <= 255)) throw outside('lane', lane, 1, 255);
  const queueDecivehicles: ApproachLane['queueDecivehicles'] = reader.int();
  if (!(queueDecivehicles >= 0 && queueDecivehicles <= 100000)) throw outside('queueDecivehicles', queueDecivehicles, 0, 100000);
  const deviationDecivehicles: ApproachLane['deviationDecivehicles'] = reader.int();
  if (!(deviationDecivehicles >= 0 && deviationDecivehicles <= 100000)) throw outside('deviationDecivehicles', deviationDecivehicles, 0, 100000);
  const longestQueueDecivehicles: ApproachLane['longestQueueDecivehicles'] = reader.int();
  if (!(longestQueueDecivehicles >= 0 && longestQueueDecivehicles <= 100000)) throw outside('longestQueueDecivehicles', longestQueueDecivehicles, 0, 100000);
  const longestWaitSeconds: ApproachLane['longestWaitSeconds'] = reader.int();
  if (!(longestWaitSeconds >= 0 && longestWaitSeconds <= 100000)) throw outside('longestWaitSeconds', longestWaitSeconds, 0, 100000);
  const stoppedVehicleSeconds: ApproachLane['stoppedVehicleSeconds'] = reader.int();
  if (!(stoppedVehicleSeconds >= 0 && stoppedVehicleSeconds <= 10000000)) throw outside('stoppedVehicleSeconds', stoppedVehicleSeconds, 0, 10000000);
  const arrivalVph: ApproachLane['arrivalVph'] = reader.int();
  if (!(arrivalVph >= 0 && arrivalVph <= 10000)) throw outside('arrivalVph', arrivalVph, 0, 10000);
  const arrivalDeviationVph: ApproachLane['arrivalDeviationVph'] = reader.int();
  if (!(arrivalDeviationVph >= 0 && arrivalDeviationVph <= 10000)) throw outside('arrivalDeviationVph', arrivalDeviationVph, 0, 10000);
  const saturationVph: ApproachLane['saturationVph'] = reader.choice(2) === 0 ? null : reader.int();
  if (saturationVph !== null && !(saturationVph >= 0 && saturationVph <= 10000)) throw outside('saturationVph', saturationVph, 0, 10000);
  const saturationDeviationVph: ApproachLane['saturationDeviationVph'] = reader.choice(2) === 0 ? null : reader.int();
  if (saturationDeviationVph !== null && !(saturationDeviationVph >= 0 && saturationDeviationVph <= 10000)) throw outside('saturationDeviationVph', saturationDeviationVph, 0, 10000);
  const spillsBack: ApproachLane['spillsBack'] = reader.boolean();
  const shares: ApproachLane['shares'] = list(reader, 'shares', 3, () => decodeTurningShareBody(reader));
  const quality: ApproachLane['quality'] = approachQualitySymbols[reader.choice(3)] as ApproachQuality;
  return { link, lane, queueDecivehicles, deviationDecivehicles, longestQueueDecivehicles, longestWaitSeconds, stoppedVehicleSeconds, arrivalVph, arrivalDeviationVph, saturationVph, saturationDeviationVph, spillsBack, shares, quality };
}

function encodeApproachStateBody(writer: Writer, value: ApproachState): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.long(value.at);
  writer.long(value.windowStart);
  writer.long(value.windowSeconds);
  writer.long(value.statuses);
  if (value.twin === null) writer.long(0); else { writer.long(1); encodeTwinPredictionBody(writer, value.twin); }
  if (value.lanes.length > 0) writer.long(value.lanes.length); for (const item of value.lanes) { encodeApproachLaneBody(writer, item); } writer.long(0);
}

function decodeApproachStateBody(reader: Reader): ApproachState {
  const district: ApproachState['district'] = reader.string();
  const intersection: ApproachState['intersection'] = reader.string();
  const at: ApproachState['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const windowStart: ApproachState['windowStart'] = reader.long();
  if (!(windowStart >= -62167219200000 && windowStart <= 253402300799999)) throw outside('windowStart', windowStart, -62167219200000, 253402300799999);
  const windowSeconds: ApproachState['windowSeconds'] = reader.int();
  if (!(windowSeconds >= 1 && windowSeconds <= 86400)) throw outside('windowSeconds', windowSeconds, 1, 86400);
  const statuses: ApproachState['statuses'] = reader.int();
  if (!(statuses >= 0 && statuses <= 100000)) throw outside('statuses', statuses, 0, 100000);
  const twin: ApproachState['twin'] = reader.choice(2) === 0 ? null : part('twin', () => decodeTwinPredictionBody(reader));
  const lanes: ApproachState['lanes'] = list(reader, 'lanes', 14, () => decodeApproachLaneBody(reader));
  return { district, intersection, at, windowStart, windowSeconds, statuses, twin, lanes };
}

/** Appends the Avro body. */
export const encodeApproachState = encodeApproachStateBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeApproachState = decodeApproachStateBody;
