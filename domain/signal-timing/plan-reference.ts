/**
 * A second opinion on a plan, for tests of the safety gate: it plays the plan tenth by tenth as a controller
 * would, ring by ring, and looks at the lamps, at drivers who brake and at people who walk.
 */
import type { Intersection, Phase, Plan } from '../network.ts';
import type { PlanCase } from './plan-flaws.ts';

const longestTenths = 4000;
/** In each tenth of the cycle: the phase that shows something in a ring, and what. */
const shownPhase = [1, 2, 3].map(() => new Int8Array(longestTenths));
const shownLamp = [1, 2, 3].map(() => new Int8Array(longestTenths));
const lamps = { green: 1, yellow: 2, allRed: 3 };
const dark = -1;

/** What is wrong with the plan; undefined when nothing is. */
export function faultOf({ intersection, previous, proposed, asked }: PlanCase): string | undefined {
  const digits = [proposed.cycleSeconds, proposed.offsetSeconds, ...proposed.splits.map((s) => s.seconds)];
  if (!digits.every((value) => /^\d{1,3}$/.test(String(value)))) return 'not whole seconds';
  const wanted = intersection.phases.map(({ number }) => number).sort((a, b) => a - b);
  const given = proposed.splits.map(({ phase }) => phase).sort((a, b) => a - b);
  if (wanted.join() !== given.join() || new Set(wanted).size !== wanted.length) return 'not each phase once';
  if (proposed.offsetSeconds >= proposed.cycleSeconds) return 'offset outside the cycle';
  const most = asked.maximumCycleSeconds ?? 180;
  const least = asked.minimumCycleSeconds ?? 30;
  if (proposed.cycleSeconds > Math.min(180, most) || proposed.cycleSeconds < Math.max(30, least))
    return 'cycle out of bounds';
  return (
    tables(intersection, asked.minimumWalkSeconds ?? 7) ??
    moves(intersection, previous, proposed, asked) ??
    play(intersection, proposed)
  );
}

/** Whether drivers and walkers get through on the times of the tables. */
function tables(intersection: Intersection, leastWalk: number): string | undefined {
  for (const phase of intersection.phases) {
    if (!(phase.redClearanceSeconds >= 0)) return 'red clearance out of range';
    const caught = phase.approachKph === undefined ? undefined : drive(phase, phase.approachKph / 3.6);
    if (caught !== undefined) return caught;
    if (!(phase.yellowSeconds >= 3 && phase.yellowSeconds <= 6)) return 'yellow out of range';
    if (!(phase.redClearanceSeconds <= 6)) return 'red clearance out of range';
    if (phase.pedestrian === undefined) continue;
    const { walkSeconds, clearanceSeconds, crossingMeters } = phase.pedestrian;
    if (!(crossingMeters > 0) || !Number.isFinite(walkSeconds + clearanceSeconds + crossingMeters))
      return 'no crossing';
    if (walkSeconds < leastWalk) return 'walk too short';
    if (clearanceSeconds * 1.07 + 1e-6 < crossingMeters) return 'walker caught';
    if ((walkSeconds + clearanceSeconds) * 0.91 + 1e-6 < crossingMeters + 1.8) return 'slow walker caught';
  }
  return undefined;
}

/** Somebody brakes as the yellow begins, somebody else is the last to go in. */
function drive(phase: Phase, speed: number): string | undefined {
  if (!Number.isFinite(speed) || speed <= 0) return 'no speed';
  const held = 3.05 + 9.81 * phase.grade;
  if (!Number.isFinite(held) || held <= 0) return 'no brake holds';
  const toStop = speed * 1 + (speed * speed) / (2 * held);
  const slack = 1e-6 * speed;
  if (!(speed * phase.yellowSeconds + slack >= toStop)) return 'caught by the yellow';
  const toClear = phase.clearanceMeters + 6;
  if (!(speed * phase.redClearanceSeconds + slack >= toClear) || !(toClear >= 6)) return 'caught by the red';
  return undefined;
}

function moves(
  { phases, plan: base }: Intersection,
  previous: Plan,
  proposed: Plan,
  asked: PlanCase['asked'],
): string | undefined {
  const leap = Math.max(60, previous.cycleSeconds - Math.min(180, asked.maximumCycleSeconds ?? 180));
  if (!(Math.abs(proposed.cycleSeconds - previous.cycleSeconds) < leap + 1e-7)) return 'cycle leaps';
  const step = Math.min(30, asked.splitChangeSeconds ?? 30);
  for (const { number } of phases) {
    const [now, before, table] = [proposed, previous, base].map((plan) =>
      plan.splits.filter(({ phase }) => phase === number).map(({ seconds }) => seconds),
    ) as [number[], number[], number[]];
    if (before.length !== 1 || table.length !== 1) return 'no plan to come from';
    if (now[0] === 0) continue;
    if (before[0] !== 0 && !(Math.abs((now[0] as number) - (before[0] as number)) <= step))
      return 'split leaps';
    if (!(Math.abs((now[0] as number) - (table[0] as number)) <= 30)) return 'split drifts';
  }
  return undefined;
}

/** Each ring runs by itself; then one looks at all of them at once, as the drivers do. */
function play(intersection: Intersection, plan: Plan): string | undefined {
  const tenths = plan.cycleSeconds * 10;
  const rings = [...new Set(intersection.phases.map(({ ring }) => ring))].sort((a, b) => a - b);
  for (const [i, ring] of rings.entries()) {
    const fault = playRing(intersection, plan, ring, i, tenths);
    if (fault !== undefined) return fault;
  }
  if (!together(intersection, rings.length, tenths)) return 'both sides of a barrier at once';
  const green = greens(intersection, rings.length, tenths);
  for (const [index, phase] of intersection.phases.entries()) {
    const split = plan.splits.find((s) => s.phase === phase.number)?.seconds;
    const fault = split === 0 ? miss(intersection, plan, phase) : look(phase, green[index] as number);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether in every tenth all that shows something is on one side of the barriers, and something does. */
function together(intersection: Intersection, rings: number, tenths: number): boolean {
  const sides = Int8Array.from(intersection.phases, ({ barrier }) => barrier);
  for (let tenth = 0; tenth < tenths; tenth++) {
    let side = 0;
    for (let row = 0; row < rings; row++) {
      const shown = (shownPhase[row] as Int8Array)[tenth] as number;
      if (shown === dark) continue;
      if (side !== 0 && side !== sides[shown]) return false;
      side = sides[shown] as number;
    }
    if (side === 0) return false;
  }
  return true;
}

/** Fills the lamps of one ring. Where it has no phase it waits as long as the first ring that has one. */
function playRing(
  intersection: Intersection,
  plan: Plan,
  ring: number,
  row: number,
  tenths: number,
): string | undefined {
  const phase = shownPhase[row] as Int8Array;
  const lamp = shownLamp[row] as Int8Array;
  let clock = 0;
  const show = (index: number, what: number, length: number): void => {
    const end = Math.min(longestTenths, clock + length);
    phase.fill(index, clock, end);
    lamp.fill(what, clock, end);
    clock = end;
  };
  const seconds = (number: number): number => plan.splits.find((s) => s.phase === number)?.seconds as number;
  for (const barrier of [...new Set(intersection.phases.map((p) => p.barrier))].sort((a, b) => a - b)) {
    const group = intersection.phases.filter((p) => p.barrier === barrier);
    const own = group.filter((p) => p.ring === ring).sort((a, b) => a.position - b.position);
    for (const next of own) {
      if (seconds(next.number) === 0) continue;
      const [yellow, red] = [Math.round(next.yellowSeconds * 10), Math.round(next.redClearanceSeconds * 10)];
      const green = seconds(next.number) * 10 - yellow - red;
      if (green < 0) return 'no room for the clearance';
      const index = intersection.phases.indexOf(next);
      show(index, lamps.green, green);
      show(index, lamps.yellow, yellow);
      show(index, lamps.allRed, red);
    }
    if (own.length === 0) {
      const first = Math.min(...group.map((p) => p.ring));
      const length = group.filter((p) => p.ring === first).reduce((sum, p) => sum + seconds(p.number), 0);
      show(dark, 0, length * 10);
    }
  }
  return clock === tenths ? undefined : 'a ring does not fit the cycle';
}

/** Tenths of green of each phase, as seen on the lamps. */
function greens(intersection: Intersection, rings: number, tenths: number): Int32Array {
  const seen = new Int32Array(intersection.phases.length);
  for (let row = 0; row < rings; row++) {
    const phase = shownPhase[row] as Int8Array;
    const lamp = shownLamp[row] as Int8Array;
    for (let tenth = 0; tenth < tenths; tenth++)
      if (lamp[tenth] === lamps.green) seen[phase[tenth] as number]!++;
  }
  return seen;
}

/** Whether anybody misses a phase that is not shown. */
function miss({ phases }: Intersection, plan: Plan, phase: Phase): string | undefined {
  if (!phase.mayBeOmitted) return 'left out against the tables';
  if (phase.pedestrian !== undefined) return 'walker left out';
  for (const { movement } of phase.movements) {
    const elsewhere = phases.some(
      (other) =>
        other.movements.some((one) => one.movement === movement) &&
        plan.splits.some((split) => split.phase === other.number && split.seconds > 0),
    );
    if (!elsewhere) return 'movement left out';
  }
  return undefined;
}

/** Whether a phase was green for long enough and no longer than it may be. */
function look({ minGreenSeconds, maxGreenSeconds, pedestrian }: Phase, green: number): string | undefined {
  if (!(green + 1e-6 >= minGreenSeconds * 10) || green < 40) return 'green too short';
  if (maxGreenSeconds !== 0 && !(green - 1e-6 <= maxGreenSeconds * 10 && Number.isFinite(maxGreenSeconds)))
    return 'green too long';
  if (pedestrian !== undefined && green + 1e-6 < (pedestrian.walkSeconds + pedestrian.clearanceSeconds) * 10)
    return 'walker not done before the yellow';
  return undefined;
}
