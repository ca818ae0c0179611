import { read } from '../api.ts';
import { h, section } from '../dom.ts';
import type { Approaches, ApproachLane, StageAdvice } from '../model.ts';
import { linkTowards } from '../names.ts';
import type { Screen } from '../screen.ts';
import { fill } from '../words.ts';
import { heading, qualityChip, quiet, table } from './parts.ts';

/** How often it is read again while it is looked at, milliseconds. */
const readEvery = 10_000;

interface Known {
  readonly approaches: Approaches;
  readonly stage: StageAdvice | null;
}

/** What stands and comes before a signal, lane by lane, and what is best shown next. Nothing where nobody tells. */
export function createQueues(screen: Screen, intersection: string): { element: HTMLElement; update(): void } {
  const part = section((known: Known | undefined) => (known ? parts(screen, known) : []));
  let readAt = Number.NEGATIVE_INFINITY;
  const readAll = async () => {
    const path = `/v1/intersections/${encodeURIComponent(intersection)}`;
    const [approaches, newest] = await Promise.all([
      read<Approaches>(`${path}/approaches`).catch(() => undefined),
      read<{ stage: StageAdvice | null }>(`${path}/stage`).catch(() => undefined),
    ]);
    if (approaches && approaches.lanes.length > 0) part.show({ approaches, stage: newest?.stage ?? null });
  };
  return {
    element: part.element,
    update: () => {
      part.element.hidden = screen.past !== undefined;
      const now = performance.now();
      if (now - readAt < readEvery) return;
      readAt = now;
      void readAll();
    },
  };
}

function parts(screen: Screen, { approaches, stage }: Known): Node[] {
  const { words, format } = screen;
  return [
    heading(words.queues, format.time(approaches.windowStart)),
    ...(stage ? [quiet(stageText(screen, stage))] : []),
    table(
      [words.lane1, words.queue, words.wait, words.arrivals, words.saturationFlow, words.turns],
      approaches.lanes.map((lane) => [
        laneName(screen, lane),
        queueText(screen, lane),
        format.seconds(lane.longestWaitSeconds),
        format.flow(lane.arrivalVph),
        format.flow(lane.saturationVph),
        lane.shares.map(({ movement, percent }) => `${movement} ${format.percent(percent)}`).join(', '),
      ]),
      [1, 2, 3, 4],
    ),
  ];
}

function stageText({ words }: Screen, stage: StageAdvice): string {
  const isSame = stage.phases.join() === stage.previous.join();
  return fill(isSame ? words.holdStage : words.advisedStage, {
    phases: stage.phases.join(', '),
    served: stage.servedVehicles,
    waiting: stage.waitingVehicles,
  });
}

const laneName = (screen: Screen, { link, lane, quality }: ApproachLane): HTMLElement =>
  h(
    'span',
    { title: link },
    `${linkTowards(screen.store.get(), link)} ${lane} `,
    quality !== 'observed' && qualityChip(screen, quality),
  );

function queueText({ words, format }: Screen, lane: ApproachLane): string {
  const queue = `${format.number(lane.queueVehicles, 1)} ± ${format.number(lane.queueDeviationVehicles, 1)}`;
  return lane.spillsBack ? `${queue}, ${words.spillsBack}` : queue;
}
