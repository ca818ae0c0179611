/** The plans that an intersection may have next: what each split may be, and the steps from one plan to another. */
import type { Intersection, Phase, Plan } from '../network.ts';
import { allocate, type Part } from '../signal-timing/allocate.ts';
import { barrierGroups, changeSeconds, splitsOf } from '../signal-timing/ring-barrier.ts';
import { type AskedBounds, boundsFor, cycleMoveMost } from '../signal-timing/safety-gate.ts';
import { type Range, splitRanges } from '../signal-timing/webster.ts';
import type { PlanStage } from './cyclic-flow.ts';
import type { Layout } from './layout.ts';
import { sequencer } from './plan-sequence.ts';

/** Seconds of each phase, by its number; 0 for one that is left out. */
export type Splits = ReadonlyMap<number, number>;

/**
 * A phase in which some of a lane give way while others pass keeps this part of its green in the tables. With less,
 * they fill the junction until nobody moves: a cycle cannot wait for them, as advice stage by stage can.
 */
const givingWayPart = 0.7;
/** Steps of the search, s: coarse first. */
const steps = [6, 2, 1];
/** Of more phases that may be left out, only the first are. */
const mostOmissible = 10;

/** Splits to change together, by one step more or less, so that the rings still end together at the barriers. */
type Move = readonly (readonly [phase: number, sign: 1 | -1])[];

export class PlanSpace {
  readonly intersection: Intersection;
  readonly inForce: Plan;
  readonly least: number;
  readonly most: number;
  private readonly layout: Layout;
  private readonly ranges: ReadonlyMap<number, Range>;
  private readonly groups: readonly (readonly (readonly number[])[])[];
  private readonly draw: ReturnType<typeof sequencer>;
  private readonly mayDrop: boolean;

  /** Phases that have green now are left out only when it `mayDrop` them. */
  constructor(
    intersection: Intersection,
    layout: Layout,
    inForce: Plan,
    asked: AskedBounds = {},
    mayDrop = true,
  ) {
    const bounds = boundsFor(asked);
    this.mayDrop = mayDrop;
    this.intersection = intersection;
    this.layout = layout;
    this.inForce = inForce;
    this.least = Math.max(bounds.minimumCycleSeconds, inForce.cycleSeconds - cycleMoveMost(inForce, bounds));
    this.most = Math.min(bounds.maximumCycleSeconds, inForce.cycleSeconds + bounds.cycleChangeSeconds);
    const all = { has: () => true };
    const ranges = splitRanges(intersection, inForce, bounds, all);
    const native = splitsOf(intersection.plan);
    this.ranges = new Map(
      intersection.phases.map((phase) => {
        const { floor, ceiling } = ranges.get(phase.number) as Range;
        if (!isShared(layout, phase)) return [phase.number, { floor, ceiling }];
        const green = (native.get(phase.number) ?? 0) - changeSeconds(phase);
        const kept = Math.floor(green * givingWayPart) + changeSeconds(phase);
        return [phase.number, { floor: Math.min(ceiling, Math.max(floor, Math.ceil(kept))), ceiling }];
      }),
    );
    this.groups = barrierGroups(intersection).map((runs) =>
      runs.map(({ phases }) => phases.map(({ number }) => number)),
    );
    this.draw = sequencer(intersection);
  }

  /** The greens of a plan, one after the other; below 0 where the phases of two rings end nearly together. */
  stages(splits: Splits): PlanStage[] {
    const { clearance } = this.layout;
    const shown = this.draw(splits);
    return shown.map(({ stage, seconds }, i) => {
      const next = shown[(i + 1) % shown.length] as (typeof shown)[number];
      return { stage, greenSeconds: seconds - (clearance[stage]?.[next.stage] as number) };
    });
  }

  /** Which phases may be left out together: the tables let them, and their movements are served elsewhere. */
  choices(): ReadonlySet<number>[] {
    const now = splitsOf(this.inForce);
    const may = this.intersection.phases.filter(
      ({ number, mayBeOmitted }) => mayBeOmitted === true && (this.mayDrop || now.get(number) === 0),
    );
    const found: ReadonlySet<number>[] = [];
    for (let mask = 0; mask < 2 ** Math.min(may.length, mostOmissible); mask++) {
      const omitted = new Set(may.flatMap(({ number }, i) => (mask & (1 << i) ? [number] : [])));
      if (this.mayOmit(omitted)) found.push(omitted);
    }
    // With few phases in a cycle little is lost between them: all that go without two of what must be.
    const most = Math.max(...found.map(({ size }) => size));
    return found.filter(({ size }) => size >= most - 2);
  }

  private mayOmit(omitted: ReadonlySet<number>): boolean {
    const kept = this.intersection.phases.filter(({ number }) => !omitted.has(number));
    const served = new Set(kept.flatMap(({ movements }) => movements.map(({ movement }) => movement)));
    const isServed = this.intersection.phases.every(({ movements }) =>
      movements.every(({ movement }) => served.has(movement)),
    );
    // Where one ring has nothing to do between two barriers, no other has.
    const isWhole = this.groups.every((runs) => {
      const empty = runs.filter((run) => run.every((phase) => omitted.has(phase))).length;
      return empty === 0 || empty === runs.length;
    });
    return isServed && isWhole;
  }

  /** Splits of this cycle in proportion to `like`, or nearest to it; undefined where the bounds leave none. */
  start(omitted: ReadonlySet<number>, like: Splits, cycleSeconds?: number): Splits | undefined {
    const parts = this.groups.map((runs) => {
      const sums = runs.map((run) => {
        const phases = run.filter((phase) => !omitted.has(phase)).map((phase) => this.range(phase));
        return {
          floor: phases.reduce((sum, { floor }) => sum + floor, 0),
          ceiling: phases.reduce((sum, { ceiling }) => sum + ceiling, 0),
        };
      });
      return {
        floor: Math.max(...sums.map(({ floor }) => floor)),
        ceiling: Math.min(...sums.map(({ ceiling }) => ceiling)),
        fixed: 0,
        weight: Math.max(...runs.map((run) => weightOf(run, omitted, like))),
      };
    });
    const sum = (of: (part: Part) => number): number => parts.reduce((total, part) => total + of(part), 0);
    const least = Math.max(
      Math.ceil(this.least),
      sum(({ floor }) => floor),
    );
    const most = Math.min(
      Math.floor(this.most),
      sum(({ ceiling }) => ceiling),
    );
    const wanted =
      cycleSeconds ??
      Math.round(
        Math.min(
          most,
          Math.max(
            least,
            sum(({ weight }) => weight),
          ),
        ),
      );
    if (wanted < least || wanted > most) return undefined;
    const lengths = allocate(wanted, parts);
    if (lengths === undefined) return undefined;
    const splits = new Map<number, number>([...omitted].map((phase) => [phase, 0]));
    for (const [i, runs] of this.groups.entries())
      for (const run of runs) {
        const phases = run.filter((phase) => !omitted.has(phase));
        if (phases.length === 0) continue;
        const shares = allocate(
          lengths[i] as number,
          phases.map((phase) => ({ ...this.range(phase), fixed: 0, weight: like.get(phase) ?? 0 })),
        );
        if (shares === undefined) return undefined;
        for (const [k, phase] of phases.entries()) splits.set(phase, shares[k] as number);
      }
    return splits;
  }

  /** The plan with the least cost that steps of ever fewer seconds lead to; its cycle stays when `isFixed`. */
  descend(
    start: Splits,
    isFixed: boolean,
    cost: (splits: Splits) => number,
  ): { splits: Splits; cost: number } {
    let best = { splits: start, cost: cost(start) };
    const moves = this.moves(start, isFixed);
    for (const step of steps)
      for (let isBetter = true; isBetter; ) {
        isBetter = false;
        for (const move of moves) {
          const splits = this.moved(best.splits, move, step);
          if (splits === undefined) continue;
          const next = cost(splits);
          if (next < best.cost - 1e-9) {
            best = { splits, cost: next };
            isBetter = true;
          }
        }
      }
    return best;
  }

  private range(phase: number): Range {
    return this.ranges.get(phase) as Range;
  }

  private moves(splits: Splits, isFixed: boolean): Move[] {
    const groups = this.groups
      .map((runs) => runs.map((run) => run.filter((phase) => (splits.get(phase) as number) > 0)))
      .filter((runs) => runs.every((run) => run.length > 0));
    const within = groups.flatMap((runs) =>
      runs.flatMap((run) =>
        run.flatMap((more) =>
          run
            .filter((less) => less !== more)
            .map(
              (less): Move => [
                [more, 1],
                [less, -1],
              ],
            ),
        ),
      ),
    );
    // One phase of each ring together: they make their group longer or shorter.
    const together = groups.map((runs) =>
      runs.reduce<number[][]>(
        (sets, run) => sets.flatMap((set) => run.map((phase) => [...set, phase])),
        [[]],
      ),
    );
    const signed = (phases: readonly number[], sign: 1 | -1): Move => phases.map((phase) => [phase, sign]);
    if (!isFixed)
      return [
        ...within,
        ...together.flatMap((sets) => sets.flatMap((set) => [signed(set, -1), signed(set, 1)])),
      ];
    const between = together.flatMap((sets, g) =>
      together.flatMap((others, h) =>
        g === h
          ? []
          : sets.flatMap((more) => others.map((less): Move => [...signed(more, 1), ...signed(less, -1)])),
      ),
    );
    return [...within, ...between];
  }

  private moved(splits: Splits, move: Move, step: number): Splits | undefined {
    const next = new Map(splits);
    for (const [phase, sign] of move) {
      const seconds = (next.get(phase) as number) + sign * step;
      const { floor, ceiling } = this.range(phase);
      if (seconds < floor || seconds > ceiling) return undefined;
      next.set(phase, seconds);
    }
    const cycle = cycleOf(this.groups, next);
    return cycle < this.least || cycle > this.most ? undefined : next;
  }

  /** The plan that has these splits. */
  plan(splits: Splits, offsetSeconds: number): Plan {
    const cycleSeconds = cycleOf(this.groups, splits);
    return {
      id: 'advised',
      cycleSeconds,
      offsetSeconds: ((offsetSeconds % cycleSeconds) + cycleSeconds) % cycleSeconds,
      splits: [...splits].map(([phase, seconds]) => ({ phase, seconds })).sort((a, b) => a.phase - b.phase),
    };
  }
}

/** Of every group the longest run: in a whole plan all are as long. */
const cycleOf = (groups: readonly (readonly (readonly number[])[])[], splits: Splits): number =>
  groups.reduce(
    (cycle, runs) =>
      cycle + Math.max(...runs.map((run) => run.reduce((sum, phase) => sum + (splits.get(phase) ?? 0), 0))),
    0,
  );

const weightOf = (run: readonly number[], omitted: ReadonlySet<number>, like: Splits): number =>
  run.reduce((sum, phase) => sum + (omitted.has(phase) ? 0 : (like.get(phase) ?? 0)), 0);

/** Whether, in this phase, some of a lane must give way to others while the rest of it need not. */
function isShared({ lanes }: Layout, { movements }: Phase): boolean {
  return lanes.some(({ links }) => {
    const ways = links.flatMap(
      ({ movement }) => movements.find((served) => served.movement === movement)?.protection ?? [],
    );
    return ways.includes('protected') && ways.includes('permitted');
  });
}
