import { h } from './dom.ts';
import type { CityMap } from './map.ts';
import { cameraPicture, incidentPicture, parkingPicture, stationPicture } from './map-icons.ts';
import type { LevelOfService } from './model.ts';
import type { Screen } from './screen.ts';
import { levelWord } from './words.ts';

const levels: readonly LevelOfService[] = ['A', 'B', 'C', 'D', 'E', 'F'];

/** The legend, in words as well as colours, and the map's own buttons. */
export function createTools(
  root: HTMLElement,
  screen: Screen,
  timeline: HTMLElement,
  map: () => CityMap | undefined,
): void {
  const { words } = screen;
  const isOpen = root.querySelector('details')?.open ?? false;
  const button = (label: string, sign: string, press: () => void) =>
    h('button', { type: 'button', class: 'tool', 'aria-label': label, title: label, click: press }, sign);
  root.replaceChildren(
    timeline,
    h(
      'details',
      { class: 'legend card', open: isOpen },
      h(
        'summary',
        {},
        words.legend,
        h(
          'ul',
          { class: 'levels', 'aria-label': words.levelOfService },
          ...levels.map((level) =>
            h('li', {}, h('span', { class: `swatch level-${level}` }), `${level} ${levelWord(words, level)}`),
          ),
        ),
      ),
      h(
        'div',
        { class: 'legend-body' },
        h(
          'ul',
          { class: 'signs' },
          h('li', {}, h('span', { class: 'swatch imputed' }), words.imputed),
          h('li', {}, h('span', { class: 'swatch stale' }), words.stale),
          h('li', {}, h('span', { class: 'swatch missing' }), words.missing),
          h('li', {}, h('span', { class: 'swatch wedge' }), `${words.width}: ${words.widthIsFlow}`),
          h('li', {}, h('span', { class: 'ring' }), words.legendAdvice),
          h('li', {}, sign(incidentPicture('crash', false, screen.palette)), words.legendIncident),
          h('li', {}, sign(parkingPicture(screen.palette)), words.legendParking),
          h('li', {}, sign(stationPicture(screen.palette)), words.legendStation),
          h('li', {}, sign(cameraPicture(screen.palette)), words.legendCamera),
        ),
      ),
    ),
    h(
      'div',
      { class: 'zoom card' },
      button(words.zoomIn, '+', () => map()?.zoom(1)),
      button(words.zoomOut, '−', () => map()?.zoom(-1)),
      button(words.wholeCity, '⤢', () => map()?.fit()),
    ),
  );
}

function sign(canvas: HTMLCanvasElement): HTMLCanvasElement {
  canvas.className = 'sign';
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}
