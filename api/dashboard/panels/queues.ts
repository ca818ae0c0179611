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
      [words.lane1, words.queue, words.wait, words.arrivals, words.saturationFlow],
      approaches.lanes.map((lane) => [
        laneName(screen, lane),
        queueCell(screen, lane),
        format.seconds(lane.longestWaitSeconds),
        format.flow(lane.arrivalVph),
        format.flow(lane.saturationVph),
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

/** "2 NBT 52 %, NBL 48 %": the movements say which leg it is. */
function laneName(screen: Screen, { link, lane, shares, quality }: ApproachLane): HTMLElement {
  const isAlone = shares.length === 1;
  const turns = shares.map(({ movement, percent }) =>
    isAlone ? movement : `${movement} ${screen.format.percent(percent)}`,
  );
  return h(
    'span',
    { title: linkTowards(screen.store.get(), link) },
    h('b', {}, String(lane)),
    ` ${turns.join(', ')} `,
    quality !== 'observed' && qualityChip(screen, quality),
  );
}

function queueCell({ words, format }: Screen, lane: ApproachLane): HTMLElement {
  const queue = `${format.number(lane.queueVehicles, 1)} ± ${format.number(lane.queueDeviationVehicles, 1)}`;
  return lane.spillsBack ? h('span', { title: words.spillsBack }, `≥ ${queue}`) : h('span', {}, queue);
}
