/** Turns the program of a SUMO traffic light into phases and a plan. */
import type { Link, Movement, Phase, Plan } from '#domain/network.ts';
import type { Problems } from '../gmns/table.ts';
import type { NetProgram, NetStep } from './net-xml.ts';

/** A movement with the light that controls it, if any, and by which link indices. */
export interface ControlledMovement {
  readonly movement: Movement;
  readonly light: string | undefined;
  readonly linkIndices: readonly number[];
  /** Way through the junction. */
  readonly insideMeters: number;
}

interface Stage {
  readonly step: NetStep;
  yellowSeconds: number;
  redSeconds: number;
  durationSeconds: number;
}

const leastGreenSeconds = 5;
const longestGreenSeconds = 50;
const mostPhases = 16;

/**
 * Each step with a green and no yellow is a stage, and becomes one phase; all phases stand in one ring, in
 * order. The yellow of a phase is that of the steps that follow its stage, its red clearance the steps
 * without green or yellow, its split all of them. A movement may be green in several phases; where nothing
 * turns yellow between two stages, the phase has no yellow. A link index that only ever shows `s` (turn on
 * red) is not served.
 */
export function phasesOf(
  program: NetProgram,
  controlled: readonly ControlledMovement[],
  links: ReadonlyMap<string, Link>,
  file: string,
  problems: Problems,
): { readonly phases: Phase[]; readonly plan: Plan } | undefined {
  const indices = controlled.flatMap(({ linkIndices }) => linkIndices);
  const most = Math.max(...indices);
  for (const { state, line } of program.steps)
    if (state.length <= most) {
      const right = `${most + 1} letters or more, one a link index, would be right`;
      problems.add(file, line, '<phase state>', `"${state}" of ${state.length} letters`, right);
      return undefined;
    }
  const { stages, leadSeconds } = stagesOf(program.steps, indices);
  if (stages.length === 0 || stages.length > mostPhases) {
    const right = `1 to ${mostPhases} steps with green and without yellow would be right`;
    problems.add(file, program.line, `<tlLogic ${program.id}>`, `${stages.length} stages`, right);
    return undefined;
  }
  const cycleSeconds = stages.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  const start = (program.offsetSeconds + leadSeconds) % cycleSeconds;
  return {
    phases: stages.map((stage, i) => phaseOf(stage, i + 1, controlled, links)),
    plan: {
      id: `${program.id}-${program.program || '0'}`,
      cycleSeconds,
      offsetSeconds: start < 0 ? start + cycleSeconds : start,
      splits: stages.map(({ durationSeconds }, i) => ({ phase: i + 1, seconds: durationSeconds })),
    },
  };
}

/**
 * The stages, and how long after the program's start the first begins; steps before it belong to the last.
 */
function stagesOf(
  steps: readonly NetStep[],
  indices: readonly number[],
): { readonly stages: Stage[]; readonly leadSeconds: number } {
  const shows = (step: NetStep, letters: string): boolean =>
    indices.some((index) => letters.includes(step.state.charAt(index)));
  const isStage = (step: NetStep): boolean => shows(step, 'Gg') && !shows(step, 'yY');
  const first = steps.findIndex(isStage);
  if (first < 0) return { stages: [], leadSeconds: 0 };
  const stages: Stage[] = [];
  for (const step of [...steps.slice(first), ...steps.slice(0, first)]) {
    const { durationSeconds } = step;
    if (isStage(step)) {
      stages.push({ step, yellowSeconds: 0, redSeconds: 0, durationSeconds });
      continue;
    }
    const stage = stages.at(-1) as Stage;
    stage.durationSeconds += durationSeconds;
    if (shows(step, 'yY')) stage.yellowSeconds += durationSeconds;
    else stage.redSeconds += durationSeconds;
  }
  const leadSeconds = steps.slice(0, first).reduce((sum, step) => sum + step.durationSeconds, 0);
  return { stages, leadSeconds };
}

function phaseOf(
  { step, yellowSeconds, redSeconds, durationSeconds }: Stage,
  number: number,
  controlled: readonly ControlledMovement[],
  links: ReadonlyMap<string, Link>,
): Phase {
  const served = controlled.flatMap(({ movement, linkIndices, insideMeters }) => {
    const letters = linkIndices.map((index) => step.state.charAt(index));
    const protection = letters.includes('G') ? 'protected' : letters.includes('g') ? 'permitted' : undefined;
    return protection === undefined ? [] : [{ movement, protection, insideMeters } as const];
  });
  const green = durationSeconds - yellowSeconds - redSeconds;
  const speeds = served.map(({ movement }) => links.get(movement.inbound)?.freeFlowKph ?? 0);
  const minGreenSeconds = Math.min(
    Number.isNaN(step.minSeconds) ? leastGreenSeconds : step.minSeconds,
    green,
  );
  const longest = Number.isNaN(step.maxSeconds) ? longestGreenSeconds : step.maxSeconds;
  return {
    number,
    ring: 1,
    barrier: 1,
    position: number,
    movements: served.map(({ movement, protection }) => ({ movement: movement.id, protection })),
    minGreenSeconds,
    maxGreenSeconds: Math.max(longest, green, 1),
    yellowSeconds,
    redClearanceSeconds: redSeconds,
    pedestrian: undefined,
    approachKph: Math.max(5, ...speeds),
    grade: 0,
    clearanceMeters: Math.max(...served.map(({ insideMeters }) => insideMeters)),
  };
}
