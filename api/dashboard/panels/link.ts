import { read } from '../api.ts';
import { h, section } from '../dom.ts';
import { type ForecastPoint, type History, type LinkState, momentOf } from '../model.ts';
import { intersectionAfter, linkPlace, linkTowards } from '../names.ts';
import type { Screen } from '../screen.ts';
import { fill, type Word } from '../words.ts';
import { type Curve, createChart, curveLegend, historyFrom, timeEnds } from './chart.ts';
import {
  forecastsButton,
  heading,
  levelChip,
  measure,
  type PanelView,
  qualityChip,
  quiet,
  table,
} from './parts.ts';

/** A link: what it does, since when, how sure, from which detectors, what it did and what it will do. */
export function createLinkPanel(screen: Screen, link: string): PanelView {
  const { store, words } = screen;
  const place = linkPlace(store.get(), link);
  const state = section((shown: LinkState | undefined) => stateParts(screen, link, shown));
  const speed = createChart(screen, words.speed, 'km/h', words.noHistory);
  const flow = createChart(screen, words.flow, 'veh/h', words.noHistory);
  const legend = section((level: number | undefined) => [curveLegend(screen, level)]);
  const ahead = section((points: readonly ForecastPoint[] | undefined) => forecastParts(screen, points));
  const body = h(
    'div',
    {},
    state.element,
    heading(words.historyForecast, fill(words.lastHours, { n: 3, length: screen.format.age(300) })),
    legend.element,
    speed.element,
    flow.element,
    ahead.element,
    forecastsButton(screen, 'link'),
    detectorPart(screen, link),
    actionPart(screen, link),
  );
  let history: History = { buckets: [] };
  let readFor: number | undefined;
  const update = () => {
    const city = screen.city();
    const now = city.links.get(link);
    const points = city.forecasts.get(link);
    state.show(now);
    ahead.show(points);
    legend.show(points?.[0]?.level ?? undefined);
    const ends = { ...timeEnds(history.buckets, points ?? []), mark: screen.past?.at };
    speed.show({
      ...curveOf(history, points ?? [], 'speedKph'),
      ...ends,
      least: 0,
      most: place?.freeFlowKph ?? 50,
    });
    flow.show({ ...curveOf(history, [], 'flowVph'), ...ends, least: 0, most: 400 });
    const window = momentOf(store.get().links.get(link)?.windowStart) ?? 0;
    if (window === readFor) return;
    readFor = window;
    void readMore();
  };
  const readMore = async () => {
    const path = `/v1/links/${encodeURIComponent(link)}`;
    const from = historyFrom(screen);
    const [past, next] = await Promise.all([
      read<History>(`${path}/history?resolution=5m&from=${from}`).catch(() => undefined),
      read<{ forecasts: readonly ForecastPoint[] }>(`${path}/forecast`).catch(() => undefined),
    ]);
    if (past) history = past;
    if (next) store.apply({ kind: 'forecast', link, points: next.forecasts });
    else update();
  };
  const lanes = place ? (place.lanes === 1 ? words.lane : fill(words.lanes, { n: place.lanes })) : '';
  return {
    kind: words.link,
    title: linkTowards(store.get(), link),
    subtitle: [link, lanes, screen.format.meters(place?.lengthMeters)].filter(Boolean).join(' · '),
    body,
    update,
  };
}

function stateParts(screen: Screen, link: string, state: LinkState | undefined): Node[] {
  const { words, format } = screen;
  const place = linkPlace(screen.store.get(), link);
  const samples =
    state?.expectedSamples === null || state?.expectedSamples === undefined
      ? fill(words.samplesPlain, { n: format.number(state?.samples) })
      : fill(words.samples, {
          n: format.number(state.samples),
          expected: format.number(state.expectedSamples),
        });
  const start = momentOf(state?.windowStart);
  const end = start === undefined ? undefined : start + (state?.windowSeconds ?? 0) * 1000;
  const window = `${format.time(start)}–${format.time(end)}`;
  const since = screen.past
    ? window
    : fill(words.sinceWindow, { window, age: format.age(ageOf(screen, state)) });
  const revised = state?.revision ? ` · ${fill(words.revision, { n: state.revision })}` : '';
  return [
    h(
      'div',
      { class: 'chips' },
      levelChip(screen, state?.levelOfService),
      qualityChip(screen, state?.quality),
    ),
    state?.windowStart ? quiet(`${since} · ${samples}${revised}`) : quiet(words.missingMore),
    h(
      'dl',
      { class: 'measures' },
      measure(
        words.speed,
        format.speed(state?.speedKph),
        fill(words.ofFree, { speed: format.number(place?.freeFlowKph) }),
      ),
      measure(words.flow, format.flow(state?.flowVph)),
      measure(words.delay, format.seconds(state?.delaySeconds), words.delayPerVehicle),
      measure(words.travelTimeIndex, format.number(state?.travelTimeIndex, 2), words.timesFree),
      measure(words.occupancy, format.percent(state?.occupancyPercent, 1)),
      measure(words.vehicles, format.number(state?.vehicles), format.age(state?.windowSeconds)),
    ),
  ];
}

function ageOf(screen: Screen, state: LinkState | undefined): number | undefined {
  const start = momentOf(state?.windowStart);
  const now = screen.now();
  if (start === undefined || now === undefined) return state?.ageSeconds ?? undefined;
  return Math.max(0, (now - start) / 1000 - (state?.windowSeconds ?? 0));
}

function curveOf(
  history: History,
  points: readonly ForecastPoint[],
  field: 'speedKph' | 'flowVph',
): Pick<Curve, 'measured' | 'expected'> {
  return {
    measured: history.buckets.flatMap((bucket) => {
      const at = momentOf(bucket.start);
      return at === undefined ? [] : { at, value: bucket[field], isImputed: bucket.quality === 'imputed' };
    }),
    expected: points.flatMap((point) => {
      const at = momentOf(point.target);
      return at === undefined ? [] : { at, value: point.speedKph, low: point.lowKph, high: point.highKph };
    }),
  };
}

function forecastParts(screen: Screen, points: readonly ForecastPoint[] | undefined): Node[] {
  const { words, format } = screen;
  const first = points?.[0];
  if (!points || !first) return [quiet(words.noForecast)];
  const issued = momentOf(first.issuedAt);
  const now = screen.clock.now(performance.now());
  const age = issued === undefined || now === undefined ? undefined : (now - issued) / 1000;
  const told = fill(words.issued, { age: format.age(age), model: first.model ?? words.noData });
  const held =
    typeof first.coverage === 'number'
      ? `; ${fill(words.covered, { share: format.share(first.coverage) })}`
      : '';
  return [
    table(
      [words.horizon, words.thenAt, words.expected, words.between],
      points.map((point) => [
        format.age(point.horizonMinutes * 60),
        format.time(point.target),
        format.speed(point.speedKph),
        `${format.number(point.lowKph)}–${format.speed(point.highKph)}`,
      ]),
      [1, 2, 3],
    ),
    quiet(`${told}${held}.`),
  ];
}

const roles: Readonly<Record<string, Word>> = {
  advance: 'roleAdvance',
  stop: 'roleStop',
  midblock: 'roleMidblock',
};

function detectorPart(screen: Screen, link: string): HTMLElement {
  const { words, store } = screen;
  const all = store.get().network?.layers.detectors?.features ?? [];
  const own = all.filter((f) => f.properties.link === link).map((f) => f.properties);
  const roleOf = (role: string) => {
    const word = roles[role];
    return word ? words[word] : role;
  };
  return h(
    'section',
    {},
    heading(words.detectors, String(own.length)),
    own.length === 0
      ? quiet(words.noDetectors)
      : h(
          'ul',
          { class: 'tags' },
          ...own.map((d) => h('li', {}, d.detector, h('small', {}, roleOf(d.role)))),
        ),
  );
}

function actionPart(screen: Screen, link: string): HTMLElement | undefined {
  const intersection = intersectionAfter(screen.store.get(), link);
  if (!intersection) return undefined;
  return h(
    'div',
    { class: 'actions' },
    h(
      'button',
      { type: 'button', click: () => screen.select({ kind: 'intersection', id: intersection }) },
      screen.words.showJunction,
    ),
  );
}
