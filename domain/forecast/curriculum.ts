import { Chance } from './chance.ts';
import { cityInputs, Ground, mostNeighbours } from './ground.ts';
import { type NetworkModel, outputsOf, scaleInputs, shapeOf } from './network-model.ts';
import type { Pace, Tick } from './pace.ts';
import { lookBack } from './recent.ts';
import { Silences } from './silences.ts';
import { type Course, type Lessons, learn } from './training.ts';

/** What many sensors measured, tick by tick. */
export interface History {
  readonly pace: Pace;
  readonly sensors: readonly string[];
  readonly ticks: readonly Tick[];
  /** A row a tick, a number a sensor, 0..100; NaN where nothing was measured. */
  readonly values: Float32Array;
}

export interface Teaching {
  readonly name: string;
  readonly seed: number;
  /** Networks that are taught and averaged. */
  readonly members: number;
  /** At most so many lessons are kept. */
  readonly lessons: number;
  /** Told of each round: of all rounds, so many are done. */
  readonly told?: (done: number, all: number, loss: number) => void;
}

/** Before so many seconds, or this share of a short history, have gone by, too little is known to learn from. */
const [warmSeconds, warmShare] = [3 * 86_400, 1 / 16];
/**
 * What is the same for all sensors at a tick is learned from days, however many sensors there are: of a shorter history
 * a network would learn by heart how the whole city was. Divided by this, an input says nothing.
 */
const [citySeconds, unheard] = [60 * 86_400, 1e9];
/** A lesson weighs as the spread of its sensor to this power: 1 is errors as they are; below, the wildest rule less. */
const spreadPower = 0.7;
/** What a tail weighs, and a median between the horizons, where a median at a horizon weighs 1. */
const [tailWeight, betweenWeight] = [0.1, 0.3];
/** Departures closer than this are no neighbours. */
const leastCorrelation = 0.3;

/**
 * What is left out of a network while it learns, so that it learns nothing by heart. Of car parks nothing is, once they
 * have been seen for two months and tell so many lessons.
 */
const [usuallyDropped, manyLessons] = [0.25, 400_000];
/** Lessons of car parks that are worth keeping: of fewer, each would be gone through more often. */
export const lessonsOfCarParks = 1_000_000;

const course = { rounds: 14, lessonsARound: 400_000, step: 4e-3 } satisfies Partial<Course>;

/** All that the members of an ensemble learn from; the same for each. Its numbers can be shared with other threads. */
export interface Material {
  readonly lessons: Lessons;
  readonly means: Float32Array;
  readonly scales: Float32Array;
  /** By sensor, the places of the others that tell most of it. */
  readonly neighbours: readonly (readonly number[])[];
}

/** Rounds of the course of one member. */
export const roundsAMember = course.rounds;

/** Teaches a network all that a history tells. The same history and teaching give the same model. */
export function teach(history: History, teaching: Teaching): NetworkModel {
  const material = materialOf(history, teaching);
  const { members, seed, name } = teaching;
  const { rounds } = course;
  const all = Array.from({ length: members }, (_, member) =>
    teachMember(material.lessons, seed, member, (round, loss) =>
      teaching.told?.(member * rounds + round, members * rounds, loss),
    ),
  );
  return modelOf(history, material, name, all);
}

export function materialOf(history: History, teaching: Pick<Teaching, 'seed' | 'lessons'>): Material {
  const neighbours = neighboursOf(history);
  return { ...lessonsOf(history, neighbours, teaching), neighbours };
}

/** The weights of one member of an ensemble; `told` hears of each round and its loss. */
export function teachMember(
  lessons: Lessons,
  seed: number,
  member: number,
  told: (round: number, loss: number) => void,
): Float32Array {
  return learn(lessons, { ...course, seed: seed + 1000 * member, told });
}

/** The model whose members have learned from the material of a history. */
export function modelOf(
  { sensors, pace }: History,
  { lessons, means, scales, neighbours }: Material,
  name: string,
  members: readonly Float32Array[],
): NetworkModel {
  const named = neighbours.map((own) => own.map((other) => sensors[other]!));
  return {
    ...{ name, pace, shape: lessons.shape, means, scales, members },
    neighbours: new Map(sensors.map((sensor, i) => [sensor, named[i]!])),
  };
}

/** The tick from which lessons are drawn. */
function firstLesson({ ticks, pace }: History): number {
  const ticksOf = Math.min(warmSeconds / pace.tickSeconds, warmShare * ticks.length);
  return Math.max(lookBack, Math.round(ticksOf));
}

/** Goes through the history as a forecaster would, and keeps what it was told and what then came. */
export function lessonsOf(
  history: History,
  neighbours: readonly (readonly number[])[],
  { seed, lessons: most }: Pick<Teaching, 'seed' | 'lessons'>,
): { lessons: Lessons; means: Float32Array; scales: Float32Array } {
  const { pace, sensors, ticks, values } = history;
  const outputs = outputsOf(pace);
  const shape = shapeOf(pace);
  const farthest = pace.horizons.at(-1)!;
  const sensorCount = sensors.length;
  const { inputs } = shape;
  const first = firstLesson(history);
  const possible = Math.max(1, (ticks.length - farthest - first) * sensorCount);
  const share = Math.min(1, most / possible);
  const room = Math.min(possible, Math.ceil(share * possible * 1.02) + 1000);
  const rows = sharedFloats(room * inputs);
  const answers = sharedFloats(room * outputs.length);
  const weights = sharedFloats(room);
  const chance = new Chance(seed);
  const ground = new Ground(pace);
  const steps = [...new Set(outputs.map(({ ahead }) => ahead))];
  const usual = steps.map(() => new Float32Array(sensorCount));
  let count = 0;
  const silences = new Silences(sensorCount, pace, seed + 1);
  for (let t = 0; t < ticks.length - farthest; t++) {
    const measured = silences.over(values.subarray(t * sensorCount, (t + 1) * sensorCount));
    ground.take(ticks[t]!, measured, sensorCount);
    ground.look(measured);
    if (t < first) continue;
    for (const [i, ahead] of steps.entries())
      ground.profiles.usual(ticks[t]!.moment(ahead), usual[i]!, sensorCount);
    for (let sensor = 0; sensor < sensorCount && count < room; sensor++) {
      if (share < 1 && chance.share() >= share) continue;
      let known = 0;
      const spread = ground.recent.spread(sensor);
      for (const [i, { ahead }] of outputs.entries()) {
        const then = values[(t + ahead) * sensorCount + sensor]!;
        const base = ground.base(sensor, usual[steps.indexOf(ahead)]![sensor]!, ahead);
        answers[count * outputs.length + i] = (then - base) / spread;
        if (!Number.isNaN(then)) known++;
      }
      if (known === 0) continue;
      ground.inputs(sensor, neighbours[sensor]!, rows, count * inputs);
      weights[count++] = spread ** spreadPower;
    }
  }
  const used = rows.subarray(0, count * inputs);
  const { means, scales } = scaleOf(used, count, inputs);
  if (!isLong(history)) scales.fill(unheard, cityInputs.from, cityInputs.from + cityInputs.count);
  const dropped = droppedOf(history, count);
  scaleInputs(used, count, means, scales);
  const mean = weights.subarray(0, count).reduce((sum, one) => sum + one, 0) / Math.max(1, count);
  for (let i = 0; i < count; i++) weights[i]! /= mean;
  const quantiles = outputs.map(({ ahead, level }) => ({
    level,
    weight: level !== 0.5 ? tailWeight : pace.horizons.includes(ahead) ? 1 : betweenWeight,
  }));
  return { lessons: { shape, rows: used, answers, count, weights, quantiles, dropped }, means, scales };
}

/** Whether a history tells how the whole city departs. */
const isLong = ({ ticks, pace }: Pick<History, 'ticks' | 'pace'>): boolean =>
  ticks.length * pace.tickSeconds >= citySeconds;

/** What share is left out of a network that learns so many lessons of a history. */
export const droppedOf = (history: Pick<History, 'ticks' | 'pace'>, count: number): number =>
  history.pace.recalls && isLong(history) && count >= manyLessons ? 0 : usuallyDropped;

/** In memory that threads can have in common. */
const sharedFloats = (count: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(Float32Array.BYTES_PER_ELEMENT * count));

/** Mean and deviation of each input. */
function scaleOf(
  rows: Float32Array,
  count: number,
  inputs: number,
): { means: Float32Array; scales: Float32Array } {
  const [means, scales] = [new Float32Array(inputs), new Float32Array(inputs)];
  for (let i = 0; i < inputs; i++) {
    let [sum, squares] = [0, 0];
    for (let at = i; at < count * inputs; at += inputs) sum += rows[at]!;
    const mean = sum / Math.max(1, count);
    for (let at = i; at < count * inputs; at += inputs) squares += (rows[at]! - mean) ** 2;
    means[i] = mean;
    scales[i] = Math.sqrt(squares / Math.max(1, count)) + 1e-3;
  }
  return { means, scales };
}

/** For each sensor, those others whose departures go most with its own. */
export function neighboursOf({ pace, sensors, ticks, values }: History): number[][] {
  const ground = new Ground(pace);
  const sensorCount = sensors.length;
  const every = Math.max(1, Math.round(ticks.length / 3000));
  const columns = sensors.map((): number[] => []);
  for (let t = 0; t < ticks.length; t++) {
    const measured = values.subarray(t * sensorCount, (t + 1) * sensorCount);
    ground.take(ticks[t]!, measured, sensorCount);
    ground.profiles.learn(ticks[t]!.moment(0), measured, sensorCount);
    if (t >= ticks.length >> 2 && t % every === 0)
      for (let sensor = 0; sensor < sensorCount; sensor++)
        columns[sensor]!.push(ground.recent.departure(sensor, 0));
  }
  const unit = columns.map(standardized);
  return unit.map((own, sensor) =>
    unit
      .map((other, i) => ({ i, with: i === sensor ? 0 : product(own, other) }))
      .filter((one) => one.with > leastCorrelation)
      .sort((a, b) => b.with - a.with || a.i - b.i)
      .slice(0, mostNeighbours)
      .map(({ i }) => i),
  );
}

function standardized(column: readonly number[]): Float64Array {
  const mean = column.reduce((sum, one) => sum + one, 0) / column.length;
  const size = Math.sqrt(column.reduce((sum, one) => sum + (one - mean) ** 2, 0)) || 1;
  return Float64Array.from(column, (one) => (one - mean) / size);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
