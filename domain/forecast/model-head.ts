import { mostNeighbours } from './ground.ts';
import { shapeOf } from './network-model.ts';
import type { Pace } from './pace.ts';
import type { Shape } from './perceptron.ts';
import { longestHorizon } from './recent.ts';
import { type Subject, subjects } from './subject.ts';

/** What stands at the head of a model's file. */
export interface ModelHead {
  readonly subject: Subject;
  readonly span: number;
  readonly lastDay: string;
  readonly pace: Pace;
  readonly shape: Shape;
  readonly members: number;
  readonly sensors: readonly string[];
  /** Of each sensor, the places of those that tell most of it. */
  readonly neighbours: readonly (readonly number[])[];
}

/** What is wrong with a file, and what would be right. */
export interface HeadFault {
  readonly fault: string;
}

const membersMost = 16;

/** The head in these bytes of JSON, or what is wrong with it. */
export function readHead(bytes: Uint8Array): ModelHead | HeadFault {
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { fault: 'a head that is not JSON' };
  }
  if (!isObject(head)) return { fault: 'a head that is not an object' };
  for (const [part, isRight] of Object.entries(parts))
    if (!isRight(head[part]))
      return { fault: `head.${part}: ${shortened(head[part])} found, which no model has` };
  const read = head as unknown as ModelHead;
  return shapeFault(read) ?? read;
}

type Parsed = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Parsed =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown, least: number, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);
const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= 200;

const parts: Readonly<Record<keyof ModelHead, (value: unknown) => boolean>> = {
  subject: (value) => subjects.includes(value as Subject),
  span: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  lastDay: (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  pace: isPace,
  shape: (value) =>
    isObject(value) &&
    ['inputs', 'hidden', 'blocks', 'outputs'].every((name) => isCount(value[name], 1, 10_000)),
  members: (value) => isCount(value, 1, membersMost),
  sensors: (value) =>
    isListOf(value, isText) && new Set(value as string[]).size === (value as string[]).length,
  neighbours: (value) =>
    isListOf(value, (own) => isListOf(own, (one) => isCount(one, 0, Number.MAX_SAFE_INTEGER))),
};

function isPace(value: unknown): boolean {
  if (!isObject(value) || typeof value['recalls'] !== 'boolean') return false;
  const { tickSeconds, horizons } = value;
  if (!isCount(tickSeconds, 1, 86_400) || !isListOf(horizons, (one) => isCount(one, 1, longestHorizon)))
    return false;
  const growing = horizons as number[];
  return growing.length > 0 && growing.every((one, i) => i === 0 || one > growing[i - 1]!);
}

/** What is wrong although each part may be right. */
function shapeFault({ pace, shape, sensors, neighbours }: ModelHead): HeadFault | undefined {
  const right = shapeOf(pace);
  for (const name of ['inputs', 'hidden', 'blocks', 'outputs'] as const)
    if (shape[name] !== right[name])
      return { fault: `a network of ${shape[name]} ${name}; ${right[name]} would be right for this program` };
  const isNeighbour = (one: number): boolean => one < sensors.length;
  if (
    neighbours.length !== sensors.length ||
    !neighbours.every((own) => own.length <= mostNeighbours && own.every(isNeighbour))
  )
    return { fault: 'neighbours that are not among the sensors' };
  return undefined;
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
