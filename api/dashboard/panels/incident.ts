import { h, section } from '../dom.ts';
import { type Incident, momentOf } from '../model.ts';
import { intersectionAfter, linkTowards } from '../names.ts';
import type { Screen } from '../screen.ts';
import { fill, incidentWords, severityWord, statusWord } from '../words.ts';
import { heading, measure, type PanelView } from './parts.ts';

/** An incident: what, where, since when, how sure and from what, and where to go from here. */
export function createIncidentPanel(screen: Screen, id: string): PanelView {
  const { store, words } = screen;
  const known = store.get().incidents.get(id);
  const state = section((shown: Incident | undefined) => (shown ? stateParts(screen, shown) : []));
  return {
    kind: words.incident,
    title: known ? incidentWords(words, known.kind).word : id,
    subtitle: known?.link ? linkTowards(store.get(), known.link) : id,
    body: h('div', {}, state.element, actions(screen, known)),
    update: () => state.show(store.get().incidents.get(id)),
  };
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
