/** The stages that a plan shows one after the other, from its splits and the ring-barrier diagram. */
import type { Intersection, Phase } from '../network.ts';
import { barrierGroups, changeSeconds } from '../signal-timing/ring-barrier.ts';

/** One part of a cycle. */
export interface Shown {
  readonly stage: number;
  /** From its start of green to that of the next, s. */
  readonly seconds: number;
  /** Of them, the longest change interval of the phases that end, s. */
  readonly changeSeconds: number;
}

/** The phases of each stage: one of each ring, within one barrier group, in the order of the diagram. */
export function stagesOf(intersection: Intersection): readonly (readonly Phase[])[] {
  return barrierGroups(intersection).flatMap((runs) =>
    runs.reduce<Phase[][]>(
      (stages, { phases }) => stages.flatMap((stage) => phases.map((phase) => [...stage, phase])),
      [[]],
    ),
  );
}

/**
 * Draws the cycle of any plan of the intersection, given the split of each phase: a new part begins wherever a phase
 * of a ring ends. Phases without a split are left out.
 */
export function sequencer(intersection: Intersection): (splits: ReadonlyMap<number, number>) => Shown[] {
  const groups = barrierGroups(intersection);
  const stages = stagesOf(intersection).map((stage) => new Set(stage.map(({ number }) => number)));
  const stageOf = (green: readonly Phase[]): number =>
    stages.findIndex(
      (stage) => stage.size === green.length && green.every(({ number }) => stage.has(number)),
    );
  return (splits) => {
    const shown: Shown[] = [];
    for (const runs of groups) {
      // Of each ring, when its phases end, seconds after the group began.
      const ends = runs.map(({ phases }) => {
        let end = 0;
        return phases.flatMap((phase) => {
          const split = splits.get(phase.number) ?? 0;
          end += split;
          return split > 0 ? [{ phase, end }] : [];
        });
      });
      const moments = [...new Set(ends.flatMap((ring) => ring.map(({ end }) => end)))].sort((a, b) => a - b);
      let from = 0;
      for (const until of moments) {
        const green = ends.flatMap(
          (ring) => (ring.find(({ end }) => end > from) ?? ring.at(-1))?.phase ?? [],
        );
        const over = ends.flatMap((ring) =>
          ring.filter(({ end }) => end === until).map(({ phase }) => phase),
        );
        const stage = stageOf(green);
        if (stage >= 0)
          shown.push({
            stage,
            seconds: until - from,
            changeSeconds: Math.max(0, ...over.map(changeSeconds)),
          });
        from = until;
      }
    }
    return shown;
  };
}
