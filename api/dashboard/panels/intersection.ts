import { Refused, send } from '../api.ts';
import { h, section, setText } from '../dom.ts';
import type { IntersectionState, PhaseState, Recommendation } from '../model.ts';
import { nameOf } from '../names.ts';
import type { Screen } from '../screen.ts';
import { openRecommendation } from '../state.ts';
import { fill } from '../words.ts';
import { heading, levelChip, measure, type PanelView, qualityChip, quiet, table } from './parts.ts';
import { proofParts } from './proof.ts';
import { createQueues } from './queues.ts';
import { createVerdict } from './verdict.ts';

/** A signalised intersection: its phases, the plan in force, and advice with its proof. */
export function createIntersectionPanel(screen: Screen, intersection: string): PanelView {
  const { store, words } = screen;
  const state = section((shown: IntersectionState | undefined) => stateParts(screen, shown));
  const proof = section((shown: Recommendation | undefined) =>
    shown ? proofParts(screen, shown) : [heading(words.advice), quiet(words.noAdvice)],
  );
  const verdict = createVerdict(screen, () => open());
  const ask = createAsk(screen, intersection);
  const queues = createQueues(screen, intersection);
  const open = () => openRecommendation(store.get(), intersection, screen.clock.now(performance.now()));
  return {
    kind: words.intersection,
    title: nameOf(store.get(), 'intersection', intersection),
    subtitle: intersection,
    body: h('div', {}, proof.element, verdict.element, ask.element, state.element, queues.element),
    update: () => {
      const now = open();
      const known = store.get().intersections.get(intersection);
      // What was last said about advice stays in view once it is no longer open.
      proof.show(now ?? lastKnown(screen, intersection, known));
      verdict.update();
      ask.element.hidden = now !== undefined;
      state.show(known);
      queues.update();
    },
  };
}

function lastKnown(
  screen: Screen,
  intersection: string,
  state: IntersectionState | undefined,
): Recommendation | undefined {
  const id = state?.recommendation?.recommendation;
  const known = id ? screen.store.get().recommendations.get(id) : undefined;
  if (known) return known;
  return [...screen.store.get().recommendations.values()].findLast((r) => r.intersection === intersection);
}

function stateParts(screen: Screen, state: IntersectionState | undefined): Node[] {
  const { words, format } = screen;
  const plan = state?.planInForce;
  const phases = state?.phases ?? [];
  return [
    heading(words.phases),
    h(
      'div',
      { class: 'chips' },
      levelChip(screen, state?.levelOfService),
      qualityChip(screen, state?.quality),
    ),
    h(
      'dl',
      { class: 'measures' },
      measure(words.controlDelay, format.seconds(state?.controlDelaySeconds, 1), words.delayPerVehicle),
      measure(
        words.cycle,
        format.seconds(plan?.cycleSeconds ?? state?.cycleSeconds),
        plan?.source === 'recommendation'
          ? fill(words.advisedPlan, { time: format.time(plan.since) })
          : plan
            ? words.ownPlan
            : '',
      ),
      measure(words.offset, format.seconds(plan?.offsetSeconds)),
    ),
    phases.length === 0 ? quiet(words.noPhases) : phaseTable(screen, phases),
  ];
}

function phaseTable(screen: Screen, phases: readonly PhaseState[]): HTMLElement {
  const { words, format } = screen;
  return table(
    [words.phase, words.volumeToCapacity, words.delay, words.level, words.green, words.volume],
    phases.map((phase) => [
      h('span', {}, h('b', {}, String(phase.phase)), ` ${(phase.movements ?? []).join(' ')}`),
      ratioBar(format.number(phase.volumeToCapacity, 2), phase.volumeToCapacity),
      format.seconds(phase.controlDelaySeconds),
      phase.levelOfService
        ? h('span', { class: `letter level-${phase.levelOfService}` }, phase.levelOfService)
        : words.noData,
      format.seconds(phase.greenSeconds),
      format.flow(phase.volumeVph),
    ]),
    [1, 2, 3, 4, 5],
  );
}

/** Volume over capacity as a bar that is full at 1.2, with a mark at 1. */
function ratioBar(text: string, ratio: number | null | undefined): HTMLElement {
  const bar = h('span', { class: `ratio${(ratio ?? 0) >= 1 ? ' over' : ''}` }, h('i', {}), text);
  bar.style.setProperty('--share', String(Math.min(1, (ratio ?? 0) / 1.2)));
  return bar;
}

function createAsk(screen: Screen, intersection: string): { element: HTMLElement } {
  const { words } = screen;
  const said = h('p', { class: 'quiet', role: 'status' });
  const button = h(
    'button',
    {
      type: 'button',
      click: async () => {
        button.disabled = true;
        setText(said, words.asked);
        try {
          const item = await send<Recommendation>('/v1/recommendations', { intersection });
          screen.store.apply({ kind: 'recommendations', items: [item] });
          setText(said, '');
        } catch (error) {
          if (!(error instanceof Refused || error instanceof TypeError)) throw error;
          setText(said, fill(words.notAsked, { why: error.message }));
        } finally {
          button.disabled = false;
        }
      },
    },
    words.askPlan,
  );
  return { element: h('div', { class: 'actions' }, button, said) };
}
