import { followCity, readPast } from './api.ts';
import { createCityClock } from './clock.ts';
import { createFormat } from './format.ts';
import { hoverText } from './hover.ts';
import { createTools } from './legend.ts';
import { createList } from './list.ts';
import { type CityMap, createMap, type MapOptions, type Margins, type Selection } from './map.ts';
import { createPanel } from './panels/panel.ts';
import { cityThen, createPastReader } from './past.ts';
import type { Screen } from './screen.ts';
import { createStore } from './state.ts';
import { currentTheme, onSystemTheme, palettes, showTheme } from './theme.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { createTopBar } from './top-bar.ts';
import { dictionaries, type Language } from './words.ts';

const languageKey = 'arterial.language';
const root = (id: string): HTMLElement => document.getElementById(id)!;

function firstLanguage(): Language {
  const kept = localStorage.getItem(languageKey);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

/** A selection is part of the address, so that it can be sent to a colleague: #link/L12. */
function selectionOf(hash: string): Selection | undefined {
  const found = /^#(link|intersection|parking|incident|forecasts)\/(.+)$/.exec(hash);
  return found ? { kind: found[1] as Selection['kind'], id: decodeURIComponent(found[2]!) } : undefined;
}

const store = createStore();
const clock = createCityClock();
const isWide = matchMedia('(min-width: 900px)');
let map: CityMap | undefined;
let isStarted = false;
let draw: (() => void)[] = [];
let timeline: Timeline | undefined;

const screen: Screen = {
  store,
  clock,
  language: firstLanguage(),
  words: dictionaries[firstLanguage()],
  format: createFormat(firstLanguage(), dictionaries[firstLanguage()], 'UTC'),
  theme: currentTheme(),
  palette: palettes[currentTheme()],
  selection: undefined,
  past: undefined,
  city: () => (screen.past ? cityThen(store.get(), screen.past) : store.get()),
  now: () => screen.past?.at ?? clock.now(performance.now()),
  goTo: (at) => void goTo(at),
  select: (selection) => {
    screen.selection = selection;
    const hash = selection ? `#${selection.kind}/${encodeURIComponent(selection.id)}` : '';
    history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
    map?.select(selection);
    panel.open();
    if (selection) map?.reveal(selection, screen.city());
    drawAll();
  },
  setTheme: (theme) => {
    showTheme(theme, true);
    applyTheme();
  },
  setLanguage: (language) => {
    localStorage.setItem(languageKey, language);
    screen.language = language;
    build();
  },
};
const goTo = createPastReader(readPast, (past) => {
  screen.past = past;
  document.documentElement.toggleAttribute('data-past', past !== undefined);
  drawAll();
});
const panel = createPanel(root('panel'), screen);

/** Builds everything that holds words; called again when the language, the theme or the network changes. */
function build(): void {
  screen.words = dictionaries[screen.language];
  screen.format = createFormat(
    screen.language,
    screen.words,
    store.get().network?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
  document.documentElement.lang = screen.language === 'zh' ? 'zh-Hans' : 'en';
  timeline = createTimeline(screen);
  createTools(root('tools'), screen, timeline.element, () => map);
  draw = [createTopBar(root('top'), root('banner'), screen)];
  if (store.get().network) draw.push(createList(root('list'), screen));
  panel.open();
  drawAll();
}

function applyTheme(): void {
  screen.theme = currentTheme();
  screen.palette = palettes[screen.theme];
  showTheme(screen.theme, false);
  map?.paint(screen.palette);
  build();
}

function drawAll(): void {
  for (const one of draw) one();
  timeline?.update();
  panel.update();
  map?.show(screen.city(), screen.now(), screen.words);
}

/** What covers the map, so that the city is shown in what is left of it. */
function margins(): Margins {
  const top = root('top').offsetHeight + 32;
  const tools = root('tools').offsetHeight + 28;
  if (!isWide.matches) return { top, right: 20, bottom: root('list').offsetHeight + tools, left: 20 };
  return { top: top + 8, right: screen.selection ? 484 : 88, bottom: tools, left: 400 };
}

function hover(selection: Selection | undefined, x: number, y: number): void {
  const tip = root('tip');
  tip.hidden = selection === undefined || !isWide.matches;
  if (!selection) return;
  tip.textContent = hoverText(screen, selection);
  tip.style.transform = `translate(${Math.min(x + 14, innerWidth - 300)}px, ${y + 14}px)`;
}

function startMap(): void {
  const { network } = store.get();
  if (isStarted || !network) return;
  isStarted = true;
  document.title = `${network.name} · Arterial`;
  screen.selection = selectionOf(location.hash);
  const options: MapOptions = {
    container: root('map'),
    workerUrl: document.documentElement.dataset['worker']!,
    network,
    palette: screen.palette,
    words: screen.words,
    margins,
    onDrawn: () => {
      document.documentElement.dataset['map'] = 'drawn';
      drawAll();
    },
    onSelect: (selection) => screen.select(selection),
    onHover: hover,
  };
  try {
    map = createMap(options);
  } catch {
    // A browser without WebGL cannot draw the map; the list, the finder and the panels work without it.
    document.documentElement.dataset['map'] = 'none';
  }
  build();
  map?.select(screen.selection);
}

/** Redraws at most every quarter of a second, however fast the stream is. */
let isDue = false;
store.subscribe((city) => {
  if (city.asOf !== undefined) clock.observe(city.asOf, performance.now());
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    startMap();
    drawAll();
  }, 250);
});

setInterval(() => {
  draw[0]?.();
  timeline?.update();
  panel.update();
}, 1000);
addEventListener('hashchange', () => screen.select(selectionOf(location.hash)));
addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === 'Escape') {
    if (screen.selection) screen.select(undefined);
    else screen.goTo(undefined);
  }
  if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
});

/** Moves the focus up or down the list of decisions. */
function step(by: number): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('.row-button')];
  const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[Math.min(buttons.length - 1, Math.max(0, now + by))]?.focus();
}

onSystemTheme(applyTheme);
applyTheme();
void followCity(store);
