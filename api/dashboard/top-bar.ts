import { h, setText } from './dom.ts';
import { momentOf } from './model.ts';
import type { Screen } from './screen.ts';
import { connectionOf } from './state.ts';
import { fill, type Word } from './words.ts';

interface Vital {
  readonly element: HTMLElement;
  /** Shows a value; an empty unit with `isNone` says that there is no data. */
  set(value: string, unit: string, isBad: boolean, isNone?: boolean): void;
}

function vital(label: Node | string): Vital {
  const value = h('span', { class: 'vital-value' });
  const unit = h('span', { class: 'vital-unit' });
  const element = h('div', { class: 'vital' }, h('dt', {}, label), h('dd', {}, value, unit));
  return {
    element,
    set: (text, unitText, isBad, isNone = false) => {
      setText(value, text);
      setText(unit, unitText);
      element.classList.toggle('bad', isBad);
      element.classList.toggle('none', isNone);
    },
  };
}

/** Name, vital signs, the city's clock, the connection. Returns what draws it again. */
export function createTopBar(root: HTMLElement, banner: HTMLElement, screen: Screen): () => void {
  const { words } = screen;
  const vitals = {
    vehicles: vital(words.vehiclesPerMinute),
    time: vital(words.travelTimeIndex),
    incidents: vital(words.openIncidents),
    detectors: vital(words.detectorsReporting),
    age: vital(words.dataAge),
    forecasts: vital(
      h(
        'button',
        {
          type: 'button',
          class: 'vital-open',
          title: words.keepTheirWord,
          click: () => screen.select({ kind: 'forecasts', id: 'link' }),
        },
        words.forecastCoverage,
      ),
    ),
    ledger: vital(words.ledgerDeficit),
  };
  const past = createPastNotice(screen);
  const name = h('h1', {}, screen.store.get().network?.name ?? 'Arterial');
  const clock = h('time', { class: 'clock-time' });
  const zone = h('span', { class: 'clock-zone' });
  const connection = h('span', { class: 'connection' });
  root.replaceChildren(
    h('div', { class: 'brand' }, name, h('span', { class: 'brand-sub' }, `Arterial · ${words.title}`)),
    h('dl', { class: 'vitals' }, ...Object.values(vitals).map((v) => v.element)),
    past.element,
    h('div', { class: 'clock', title: words.cityTime }, clock, zone),
    connection,
    h(
      'div',
      { class: 'switches' },
      h(
        'button',
        {
          type: 'button',
          class: 'plain',
          'aria-label': words.theme,
          click: () => screen.setTheme(screen.theme === 'dark' ? 'light' : 'dark'),
        },
        screen.theme === 'dark' ? words.themeLight : words.themeDark,
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'plain',
          lang: screen.language === 'en' ? 'zh' : 'en',
          click: () => screen.setLanguage(screen.language === 'en' ? 'zh' : 'en'),
        },
        words.otherLanguage,
      ),
    ),
  );
  const draw = () => {
    showVitals(screen, vitals);
    past.update();
    setText(name, screen.store.get().network?.name ?? 'Arterial');
    const now = screen.clock.now(performance.now());
    setText(clock, now === undefined ? '--:--:--' : screen.format.timeWithSeconds(now));
    setText(zone, screen.format.zone(now));
    showConnection(screen, connection, banner);
  };
  draw();
  return draw;
}

/** In large letters which minute is shown, in place of the vital signs of now, and the way back. */
function createPastNotice(screen: Screen): { element: HTMLElement; update: () => void } {
  const { words } = screen;
  const time = h('time', { class: 'past-time' });
  const said = h('span', {});
  const back = h(
    'button',
    { type: 'button', class: 'primary', click: () => screen.goTo(undefined) },
    words.backToLive,
  );
  const element = h(
    'div',
    { class: 'past', role: 'status', hidden: true },
    time,
    h('p', {}, h('strong', {}, words.lookingBack), said),
    back,
  );
  return {
    element,
    update: () => {
      const { past, format } = screen;
      element.hidden = past === undefined;
      if (!past) return;
      const now = screen.clock.now(performance.now());
      const sentence = { measured: words.pastMeasured, nothing: words.pastNothing, unread: words.pastUnread };
      setText(time, format.time(past.at));
      setText(
        said,
        fill(sentence[past.kind], {
          age: format.age(now === undefined ? undefined : (now - past.at) / 1000),
        }),
      );
    },
  };
}

function showVitals(screen: Screen, vitals: Readonly<Record<string, Vital>>): void {
  const { format, words } = screen;
  const summary = screen.store.get().summary;
  const put = (
    key: string,
    value: number | null | undefined,
    digits: number,
    unit: string,
    isBad: (n: number) => boolean,
  ) => {
    const isKnown = value !== null && value !== undefined;
    vitals[key]?.set(
      isKnown ? format.number(value, digits) : words.noData,
      isKnown ? unit : '',
      isKnown && isBad(value),
      !isKnown,
    );
  };
  put('vehicles', summary?.vehiclesPerMinute, 0, words.perMinute, () => false);
  put('time', summary?.travelTimeIndex, 2, words.timesFree, (n) => n >= 2);
  const bySeverity = summary?.openIncidents;
  const open = bySeverity ? Object.values(bySeverity).reduce((a, b) => a + b, 0) : undefined;
  const severe = bySeverity?.['severe'] ?? 0;
  put('incidents', open, 0, severe > 0 ? fill(words.severeCount, { n: severe }) : '', () => severe > 0);
  put('detectors', summary?.detectorsReportingPercent, 1, words.ofDetectors, (n) => n < 90);
  const age = summary?.dataAgeSeconds;
  const [number = words.noData, unit = ''] =
    age === null || age === undefined ? [] : format.age(age).split(/ (.*)/, 2);
  vitals['age']?.set(number, unit, (age ?? 0) > 180, unit === '');
  put('forecasts', summary?.forecastCoveragePercent, 0, words.ofForecasts, () => false);
  put('ledger', summary?.ledgerDeficit, 0, words.records, (n) => n !== 0);
}

function showConnection(screen: Screen, badge: HTMLElement, banner: HTMLElement): void {
  const { words, format } = screen;
  const city = screen.store.get();
  const state = connectionOf(city.stream, city.summary, performance.now());
  badge.dataset['state'] = state;
  document.documentElement.dataset['connection'] = state;
  setText(badge, words[state === 'stale' ? 'outdated' : state]);
  const time = format.time(momentOf(city.asOf));
  const banners: Partial<Record<typeof state, Word>> = {
    stale: 'staleBanner',
    disconnected: city.network ? 'disconnectedBanner' : 'cannotLoad',
    reconnecting: 'reconnectingBanner',
  };
  const drawn = document.documentElement.dataset['map'];
  const unseen: Word | undefined = drawn === 'drawn' ? undefined : drawn === 'none' ? 'noMap' : 'loading';
  const word = banners[state] ?? unseen;
  banner.hidden = word === undefined;
  if (word) setText(banner, fill(words[word], { time }));
}
