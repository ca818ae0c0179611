import { read } from '../api.ts';
import { h, section } from '../dom.ts';
import type { AccuracyGroup } from '../model.ts';
import { linkTowards, nameOf } from '../names.ts';
import type { Screen } from '../screen.ts';
import { fill } from '../words.ts';
import { createHourChart } from './hour-chart.ts';
import { heading, type PanelView, quiet } from './parts.ts';

type Subject = 'link' | 'parking';
type Groups = readonly AccuracyGroup[];

type Read =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'read'; readonly horizons: Groups; readonly hours: Groups; readonly sensors: Groups };

const shownSensors = 8;
const shownMilliseconds = 7 * 86_400_000;
const rereadMilliseconds = 300_000;
/** Share of targets that an interval is meant to hold. */
const level = 0.9;

const errorOf = (group: AccuracyGroup) => group.meanAbsoluteErrorKph ?? group.meanAbsoluteErrorPercent;
const lastOf = (group: AccuracyGroup) => group.persistenceErrorKph ?? group.persistenceErrorPercent;
const profileOf = (group: AccuracyGroup) => group.profileErrorKph ?? group.profileErrorPercent;

/** Whether forecasts keep their word: against the last value and the profile of the week, and their intervals. */
export function createForecastsPanel(screen: Screen, id: string): PanelView {
  const { words } = screen;
  const subject: Subject = id === 'parking' ? 'parking' : 'link';
  const unit = subject === 'link' ? 'km/h' : words.percentOfCapacity;
  let state: Read = { kind: 'loading' };
  let readAt = Number.NEGATIVE_INFINITY;
  const status = section((shown: Read) => statusParts(screen, shown, () => void readAll()));
  const horizons = section((shown: Groups) => horizonParts(screen, shown, unit));
  const sensors = section((shown: Groups) => sensorParts(screen, shown, subject, unit));
  const chart = createHourChart(screen, words.errorByHour, unit);
  const figures = h('div', { hidden: true }, horizons.element, chart.element, sensors.element);
  const show = () => {
    status.show(state);
    const isRead = state.kind === 'read' && state.horizons.length > 0;
    figures.hidden = !isRead;
    if (state.kind !== 'read' || !isRead) return;
    horizons.show(state.horizons);
    sensors.show(state.sensors);
    chart.show(
      state.hours.map((group) => ({
        hour: group.localHour ?? 0,
        forecast: errorOf(group),
        last: lastOf(group),
        profile: profileOf(group),
      })),
    );
  };
  const readAll = async () => {
    readAt = performance.now();
    const now = screen.clock.now(readAt) ?? Date.now();
    const from = encodeURIComponent(new Date(now - shownMilliseconds).toISOString());
    const ask = (by: string) =>
      read<{ groups: Groups }>(`/v1/forecasts/accuracy?subject=${subject}&from=${from}&by=${by}`);
    try {
      const [one, two, three] = await Promise.all([
        ask('horizon'),
        ask('hour'),
        ask(`sensor&limit=${shownSensors}`),
      ]);
      state = { kind: 'read', horizons: one.groups, hours: two.groups, sensors: three.groups };
    } catch (failure) {
      state = { kind: 'failed', why: failure instanceof Error ? failure.message : String(failure) };
    }
    show();
  };
  return {
    kind: words.forecasts,
    title: words.keepTheirWord,
    subtitle: words.keepTheirWordMore,
    body: h('div', {}, switchOf(screen, subject), status.element, figures),
    update: () => {
      if (performance.now() - readAt > rereadMilliseconds) void readAll();
      show();
    },
  };
}

function switchOf(screen: Screen, subject: Subject): HTMLElement {
  const { words } = screen;
  const names = { link: words.links, parking: words.carParks } as const;
  return h(
    'div',
    { class: 'choice', role: 'group' },
    ...(['link', 'parking'] as const).map((one) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(one === subject),
          click: () => screen.select({ kind: 'forecasts', id: one }),
        },
        names[one],
      ),
    ),
  );
}

function statusParts(screen: Screen, state: Read, again: () => void): Node[] {
  const { words } = screen;
  if (state.kind === 'loading') return [quiet(words.loading), h('div', { class: 'skeleton' })];
  if (state.kind === 'failed')
    return [
      quiet(fill(words.couldNotRead, { why: state.why })),
      h('div', { class: 'actions' }, h('button', { type: 'button', click: again }, words.tryAgain)),
    ];
  return state.horizons.length === 0 ? [quiet(words.nothingJudged)] : [];
}

/** A bar as long as its share of `most`, with what it stands for at both ends. */
function bar(name: string, value: number | null | undefined, most: number, said: string, kind: string) {
  const fullness = h('i', { class: `error-bar ${kind}` });
  fullness.style.setProperty('--share', String(most > 0 ? Math.min(1, (value ?? 0) / most) : 0));
  return [h('span', { class: 'bar-name' }, name), fullness, h('span', { class: 'bar-value' }, said)];
}

function horizonParts(screen: Screen, groups: Groups, unit: string): Node[] {
  const { words, format } = screen;
  const most = Math.max(...groups.flatMap((g) => [errorOf(g) ?? 0, lastOf(g) ?? 0, profileOf(g) ?? 0]));
  const ahead = (group: AccuracyGroup) => format.age((group.horizonMinutes ?? 0) * 60);
  const errors = groups.flatMap((group) => {
    const title = h('h4', {}, fill(words.ahead, { time: ahead(group) }), ' ', judgedNote(screen, group));
    if (typeof errorOf(group) !== 'number') return [title];
    const of = (name: string, value: number | null | undefined, kind: string) =>
      bar(name, value, most, format.withUnit(value, unit, 1), kind);
    return [
      title,
      h(
        'div',
        { class: 'error-bars' },
        ...of(words.forecast, errorOf(group), 'own'),
        ...of(words.lastValue, lastOf(group), ''),
        ...of(words.weeklyProfile, profileOf(group), ''),
      ),
    ];
  });
  const held = groups.flatMap((group) =>
    bar(ahead(group), group.coverage, 1, format.share(group.coverage), 'coverage'),
  );
  return [
    heading(words.intervalsHeld, fill(words.meantToHold, { share: format.share(level) })),
    h('div', { class: 'error-bars' }, ...held),
    heading(words.meanError, words.smallerIsBetter),
    ...errors,
  ];
}

const judgedNote = (screen: Screen, group: AccuracyGroup): HTMLElement =>
  h(
    'small',
    { class: 'quiet' },
    fill(typeof errorOf(group) === 'number' ? screen.words.judgedCount : screen.words.tooFewJudged, {
      n: screen.format.number(group.judged),
    }),
  );

/** The sensors with the greatest errors, each a way to the thing itself. */
function sensorParts(screen: Screen, groups: Groups, subject: Subject, unit: string): Node[] {
  const { words, format, store } = screen;
  const city = store.get();
  const nameOfSensor = (id: string) =>
    subject === 'link' ? linkTowards(city, id) : nameOf(city, 'facility', id);
  return [
    heading(words.worstSensors),
    h(
      'ol',
      { class: 'worst' },
      ...groups.flatMap((group) => {
        const { id } = group;
        if (id === null || id === undefined || typeof errorOf(group) !== 'number') return [];
        const beside = fill(words.besideLast, { error: format.withUnit(lastOf(group), unit, 1) });
        return h(
          'li',
          {},
          h(
            'button',
            { type: 'button', class: 'hit', click: () => screen.select({ kind: subject, id }) },
            h('span', {}, nameOfSensor(id)),
            h('small', {}, `${format.withUnit(errorOf(group), unit, 1)} · ${beside}`),
          ),
        );
      }),
    ),
  ];
}
