import { h, setText } from '../dom.ts';
import type { Screen } from '../screen.ts';
import { fill } from '../words.ts';
import { createForecastsPanel } from './forecasts.ts';
import { createIncidentPanel } from './incident.ts';
import { createIntersectionPanel } from './intersection.ts';
import { createLinkPanel } from './link.ts';
import { createParkingPanel } from './parking.ts';
import type { PanelView } from './parts.ts';

export interface Panel {
  /** Shows what is selected; builds it anew when the selection, the theme or the language has changed. */
  open(): void;
  update(): void;
}

const creators = {
  link: createLinkPanel,
  intersection: createIntersectionPanel,
  parking: createParkingPanel,
  incident: createIncidentPanel,
  forecasts: createForecastsPanel,
} as const;

/** The side panel; on a phone it is a sheet over the whole screen. */
export function createPanel(root: HTMLElement, screen: Screen): Panel {
  let view: PanelView | undefined;
  const live = h('p', { class: 'shown-live', role: 'status' });
  const update = () => {
    view?.update();
    const { past, selection, words, format } = screen;
    live.hidden = past === undefined || selection?.kind !== 'intersection';
    if (past) setText(live, fill(words.shownLive, { time: format.time(past.at) }));
  };
  return {
    open: () => {
      const { selection, words } = screen;
      document.documentElement.toggleAttribute('data-panel', selection !== undefined);
      root.hidden = selection === undefined;
      view = selection && creators[selection.kind](screen, selection.id);
      if (!view) return root.replaceChildren();
      const close = h(
        'button',
        { type: 'button', class: 'plain', click: () => screen.select(undefined) },
        words.close,
      );
      root.setAttribute('aria-label', `${view.kind}: ${view.title}`);
      root.replaceChildren(
        h(
          'div',
          { class: 'panel-head' },
          h(
            'div',
            {},
            h('span', { class: 'panel-kind' }, view.kind),
            h('h2', {}, view.title),
            h('p', {}, view.subtitle),
          ),
          close,
        ),
        h('div', { class: 'panel-body' }, live, view.body),
      );
      root.querySelector('.panel-body')!.scrollTop = 0;
      update();
    },
    update,
  };
}
