/** Advice as lines of the signal protocol. */
import type { Intersection, Network } from '#domain/network.ts';
import { sequencer } from '#domain/signal-control/plan-sequence.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { type Hello, phaseOf, secondsOf, stageOf, type Tick } from './signals-lines.ts';

/** Green of a stage that a controller is to go on with until it hears more, s. */
const untilMoreSeconds = 30;

/** A stage that is to come later is said as a plan whose first green, which shows already, ends then. */
export function stageLine(
  { callAt, phases, previous }: SignalStage,
  { id: signal, stage: shown, elapsed_s }: Tick['signals'][number],
  t: number,
  { apply_latency_s, signals, rules }: Hello,
  { intersections }: Network,
): object {
  const stage = stageOf(phases[0] as number);
  const waitSeconds = secondsOf(callAt) - t - apply_latency_s;
  const line = signals.find(({ id }) => id === signal);
  if (
    line === undefined ||
    waitSeconds <= 0 ||
    shown === null ||
    shown === stage ||
    previous[0] !== phaseOf(shown)
  )
    return { type: 'stage', signal, stage };
  const least = intersections.get(signal)?.phases[0]?.minGreenSeconds ?? 0;
  const others = line.stages.flatMap(({ native_green_s }, other) =>
    other === shown || other === stage ? [] : [{ stage: other, green_s: Math.max(least, native_green_s) }],
  );
  const stages = [
    { stage: shown, green_s: elapsed_s + apply_latency_s + waitSeconds },
    { stage, green_s: untilMoreSeconds },
    ...others,
  ];
  // No plan may be longer than the protocol allows: then it is called with the next tick, when its time has come.
  const cycleSeconds = stages.reduce((sum, { green_s }) => sum + green_s + line.yellow_s + line.all_red_s, 0);
  if (cycleSeconds > rules.max_cycle_s) return { type: 'stage', signal, stage: shown };
  return { type: 'plan', signal, stages };
}

/** A plan: its greens in turn, and when the first begins where other signals are near enough to matter. */
export function planLine(
  { intersection: id, plan }: SignalRecommendation,
  hello: Hello,
  { intersections }: Network,
): object {
  const intersection = intersections.get(id) as Intersection;
  const splits = new Map(plan.splits.map(({ phase, seconds }) => [phase, seconds]));
  const shown = sequencer(intersection)(splits);
  const stages = shown.map(({ stage, seconds }, i) => {
    const next = shown[(i + 1) % shown.length] as (typeof shown)[number];
    return { stage, green_s: seconds - clearanceSeconds(hello, id, stage, next.stage) };
  });
  const hasNeighbours = hello.signals.some(({ id: other, links }) =>
    links.some(({ downstream_signal }) =>
      other === id ? downstream_signal !== null : downstream_signal === id,
    ),
  );
  return {
    type: 'plan',
    signal: id,
    ...(hasNeighbours ? { offset_s: plan.offsetSeconds } : {}),
    stages,
  };
}

/** From one stage to another; none where no link loses its green. */
function clearanceSeconds({ signals }: Hello, id: string, from: number, to: number): number {
  const line = signals.find((signal) => signal.id === id);
  const [before, after] = [line?.stages[from]?.links ?? [], line?.stages[to]?.links ?? []];
  if (line === undefined || before.every((link) => after.includes(link))) return 0;
  return line.yellow_s + line.all_red_s;
}
