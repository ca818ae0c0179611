import { type Decision, decisionsOf, openForSeconds } from './decisions.ts';
import { h, setText } from './dom.ts';
import { createFinder } from './finder.ts';
import type { Selection } from './map.ts';
import type { Incident } from './model.ts';
import { linkPlace, linkTowards, nameOf } from './names.ts';
import type { Screen } from './screen.ts';
import { fill, incidentWords, severityWord, type Word } from './words.ts';

interface Row {
  readonly element: HTMLLIElement;
  show(decision: Decision): void;
}

/** The list of what waits for a person. Returns what draws it again. */
export function createList(root: HTMLElement, screen: Screen): () => void {
  const { words } = screen;
  const title = h('span', {}, words.needsDecision);
  const count = h('span', { class: 'count' });
  const rows = new Map<string, Row>();
  const items = h('ol', { class: 'rows', 'aria-live': 'polite', 'aria-relevant': 'additions' });
  const more = h('p', { class: 'more' });
  const empty = h(
    'div',
    { class: 'empty' },
    h('strong', {}, words.nothingToDecide),
    h('span', {}, words.nothingToDecideMore),
  );
  const handle = h(
    'button',
    { type: 'button', class: 'handle', 'aria-label': words.needsDecision, click: () => nextDetent(root) },
    h('span', {}),
  );
  root.replaceChildren(
    handle,
    h('div', { class: 'list-head' }, h('h2', {}, title, count), h('span', { class: 'unit' }, words.costUnit)),
    h('div', { class: 'list-body' }, items, more, empty),
    createFinder(screen),
  );
  const draw = () => {
    const city = screen.city();
    const { past, format } = screen;
    setText(title, past ? fill(words.neededDecision, { time: format.time(past.at) }) : words.needsDecision);
    root.setAttribute('aria-busy', String(!city.loaded));
    const { shown, moreLinks } = decisionsOf(city, screen.now());
    setText(count, city.loaded ? String(shown.length + moreLinks) : '');
    empty.hidden = !city.loaded || shown.length > 0;
    more.hidden = moreLinks === 0;
    setText(more, fill(words.moreLinks, { n: moreLinks }));
    place(items, rows, shown, (decision) => createRow(screen, decision));
  };
  draw();
  return draw;
}

/** While the pointer or the focus is in the list its order holds, so that nobody presses the wrong row. */
function place(
  items: HTMLElement,
  rows: Map<string, Row>,
  shown: readonly Decision[],
  create: (decision: Decision) => Row,
): void {
  const keys = new Set(shown.map((decision) => decision.key));
  for (const [key, row] of rows)
    if (!keys.has(key)) {
      row.element.remove();
      rows.delete(key);
    }
  const isHeld = items.matches(':hover, :focus-within');
  shown.forEach((decision, index) => {
    let row = rows.get(decision.key);
    const isNew = row === undefined;
    row ??= create(decision);
    rows.set(decision.key, row);
    row.show(decision);
    const there = items.children[index];
    if ((isNew || !isHeld) && there !== row.element) items.insertBefore(row.element, there ?? null);
  });
}

const buttons: Readonly<Record<Decision['kind'], Word>> = {
  recommendation: 'review',
  incident: 'look',
  link: 'look',
};

function createRow(screen: Screen, decision: Decision): Row {
  const text = h('span', { class: 'row-text' });
  const cost = h('span', { class: 'row-cost' });
  let current = decision;
  const selection = (): Selection => ({
    kind: current.kind === 'recommendation' ? 'intersection' : current.kind,
    id: current.id,
  });
  const button = h(
    'button',
    { type: 'button', class: 'row-button', click: () => screen.select(selection()) },
    screen.words[buttons[decision.kind]],
  );
  const element = h(
    'li',
    { class: 'row', 'data-kind': decision.kind },
    h('span', { class: 'row-mark', 'aria-hidden': 'true' }),
    text,
    cost,
    button,
  );
  return {
    element,
    show: (now) => {
      current = now;
      const { kind, id } = selection();
      element.dataset['key'] = `${kind}/${id}`;
      setText(text, sentenceOf(screen, now));
      setText(cost, now.cost === undefined ? '' : screen.format.number(now.cost, now.cost < 10 ? 1 : 0));
      const isPicked = screen.selection?.kind === kind && screen.selection.id === id;
      element.classList.toggle('picked', isPicked);
    },
  };
}

/** One sentence that says what waits and why it matters. */
export function sentenceOf(screen: Screen, decision: Decision): string {
  const { words, format } = screen;
  const city = screen.city();
  if (decision.kind === 'recommendation') {
    const id = decision.key.slice('recommendation:'.length);
    const item = city.recommendations.get(id);
    const place = nameOf(city, 'intersection', decision.id);
    const { currentDelaySeconds: before, predictedDelaySeconds: after } = item ?? {};
    if (before === null || before === undefined || after === null || after === undefined)
      return fill(words.adviceSentencePlain, { place });
    return fill(words.adviceSentence, {
      place,
      gain: format.seconds(before - after, 1),
      low: format.number(item?.benefitLowSeconds, 1),
      high: format.seconds(item?.benefitHighSeconds, 1),
    });
  }
  if (decision.kind === 'incident') {
    const item = city.incidents.get(decision.id);
    const age = openForSeconds(city, decision.id, screen.now());
    return fill(age === undefined ? words.incidentSentencePlain : words.incidentSentence, {
      kind: incidentWords(words, item?.kind ?? '').word,
      place: decision.places > 1 ? fill(words.onPlaces, { n: decision.places }) : whereOf(screen, item),
      severity: item?.severity ? severityWord(words, item.severity) : words.noData,
      age: format.age(age),
    });
  }
  const state = city.links.get(decision.id);
  const place = linkTowards(city, decision.id);
  const free = linkPlace(city, decision.id)?.freeFlowKph;
  if (state?.speedKph === null || state?.speedKph === undefined)
    return fill(words.linkSentencePlain, { place });
  return fill(words.linkSentence, { place, speed: format.speed(state.speedKph), free: format.number(free) });
}

/** Where an incident is: on its link, else in its district. */
function whereOf({ words, city }: Screen, incident: Incident | undefined): string {
  if (incident?.link) return fill(words.onLink, { place: linkTowards(city(), incident.link) });
  const { district } = incident ?? {};
  return fill(words.inDistrict, { place: district ? nameOf(city(), 'district', district) : words.noData });
}

/** On a phone the list is a sheet with three heights: a peek, a half and nearly all. */
function nextDetent(root: HTMLElement): void {
  const heights = ['peek', 'half', 'full'];
  const now = heights.indexOf(root.dataset['height'] ?? 'half');
  root.dataset['height'] = heights[(now + 1) % heights.length]!;
}
