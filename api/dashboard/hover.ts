import type { Selection } from './map.ts';
import { linkTowards, nameOf } from './names.ts';
import type { Screen } from './screen.ts';
import { incidentWords, levelWord, qualityWords } from './words.ts';

/** One line about what lies under the pointer. */
export function hoverText(screen: Screen, { kind, id }: Selection): string {
  const { words, format } = screen;
  const city = screen.city();
  switch (kind) {
    case 'link': {
      const state = city.links.get(id);
      const level = state?.levelOfService;
      return [
        linkTowards(city, id),
        level ? `${level} ${levelWord(words, level)}` : '',
        state?.quality === 'missing' || !state ? words.missing : format.speed(state.speedKph),
        state && state.quality !== 'missing' ? format.flow(state.flowVph) : '',
        state && state.quality !== 'observed' && state.quality !== 'missing'
          ? qualityWords(words, state.quality).word
          : '',
      ]
        .filter(Boolean)
        .join(' · ');
    }
    case 'intersection': {
      const delay = city.intersections.get(id)?.controlDelaySeconds;
      return `${nameOf(city, 'intersection', id)} · ${words.controlDelay} ${format.seconds(delay)}`;
    }
    case 'parking':
      return `${nameOf(city, 'facility', id)} · ${format.number(city.parking.get(id)?.freeSpaces)} ${words.free}`;
    case 'forecasts':
      return words.keepTheirWord;
    case 'incident': {
      const incident = city.incidents.get(id);
      const place = incident?.link ? linkTowards(city, incident.link) : '';
      return [incidentWords(words, incident?.kind ?? '').word, place].filter(Boolean).join(' · ');
    }
  }
}
