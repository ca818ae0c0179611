/**
 * A learned model as one file: eight letters, the version of the format and the length of the head (32 bits each), the
 * head as JSON, all numbers as 32-bit floats, and last a hash of all before. All numbers are little-endian.
 */

import { type HeadFault, type ModelHead, readHead } from './model-head.ts';
import { type NetworkModel, shapeOf } from './network-model.ts';
import type { Pace } from './pace.ts';
import { weightCount } from './perceptron.ts';
import { type Subject, scopes } from './subject.ts';

/** What a file says of a model beside the model. */
export interface ModelFile {
  readonly subject: Subject;
  /** The value that counts as 100 in what the model is told and says. */
  readonly span: number;
  /** Day of the newest data that it has learned from, `2026-05-31`. */
  readonly lastDay: string;
  readonly model: NetworkModel;
}

const letters = 'ARTMODEL';
const version = 2;
const preamble = letters.length + 8;
const hashBytes = 4;

/** A file may be so long: Kafka refuses a record of a megabyte. */
export const modelBytesMost = 900 * 1024;

/** The bytes of a model; its name is not among them, but follows. Throws RangeError when they are too many. */
export function writeModelFile({ subject, span, lastDay, model }: ModelFile): Uint8Array {
  const sensors = [...model.neighbours.keys()];
  const places = new Map(sensors.map((sensor, place) => [sensor, place]));
  const head: ModelHead = {
    ...{ subject, span, lastDay, pace: model.pace, shape: model.shape, members: model.members.length },
    sensors,
    neighbours: sensors.map((sensor) => model.neighbours.get(sensor)!.map((other) => places.get(other)!)),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const numbers = [model.means, model.scales, ...model.members];
  const count = numbers.reduce((sum, one) => sum + one.length, 0);
  const length = preamble + text.length + 4 * count + hashBytes;
  if (length > modelBytesMost)
    throw new RangeError(
      `a model of ${length} bytes; at most ${modelBytesMost} would be right: teach fewer members`,
    );
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(letters));
  view.setUint32(letters.length, version, true);
  view.setUint32(letters.length + 4, text.length, true);
  bytes.set(text, preamble);
  let at = preamble + text.length;
  for (const some of numbers)
    for (let i = 0; i < some.length; i++, at += 4) view.setFloat32(at, some[i]!, true);
  view.setUint32(at, hashOf(bytes.subarray(0, at)), true);
  return bytes;
}

/** The model in a file, or what is wrong with the file. Never throws. */
export function readModelFile(bytes: Uint8Array): ModelFile | HeadFault {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fault = envelopeFault(bytes, view);
  if (fault !== undefined) return { fault };
  const headBytes = view.getUint32(letters.length + 4, true);
  const head = readHead(bytes.subarray(preamble, preamble + headBytes));
  if ('fault' in head) return head;
  const { inputs } = head.shape;
  const weights = weightCount(head.shape);
  const right = preamble + headBytes + 4 * (2 * inputs + head.members * weights) + hashBytes;
  if (bytes.length !== right) return { fault: `${bytes.length} bytes; ${right} would be right` };
  let at = preamble + headBytes;
  let allFinite = true;
  const take = (count: number): Float32Array => {
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++, at += 4) {
      numbers[i] = view.getFloat32(at, true);
      allFinite &&= Number.isFinite(numbers[i]);
    }
    return numbers;
  };
  const [means, scales] = [take(inputs), take(inputs)];
  const members = Array.from({ length: head.members }, () => take(weights));
  if (!allFinite || scales.some((scale) => scale <= 0))
    return { fault: 'numbers that no network has; finite ones, and scales above 0, would be right' };
  return fileOf(head, nameOf(head, view.getUint32(at, true)), means, scales, members);
}

/** What is wrong before the head is looked at. */
function envelopeFault(bytes: Uint8Array, view: DataView): string | undefined {
  if (bytes.length > modelBytesMost) return `${bytes.length} bytes; at most ${modelBytesMost} would be right`;
  const isOurs =
    bytes.length >= preamble + hashBytes && textOf(bytes.subarray(0, letters.length)) === letters;
  if (!isOurs) return 'not the file of a model; one that arterial train has made would be right';
  const found = view.getUint32(letters.length, true);
  if (found !== version) return `version ${found} of the format; ${version} would be right`;
  if (preamble + view.getUint32(letters.length + 4, true) + hashBytes > bytes.length)
    return `${bytes.length} bytes, in which the head does not end; the whole file would be right`;
  const end = bytes.length - hashBytes;
  return hashOf(bytes.subarray(0, end)) === view.getUint32(end, true)
    ? undefined
    : 'bytes that are not as they were written; a whole copy of the file would be right';
}

function fileOf(
  { subject, span, lastDay, pace, shape, sensors, neighbours }: ModelHead,
  name: string,
  means: Float32Array,
  scales: Float32Array,
  members: Float32Array[],
): ModelFile {
  const others = new Map(
    sensors.map((sensor, place) => [sensor, neighbours[place]!.map((other) => sensors[other]!)]),
  );
  return {
    ...{ subject, span, lastDay },
    model: { name, pace, shape, means, scales, members, neighbours: others },
  };
}

/** Why the forecasters of the city cannot ask a model, and what would be right; undefined when they can. */
export function unfitness({ subject, span, model }: ModelFile): string | undefined {
  const wanted = scopes[subject];
  if (!suits(model, wanted.pace))
    return (
      `${model.name} looks ${aheadOf(model.pace)} ahead, or is told other things; ` +
      `${aheadOf(wanted.pace)} would be right`
    );
  return span === wanted.span
    ? undefined
    : `${model.name} has learned values up to ${span}; ${wanted.span} ${wanted.unit} would be right`;
}

/** The model in a file, if it is one of `subject` that the forecasters of the city can ask. Never throws. */
export function readModelOf(subject: Subject, bytes: Uint8Array): ModelFile | HeadFault {
  const file = readModelFile(bytes);
  if ('fault' in file) return file;
  if (file.subject !== subject)
    return { fault: `a model of subject ${file.subject}; ${subject} would be right` };
  const fault = unfitness(file);
  return fault === undefined ? file : { fault };
}

/** Whether a model can be asked at a pace: about the same ticks ahead, from the same inputs. */
export function suits({ pace, shape }: NetworkModel, wanted: Pace): boolean {
  const right = shapeOf(wanted);
  return (
    pace.tickSeconds === wanted.tickSeconds &&
    pace.recalls === wanted.recalls &&
    pace.horizons.join() === wanted.horizons.join() &&
    shape.inputs === right.inputs &&
    shape.outputs === right.outputs
  );
}

const aheadOf = ({ horizons, tickSeconds }: Pace): string =>
  `${horizons.join(', ')} ticks of ${tickSeconds} s`;

const nameOf = ({ subject, lastDay }: ModelHead, hash: number): string =>
  `${subject}-${lastDay}-${hash.toString(16).padStart(8, '0')}`;

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** FNV-1a with 32 bits (Fowler, Noll and Vo; IETF draft-eastlake-fnv). */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
