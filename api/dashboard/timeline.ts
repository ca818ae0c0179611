import { h, setText } from './dom.ts';
import { instantAt, positionOf, spanMinutes } from './past.ts';
import type { Screen } from './screen.ts';

const ticks = [-spanMinutes, (-spanMinutes * 2) / 3, -spanMinutes / 3];

export interface Timeline {
  readonly element: HTMLElement;
  update(): void;
}

/** The slider of the last hours; its right end is live. */
export function createTimeline(screen: Screen): Timeline {
  const { words } = screen;
  let isHeld = false;
  const go = () => {
    const now = screen.clock.now(performance.now());
    if (now !== undefined) screen.goTo(instantAt(slider.valueAsNumber, now));
  };
  const slider = h('input', {
    type: 'range',
    min: String(-spanMinutes),
    max: '0',
    step: '1',
    value: '0',
    'aria-label': words.timeSlider,
    pointerdown: () => {
      isHeld = true;
    },
    input: go,
    change: () => {
      isHeld = false;
    },
  });
  const times = ticks.map(() => h('span', {}));
  const live = h('span', { class: 'timeline-live' }, words.live);
  const element = h(
    'div',
    { class: 'timeline card' },
    slider,
    h('div', { class: 'timeline-times', 'aria-hidden': 'true' }, ...times, live),
  );
  return {
    element,
    update: () => {
      const now = screen.clock.now(performance.now());
      element.hidden = now === undefined;
      if (now === undefined) return;
      const { past, format } = screen;
      for (const [i, position] of ticks.entries()) setText(times[i]!, format.time(instantAt(position, now)));
      slider.setAttribute('aria-valuetext', past ? format.time(past.at) : words.live);
      // The thumb is the hand's own while it is held; the minutes move on under it.
      if (!isHeld) slider.value = String(positionOf(past?.at, now));
      slider.style.setProperty('--share', String(1 + slider.valueAsNumber / spanMinutes));
    },
  };
}
