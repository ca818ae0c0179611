/**
 * Intersections with plans to try the safety gate on: about half of them legal, the others spoilt in one or two
 * of the ways in which tables, engineers and optimisers go wrong. The same seed gives the same case.
 */
import type { Phase, Plan } from '../network.ts';
import {
  pedestrianClearanceSeconds,
  redClearanceSeconds,
  upToTenth,
  walkAndClearanceSeconds,
  yellowChangeSeconds,
} from './clearance.ts';
import { movementNames, type PlanCase, type Spoilt, spoilers } from './plan-flaws.ts';
import { pick, type Random, randomFrom, whole } from './seeded.ts';

/** Phases in order, by barrier group and ring; a ring may have none. */
type Layout = readonly (readonly (readonly number[])[])[];

/** Ring 1 above ring 2, `|` a barrier. */
const layouts: readonly Layout[] = [
  // | 1 2 | 3 4 |
  // | 5 6 | 7 8 |
  [
    [
      [1, 2],
      [5, 6],
    ],
    [
      [3, 4],
      [7, 8],
    ],
  ],
  // | 2 1 | 4 3 |
  // | 5 6 | 8 7 |
  [
    [
      [2, 1],
      [5, 6],
    ],
    [
      [4, 3],
      [8, 7],
    ],
  ],
  // | 1 2 | 4 |
  // | 6   |   |
  [
    [[1, 2], [6]],
    [[4], []],
  ],
  // | 2 | 4 |
  [[[2]], [[4]]],
  // | 2 | 4 |
  // | 6 | 8 |
  [
    [[2], [6]],
    [[4], [8]],
  ],
  // | 1 2 3 4 |
  [[[1, 2, 3, 4]]],
  // | 1 2 | 3 | 4 |
  // | 5 6 | 7 | 8 |
  // |   9 |   |10 |
  [
    [[1, 2], [5, 6], [9]],
    [[3], [7], []],
    [[4], [8], [10]],
  ],
];

/** The case of a seed. */
export function planCase(seed: number): PlanCase {
  const random = randomFrom(seed);
  const layout = pick(random, layouts);
  const phases = layout.flatMap((runs, group) =>
    runs.flatMap((run, ring) => run.map((number, i) => phaseOf(random, number, ring + 1, group + 1, i + 1))),
  );
  const plan = legalPlan(random, layout, phases);
  const previous = nudged(random, layout, plan);
  const drawn: PlanCase = {
    intersection: {
      id: 'I-1',
      name: 'Generated',
      node: 'N-1',
      site: 'S-1',
      district: 'D-1',
      position: [0, 0],
      phases,
      plan,
    },
    previous,
    proposed: thinned(random, layout, nudged(random, layout, previous)),
    asked: random() < 0.2 ? { maximumCycleSeconds: whole(random, 60, 120), minimumWalkSeconds: 4 } : {},
  };
  const flaws = random() < 0.4 ? whole(random, 1, 2) : 0;
  for (let i = 0; i < flaws; i++) pick(random, spoilers)(random, drawn as Spoilt);
  return drawn;
}

function phaseOf(random: Random, number: number, ring: number, barrier: number, position: number): Phase {
  const approachKph = whole(random, 20, 90);
  const grade = whole(random, -8, 8) / 100;
  const clearanceMeters = whole(random, 4, 24);
  const crossingMeters = whole(random, 5, random() < 0.2 ? 48 : 24);
  const walkSeconds = whole(random, 7, 9);
  const red = redClearanceSeconds({ approachKph, clearanceMeters });
  return {
    number,
    ring,
    barrier,
    position,
    movements: movementNames
      .filter(() => random() < 0.4)
      .map((movement) => ({ movement, protection: 'protected' as const })),
    minGreenSeconds: whole(random, 4, 10),
    maxGreenSeconds: random() < 0.2 ? 0 : whole(random, 50, 90),
    yellowSeconds: Math.max(3, upToTenth(yellowChangeSeconds({ approachKph, grade }))),
    redClearanceSeconds: upToTenth(red),
    pedestrian:
      random() < 0.3
        ? {
            walkSeconds,
            clearanceSeconds: Math.ceil(
              Math.max(
                pedestrianClearanceSeconds(crossingMeters),
                walkAndClearanceSeconds(crossingMeters) - walkSeconds,
              ),
            ),
            crossingMeters,
          }
        : undefined,
    approachKph: random() < 0.05 ? undefined : approachKph,
    grade,
    clearanceMeters,
    ...(random() < 0.3 ? { mayBeOmitted: true as const } : {}),
  };
}

/** Least splits, with some seconds more, filled up until the runs of each group are as long as the longest. */
function legalPlan(random: Random, layout: Layout, phases: readonly Phase[]): Plan {
  const splits = new Map<number, number>();
  for (const phase of phases) {
    const { pedestrian, minGreenSeconds, yellowSeconds, redClearanceSeconds: red } = phase;
    const walking = pedestrian === undefined ? 0 : pedestrian.walkSeconds + pedestrian.clearanceSeconds;
    const least = Math.ceil(Math.max(minGreenSeconds, walking) + yellowSeconds + red);
    splits.set(phase.number, least + whole(random, 0, 4));
  }
  const sum = (run: readonly number[]): number => run.reduce((s, n) => s + (splits.get(n) as number), 0);
  let cycleSeconds = 0;
  for (const [i, runs] of layout.entries()) {
    const short = i === layout.length - 1 ? Math.max(0, 40 - cycleSeconds) : 0;
    const length = Math.max(short, ...runs.map(sum));
    for (const run of runs)
      for (let left = length - sum(run); run.length > 0 && left > 0; left--) {
        const number = pick(random, run);
        splits.set(number, (splits.get(number) as number) + 1);
      }
    cycleSeconds += length;
  }
  return planOf(cycleSeconds, whole(random, 0, cycleSeconds - 1), splits);
}

/** The plan, now and then without one of its phases, whose time another of its run takes over. */
function thinned(random: Random, layout: Layout, plan: Plan): Plan {
  const run = pick(random, pick(random, layout));
  if (random() < 0.7 || run === undefined || run.length < 2) return plan;
  const [one, other] = [pick(random, run), pick(random, run)];
  if (one === other) return plan;
  const splits = new Map(plan.splits.map(({ phase, seconds }) => [phase, seconds]));
  splits.set(other, (splits.get(other) as number) + (splits.get(one) as number));
  splits.set(one, 0);
  return planOf(plan.cycleSeconds, plan.offsetSeconds, splits);
}

const planOf = (cycleSeconds: number, offsetSeconds: number, splits: ReadonlyMap<number, number>): Plan => ({
  id: 'generated',
  cycleSeconds,
  offsetSeconds,
  splits: [...splits.entries()].sort((a, b) => a[0] - b[0]).map(([phase, seconds]) => ({ phase, seconds })),
});

/** The plan with a few seconds moved inside runs, and some groups longer or shorter in all rings. */
function nudged(random: Random, layout: Layout, plan: Plan): Plan {
  const splits = new Map(plan.splits.map(({ phase, seconds }) => [phase, seconds]));
  const add = (number: number, by: number): void =>
    void splits.set(number, (splits.get(number) as number) + by);
  let cycleSeconds = plan.cycleSeconds;
  for (const runs of layout) {
    const by = random() < 0.3 ? whole(random, -2, 8) : 0;
    cycleSeconds += by;
    for (const run of runs) {
      if (run.length === 0) continue;
      add(pick(random, run), by);
      if (random() < 0.3) {
        const moved = whole(random, 0, 3);
        add(pick(random, run), moved);
        add(pick(random, run), -moved);
      }
    }
  }
  return planOf(cycleSeconds, Math.max(0, Math.min(plan.offsetSeconds, cycleSeconds - 1)), splits);
}
