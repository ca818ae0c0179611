import { h } from './dom.ts';
import type { Selection } from './map.ts';
import { streetName } from './map-data.ts';
import { linkTowards } from './names.ts';
import type { Screen } from './screen.ts';

const shownHits = 6;

/** A field that finds things by name: the way into the map for who does not use a pointer. */
export function createFinder(screen: Screen): HTMLElement {
  const hits = h('ul', { class: 'hits', hidden: true });
  const field = h('input', {
    type: 'search',
    class: 'find',
    autocomplete: 'off',
    placeholder: screen.words.find,
    'aria-label': screen.words.find,
    input: () => show(),
    keydown: (event) => {
      const { key } = event as KeyboardEvent;
      if (key === 'Enter') hits.querySelector('button')?.click();
      if (key === 'Escape') clear();
    },
  });
  const clear = () => {
    field.value = '';
    hits.hidden = true;
  };
  const show = () => {
    const found = find(screen, field.value);
    hits.hidden = found.length === 0;
    hits.replaceChildren(
      ...found.map(({ name, selection }) =>
        h(
          'li',
          {},
          h(
            'button',
            {
              type: 'button',
              class: 'hit',
              click: () => {
                clear();
                screen.select(selection);
              },
            },
            h('span', {}, name),
            h('small', {}, screen.words[selection.kind]),
          ),
        ),
      ),
    );
  };
  return h('search', { class: 'finder' }, hits, field);
}

function find(screen: Screen, text: string): { name: string; selection: Selection }[] {
  const layers = screen.store.get().network?.layers;
  const wanted = text.trim().toLocaleLowerCase();
  if (!layers || wanted === '') return [];
  const links = layers.links.features.map(({ properties: p }) => ({
    name: linkTowards(screen.store.get(), p.link),
    selection: { kind: 'link' as const, id: p.link },
  }));
  const all = [
    ...layers.intersections.features.map(({ properties: p }) => ({
      name: p.name,
      selection: { kind: 'intersection' as const, id: p.intersection },
    })),
    ...(layers.facilities?.features ?? []).map(({ properties: p }) => ({
      name: p.name,
      selection: { kind: 'parking' as const, id: p.facility },
    })),
    ...links,
  ];
  const matches = all.filter((entry) => entry.name.toLocaleLowerCase().includes(wanted));
  const begins = (name: string) => (streetName(name).toLocaleLowerCase().startsWith(wanted) ? 0 : 1);
  return matches.sort((a, b) => begins(a.name) - begins(b.name)).slice(0, shownHits);
}
