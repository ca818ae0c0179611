import { Refused, read } from '../api.ts';
import { isOfAnArea } from '../decisions.ts';
import { h, section, setText } from '../dom.ts';
import { type Incident, momentOf } from '../model.ts';
import { intersectionAfter, linkTowards } from '../names.ts';
import type { Screen } from '../screen.ts';
import { type City, isOpenIncident } from '../state.ts';
import { fill, incidentWords, severityWord, statusWord } from '../words.ts';
import { heading, measure, type PanelView, quiet } from './parts.ts';

/** An incident: what, where, since when, how sure and from what, and where to go from here. */
export function createIncidentPanel(screen: Screen, id: string): PanelView {
  const { words, store } = screen;
  const find = () => screen.city().incidents.get(id) ?? store.get().incidents.get(id);
  const known = find();
  const unknown = quiet(words.loading);
  if (!known) void readOne(screen, id, unknown);
  const state = section((shown: Incident | undefined) => (shown ? stateParts(screen, shown) : []));
  const others = section((shown: readonly Incident[]) => otherParts(screen, shown));
  return {
    kind: words.incident,
    title: known ? incidentWords(words, known.kind).word : id,
    subtitle: known?.link ? linkTowards(screen.city(), known.link) : id,
    body: h('div', {}, !known && unknown, state.element, actions(screen, known), others.element),
    update: () => {
      state.show(find());
      others.show(known ? sameWeather(screen.city(), known) : []);
    },
  };
}

/** An incident that ended before the page was opened is not among the open ones; an address may still name it. */
async function readOne(screen: Screen, id: string, said: HTMLElement): Promise<void> {
  try {
    const item = await read<Incident>(`/v1/incidents/${encodeURIComponent(id)}`);
    screen.store.apply({ kind: 'incidents', items: [item] });
    if (screen.selection?.id === id) screen.select({ kind: 'incident', id });
  } catch (error) {
    if (!(error instanceof Refused || error instanceof TypeError)) throw error;
    setText(said, error.message);
  }
}

function stateParts(screen: Screen, incident: Incident): Node[] {
  const { words, format } = screen;
  const started = momentOf(incident.startedAt);
  const detected = momentOf(incident.detectedAt);
  const late = started === undefined || detected === undefined ? undefined : (detected - started) / 1000;
  const ended = momentOf(incident.endedAt);
  const sources = (incident.sources ?? []).map(String);
  return [
    h(
      'div',
      { class: 'chips' },
      h(
        'span',
        { class: `severity severity-${incident.severity ?? 'unknown'}` },
        incident.severity ? severityWord(words, incident.severity) : words.noData,
      ),
      h('span', { class: 'quality' }, statusWord(words, incident.status ?? 'detected')),
    ),
    ...(incident.text ? [h('p', { class: 'reason' }, incident.text)] : []),
    h(
      'dl',
      { class: 'measures' },
      measure(words.started, format.time(incident.startedAt)),
      measure(
        words.detected,
        format.time(incident.detectedAt),
        late === undefined ? '' : fill(words.after, { time: format.age(late) }),
      ),
      measure(words.confidence, format.share(incident.confidence)),
      ...(ended === undefined ? [] : [measure(words.ended, format.time(ended))]),
    ),
    heading(words.sources, String(sources.length)),
    h('ul', { class: 'tags' }, ...sources.map((source) => h('li', {}, source))),
  ];
}

/** The same weather where other stations report it. */
const sameWeather = (city: City, incident: Incident): Incident[] =>
  isOfAnArea(incident.kind)
    ? [...city.incidents.values()].filter(
        (other) =>
          other.kind === incident.kind && other.incident !== incident.incident && isOpenIncident(other),
      )
    : [];

function otherParts(screen: Screen, others: readonly Incident[]): Node[] {
  if (others.length === 0) return [];
  return [
    heading(screen.words.alsoAt, String(others.length)),
    h(
      'div',
      { class: 'actions' },
      ...others.map(({ incident, link }) =>
        h(
          'button',
          { type: 'button', click: () => screen.select({ kind: 'incident', id: incident }) },
          link ? linkTowards(screen.city(), link) : incident,
        ),
      ),
    ),
  ];
}

function actions(screen: Screen, incident: Incident | undefined): HTMLElement | undefined {
  const { words } = screen;
  const link = incident?.link;
  if (!link) return undefined;
  const intersection = intersectionAfter(screen.store.get(), link);
  return h(
    'section',
    {},
    heading(words.whatCanBeDone),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', click: () => screen.select({ kind: 'link', id: link }) }, words.showLink),
      intersection !== undefined &&
        h(
          'button',
          { type: 'button', click: () => screen.select({ kind: 'intersection', id: intersection }) },
          words.showJunction,
        ),
    ),
  );
}
