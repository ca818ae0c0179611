/** Takes number plates out of JSON documents before anything else sees them. */
import type { EventTime } from '#domain/time.ts';
import { isRejection, Rejection, reject } from '#schemas/rejection.ts';
import { isPlateToken, type PlateTokens, RawPlate } from './plates.ts';

/** No document of any topic is deeper than this; what is deeper is not worth a stack. */
const deepest = 12;
/** What one camera can see in one interval, and a bound to the search for plates where they should not be. */
const platesMost = 100;

type Document = Readonly<Record<string, unknown>>;

/** A document with tokens in the place of plates, and the plates, by which the rest is kept clean of them. */
export interface Taken {
  readonly document: unknown;
  readonly plates: readonly RawPlate[];
}

/**
 * Replaces `plate` by `plateToken` where the topic has one: in each observation of a camera and in the
 * subscription of a driver. The document itself is left as it is.
 */
export function takePlates(
  topic: string,
  document: unknown,
  tokens: PlateTokens,
  now: EventTime,
): Taken | Rejection {
  const plates: RawPlate[] = [];
  const take = (holder: unknown, path: string): unknown => takePlate(holder, path, plates, tokens, now);
  if (topic === 'driver.subscription.v1') return onlyThere(take(document, ''), plates);
  if (topic !== 'camera.observation.v1' || !isObject(document) || !Array.isArray(document['observations']))
    return { document, plates };
  const observations: unknown[] = [];
  for (const [i, observation] of document['observations'].entries()) {
    const taken = take(observation, `observations[${i}].`);
    if (isRejection(taken)) return taken;
    observations.push(taken);
  }
  return onlyThere({ ...document, observations }, plates);
}

function takePlate(
  holder: unknown,
  path: string,
  plates: RawPlate[],
  tokens: PlateTokens,
  now: EventTime,
): unknown {
  if (!isObject(holder) || !Object.hasOwn(holder, 'plate')) return holder;
  const { plate: said, ...rest } = holder;
  if (said === null) return rest;
  if (typeof said !== 'string') return reject('json.type', `${path}plate`, 'not text; text would be right');
  const plate = new RawPlate(said);
  if (!plate.isPlausible)
    return reject('value.range', `${path}plate`, 'no such plate; 2..12 letters and digits would be right');
  if ((rest['plateToken'] ?? null) !== null)
    return reject(
      'value.combination',
      `${path}plate`,
      'a plate and a plateToken; one of them would be right',
    );
  if (plates.length === platesMost)
    return reject('value.range', `${path}plate`, `more than ${platesMost} plates; fewer would be right`);
  plates.push(plate);
  return { ...rest, plateToken: tokens.tokenise(plate, now) };
}

/** Refuses a document that says a plate once more where it would stay. */
function onlyThere(document: unknown, plates: readonly RawPlate[]): Taken | Rejection {
  if (isRejection(document)) return document;
  const telling = plates.filter((plate) => plate.isTelling);
  const path = telling.length === 0 ? undefined : pathOfPlate(document, telling, '', 0);
  return path === undefined
    ? { document, plates }
    : reject('value.combination', path, 'a number plate; only the field plate may hold one');
}

function pathOfPlate(
  value: unknown,
  plates: readonly RawPlate[],
  path: string,
  depth: number,
): string | undefined {
  if (typeof value === 'string') return RawPlate.anyIn(plates, value) ? path : undefined;
  if (depth > deepest || typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'plateToken') continue;
    if (RawPlate.anyIn(plates, name)) return path;
    const partPath = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    const found = pathOfPlate(part, plates, partPath, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A document and its rejection as they may be kept: without plates, wherever these stood. */
export function withoutPlates(
  document: unknown,
  rejection: Rejection,
): { readonly document: unknown; readonly rejection: Rejection } {
  const plates: RawPlate[] = [];
  collectPlates(document, plates, 0);
  if (plates.length > platesMost)
    return {
      document: `[withheld: ${plates.length} number plates]`,
      rejection: new Rejection(rejection.code, '', 'withheld: the document holds number plates'),
    };
  const mask = (text: string): string => (RawPlate.anyIn(plates, text) ? '[plate]' : text);
  const { code, field, detail } = rejection;
  return {
    document: masked(document, mask, 0),
    rejection: new Rejection(code, mask(field), mask(detail)),
  };
}

const namesPlate = (name: string): boolean => /plate/i.test(name);

function collectPlates(value: unknown, plates: RawPlate[], depth: number): void {
  if (depth > deepest || typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (!namesPlate(name)) collectPlates(part, plates, depth + 1);
    else if (typeof part === 'string' || typeof part === 'number')
      if (!isPlateToken(String(part))) plates.push(new RawPlate(String(part)));
  }
}

function masked(value: unknown, mask: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => masked(item, mask, depth + 1));
  const parts = Object.entries(value).map(([name, part]) => [
    mask(name),
    namesPlate(name) && !isToken(part) ? '[plate]' : masked(part, mask, depth + 1),
  ]);
  return Object.fromEntries(parts);
}

const isToken = (value: unknown): boolean => typeof value === 'string' && isPlateToken(value);

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
