import { followNotices, Refused, read, send } from '../api.ts';
import { h, section, setText } from '../dom.ts';
import { tenths } from '../format.ts';
import {
  type History,
  momentOf,
  type Notice,
  type ParkingForecastPoint,
  type ParkingState,
} from '../model.ts';
import { nameOf } from '../names.ts';
import type { Screen } from '../screen.ts';
import { fill } from '../words.ts';
import { createChart, curveLegend, historyFrom, timeEnds } from './chart.ts';
import { heading, type PanelView, qualityChip, quiet } from './parts.ts';

/** Car parks that were subscribed to from this page, so that a second look does not subscribe again. */
const subscribed = new Set<string>();

/** A car park: free spaces, the chance of one on arrival, history, and notices when asked for. */
export function createParkingPanel(screen: Screen, facility: string): PanelView {
  const { store, words } = screen;
  const state = section((shown: ParkingState | undefined) => stateParts(screen, shown));
  const chart = createChart(screen, words.parkingHistory, '', words.noHistory);
  const notices = section((shown: readonly Notice[]) => noticeParts(screen, shown));
  const tell = createTell(screen, facility);
  let history: History = { buckets: [] };
  let ahead: readonly ParkingForecastPoint[] = [];
  let readFor: number | undefined;
  const readMore = async () => {
    const path = `/v1/parking/${encodeURIComponent(facility)}`;
    const from = historyFrom(screen);
    const [past, one] = await Promise.all([
      read<History>(`${path}/history?resolution=5m&from=${from}`).catch(() => undefined),
      read<ParkingState & { forecasts?: readonly ParkingForecastPoint[] }>(path).catch(() => undefined),
    ]);
    if (past) history = past;
    if (one?.forecasts) ahead = one.forecasts;
    if (one) store.apply({ kind: 'parking', items: [one] });
    else update();
  };
  const update = () => {
    const city = screen.city();
    const now = city.parking.get(facility);
    state.show(now);
    notices.show(city.notices.filter((notice) => !notice.facility || notice.facility === facility));
    tell.update();
    chart.show({
      measured: history.buckets.flatMap((bucket) => {
        const at = momentOf(bucket.start);
        return at === undefined
          ? []
          : { at, value: bucket.freeSpaces, isImputed: bucket.quality === 'imputed' };
      }),
      expected: ahead.flatMap((point) => {
        const at = momentOf(point.target);
        return at === undefined
          ? []
          : { at, value: point.freeSpaces, low: point.lowSpaces, high: point.highSpaces };
      }),
      ...timeEnds(history.buckets, ahead),
      mark: screen.past?.at,
      least: 0,
      most: now?.capacitySpaces ?? 10,
    });
    const window = momentOf(store.get().parking.get(facility)?.windowStart) ?? 0;
    if (window === readFor) return;
    readFor = window;
    void readMore();
  };
  return {
    kind: words.parking,
    title: nameOf(store.get(), 'facility', facility),
    subtitle: facility,
    body: h(
      'div',
      {},
      state.element,
      tell.element,
      notices.element,
      heading(words.historyForecast, fill(words.lastHours, { n: 3, length: screen.format.age(300) })),
      curveLegend(screen, ahead[0]?.level ?? 0.9),
      chart.element,
    ),
    update,
  };
}

function stateParts(screen: Screen, state: ParkingState | undefined): Node[] {
  const { words, format } = screen;
  const isKnown = state?.quality !== 'missing' && typeof state?.freeSpaces === 'number';
  const free = isKnown ? (state.freeSpaces ?? undefined) : undefined;
  const capacity = state?.capacitySpaces ?? 0;
  const chance = tenths(state?.spaceProbability);
  const bar = h('div', { class: `fullness${isKnown ? '' : ' unknown'}`, 'aria-hidden': 'true' }, h('i', {}));
  bar.style.setProperty('--share', String(capacity > 0 && free !== undefined ? 1 - free / capacity : 0));
  return [
    h(
      'div',
      { class: 'big' },
      h('b', {}, format.number(free)),
      h(
        'span',
        {},
        free === undefined ? '' : `${words.free} `,
        fill(words.ofSpaces, { n: format.number(capacity) }),
      ),
    ),
    bar,
    h(
      'div',
      { class: 'chips' },
      qualityChip(screen, state?.quality),
      h('span', { class: 'quiet' }, fill(words.measuredAgo, { age: format.age(state?.ageSeconds) })),
    ),
    h(
      'p',
      { class: 'chance' },
      h('b', {}, chance === undefined ? words.noData : fill(words.chanceOf, { n: chance })),
      h('span', {}, words.chance),
    ),
    ...(typeof state?.entries === 'number' && typeof state.exits === 'number'
      ? [quiet(fill(words.enteredLeft, { in: state.entries, out: state.exits }))]
      : []),
    ...(typeof state?.pricePerHour === 'number'
      ? [quiet(fill(words.price, { price: format.number(state.pricePerHour, 2) }))]
      : []),
  ];
}

function createTell(screen: Screen, facility: string): { element: HTMLElement; update: () => void } {
  const { words, store } = screen;
  const said = h('p', { class: 'quiet', role: 'status' });
  const button = h(
    'button',
    {
      type: 'button',
      class: 'primary',
      click: async () => {
        try {
          const { subscription } = await send<{ subscription: string }>('/v1/subscriptions', { facility });
          subscribed.add(facility);
          followNotices(store, subscription);
          update();
        } catch (error) {
          if (!(error instanceof Refused || error instanceof TypeError)) throw error;
          setText(said, fill(words.couldNotSend, { why: error.message }));
        }
      },
    },
    words.tellMe,
  );
  const update = () => {
    button.hidden = subscribed.has(facility);
    if (subscribed.has(facility)) setText(said, words.telling);
  };
  return { element: h('div', { class: 'actions' }, button, said), update };
}

function noticeParts(screen: Screen, notices: readonly Notice[]): Node[] {
  const { words, format } = screen;
  if (notices.length === 0 && subscribed.size === 0) return [];
  return [
    heading(words.notices),
    notices.length === 0
      ? quiet(words.noNotices)
      : h(
          'ul',
          { class: 'outcome', 'aria-live': 'polite' },
          ...notices.map((notice) =>
            h('li', {}, h('time', {}, format.time(notice.at)), ` ${notice.text ?? ''}`),
          ),
        ),
  ];
}
