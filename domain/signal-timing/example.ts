/** The intersection that the examples are drawn on, and the drawing itself. */
import type { Intersection, Phase, Plan } from '../network.ts';
import { barrierGroups, splitsOf } from './ring-barrier.ts';

/**
 * A plan as a ring-barrier diagram: ring 1 above ring 2, `|` a barrier, phase and split in turn. The cycle is the
 * sum of the first line.
 *
 *     | 1 15  2 35 | 3 15  4 25 |
 *     | 5 15  6 35 | 7 15  8 25 |
 */
export function planFrom(diagram: string, offsetSeconds = 0): Plan {
  const lines = diagram.split('\n').map((line) => [...line.matchAll(/(\d+) +(-?[\d.]+)/g)]);
  const splits = lines.flat().map((match) => ({ phase: Number(match[1]), seconds: Number(match[2]) }));
  const first = lines.find((line) => line.length > 0) ?? [];
  return {
    id: 'drawn',
    cycleSeconds: first.reduce((sum, match) => sum + Number(match[2]), 0),
    offsetSeconds,
    splits: splits.sort((a, b) => a.phase - b.phase),
  };
}

/** The diagram of a plan, a line for each ring. */
export function diagramOf(intersection: Intersection, plan: Plan): string[] {
  const splits = splitsOf(plan);
  const rings = [...new Set(intersection.phases.map(({ ring }) => ring))].sort((a, b) => a - b);
  return rings.map((ring) => {
    const groups = barrierGroups(intersection).map((runs) =>
      (runs.find((run) => run.ring === ring)?.phases ?? [])
        .map(({ number }) => `${number} ${splits.get(number)}`)
        .join('  '),
    );
    return `| ${groups.join(' | ')} |`;
  });
}

const leftTurns = [1, 3, 5, 7];
const movements = ['NBL', 'SBT', 'EBL', 'WBT', 'SBL', 'NBT', 'WBL', 'EBT'];

/** NEMA phases 1 to 8 of four equal legs: 50 km/h, level, crossings of 12.8 m beside the through phases. */
export function fourLegs(change: (phase: Phase) => Partial<Phase> = () => ({})): Intersection {
  const phases = movements.map((code, i) => {
    const number = i + 1;
    const left = leftTurns.includes(number);
    const phase: Phase = {
      number,
      ring: number <= 4 ? 1 : 2,
      barrier: number % 4 === 1 || number % 4 === 2 ? 1 : 2,
      position: left ? 1 : 2,
      movements: [{ movement: `M-${code}`, protection: 'protected' }],
      minGreenSeconds: left ? 5 : 8,
      maxGreenSeconds: 0,
      yellowSeconds: 3.5,
      redClearanceSeconds: 2.5,
      pedestrian: left ? undefined : { walkSeconds: 7, clearanceSeconds: 12, crossingMeters: 12.8 },
      approachKph: 50,
      grade: 0,
      clearanceMeters: 24,
    };
    return { ...phase, ...change(phase) };
  });
  return {
    id: 'I-1',
    name: 'First and Main',
    node: 'N-1',
    site: 'I-1',
    district: 'D-1',
    position: [0, 0],
    phases,
    plan: planFrom(`
      | 1 16  2 32 | 3 16  4 26 |
      | 5 16  6 32 | 7 16  8 26 |`),
  };
}
