/** The ways in which a plan, or the tables that it is judged by, can be wrong. */
import type { Intersection, Phase, Plan } from '../network.ts';
import type { AskedBounds } from './safety-gate.ts';
import { pick, type Random, whole } from './seeded.ts';

/** A plan to be judged where another one is in force. */
export interface PlanCase {
  readonly intersection: Intersection;
  readonly previous: Plan;
  readonly proposed: Plan;
  readonly asked: AskedBounds;
}

/** The same data, to be spoilt in place. */
type Mutable<T> = T extends string | number | undefined ? T : { -readonly [Key in keyof T]: Mutable<T[Key]> };
export type Spoilt = Mutable<PlanCase>;
type Spoiler = (random: Random, drawn: Spoilt) => void;

/** Ways through a generated intersection. */
export const movementNames = ['a', 'b', 'c', 'd', 'e'];

const odd: readonly number[] = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 0.5, 1e9, 33.3];

const anyPhase = (random: Random, drawn: Spoilt): Mutable<Phase> => pick(random, drawn.intersection.phases);

const anySplit = (random: Random, drawn: Spoilt): { phase: number; seconds: number } =>
  pick(random, drawn.proposed.splits) ?? { phase: 0, seconds: 0 };

/** Changes a number by tenths up or down, or makes it odd. */
const off = (random: Random, value: number, tenths: number): number =>
  random() < 0.1 ? pick(random, odd) : Math.round(value * 10 + whole(random, -tenths, tenths)) / 10;

/** One flaw each. Some turn out harmless. */
export const spoilers: readonly Spoiler[] = [
  (random, drawn) => {
    anySplit(random, drawn).seconds += whole(random, -15, 15);
  },
  (random, drawn) => {
    anySplit(random, drawn).seconds = pick(random, odd);
  },
  (random, drawn) => {
    const seconds = whole(random, 1, 20);
    anySplit(random, drawn).seconds += seconds;
    anySplit(random, drawn).seconds -= seconds;
  },
  (random, drawn) => {
    drawn.proposed.splits.splice(whole(random, 0, drawn.proposed.splits.length - 1), 1);
  },
  (random, drawn) => {
    drawn.proposed.splits.push({ ...anySplit(random, drawn) });
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    if (random() < 0.5) delete phase.mayBeOmitted;
    else phase.movements.push({ movement: pick(random, movementNames), protection: 'protected' });
  },
  (random, drawn) => {
    anySplit(random, drawn).phase = whole(random, 1, 16);
  },
  (random, drawn) => {
    drawn.proposed.splits.push({ phase: 16, seconds: whole(random, 0, 20) });
  },
  (random, drawn) => {
    drawn.proposed.cycleSeconds = off(random, drawn.proposed.cycleSeconds, 100);
  },
  (random, drawn) => {
    drawn.proposed.offsetSeconds = off(random, drawn.proposed.offsetSeconds, 400);
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.yellowSeconds = off(random, phase.yellowSeconds, 20);
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.redClearanceSeconds = off(random, phase.redClearanceSeconds, 20);
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.minGreenSeconds = off(random, phase.minGreenSeconds, 200);
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.maxGreenSeconds = off(random, phase.maxGreenSeconds, 600);
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.approachKph = off(random, phase.approachKph ?? 50, 400);
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.grade = random() < 0.2 ? pick(random, [Number.NaN, -0.4, 0.4]) : whole(random, -20, 20) / 100;
  },
  (random, drawn) => {
    const phase = anyPhase(random, drawn);
    phase.clearanceMeters = off(random, phase.clearanceMeters, 300);
  },
  (random, drawn) => {
    const { pedestrian } = anyPhase(random, drawn);
    if (pedestrian === undefined) return;
    pedestrian.walkSeconds = off(random, pedestrian.walkSeconds, 40);
  },
  (random, drawn) => {
    const { pedestrian } = anyPhase(random, drawn);
    if (pedestrian === undefined) return;
    pedestrian.clearanceSeconds = off(random, pedestrian.clearanceSeconds, 60);
  },
  (random, drawn) => {
    const { pedestrian } = anyPhase(random, drawn);
    if (pedestrian === undefined) return;
    pedestrian.crossingMeters = off(random, pedestrian.crossingMeters, 300);
  },
  (random, drawn) => {
    drawn.previous.cycleSeconds += whole(random, -40, 40);
  },
  (random, drawn) => {
    const split = pick(random, drawn.previous.splits);
    split.seconds += whole(random, -25, 25);
  },
  (random, drawn) => {
    drawn.asked.splitChangeSeconds = whole(random, -2, 30);
  },
  (random, drawn) => {
    drawn.asked.minimumCycleSeconds = whole(random, 0, 120);
  },
  (random, drawn) => {
    const { pedestrian } = anyPhase(random, drawn);
    if (pedestrian === undefined) return;
    pedestrian.clearanceSeconds = Math.ceil(pedestrian.crossingMeters / 1.07);
  },
  (random, drawn) => {
    const split = pick(random, drawn.intersection.plan.splits);
    split.seconds += whole(random, -45, 45);
  },
  (random, drawn) => {
    anyPhase(random, drawn).number = anyPhase(random, drawn).number;
  },
  (random, drawn) => {
    anyPhase(random, drawn).barrier = whole(random, 1, 3);
  },
];
