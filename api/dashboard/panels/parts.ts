import { h } from '../dom.ts';
import type { LevelOfService, Maybe, Quality } from '../model.ts';
import type { Screen } from '../screen.ts';
import { levelWord, qualityWords } from '../words.ts';

/** One thing shown at the side. */
export interface PanelView {
  readonly kind: string;
  readonly title: string;
  readonly subtitle: string;
  readonly body: HTMLElement;
  update(): void;
}

/** A number with its unit and what it stands against. */
export const measure = (label: string, value: string, more = ''): HTMLElement =>
  h(
    'div',
    { class: 'measure' },
    h('dt', {}, label),
    h('dd', {}, value),
    more !== '' && h('dd', { class: 'measure-more' }, more),
  );

/** The level of service as letter, word and colour. */
export const levelChip = (screen: Screen, level: Maybe<LevelOfService>): HTMLElement =>
  level
    ? h('span', { class: `chip level-${level}` }, h('b', {}, level), ` ${levelWord(screen.words, level)}`)
    : h('span', { class: 'chip chip-missing' }, screen.words.noData);

/** The quality as a mark and a word. */
export function qualityChip(screen: Screen, quality: Maybe<Quality>): HTMLElement {
  const { word, more } = qualityWords(screen.words, quality ?? 'missing');
  return h('span', { class: `quality quality-${quality ?? 'missing'}`, title: more }, word);
}

export const heading = (text: string, more?: Node | string): HTMLElement =>
  h('h3', {}, text, more !== undefined && h('span', { class: 'heading-more' }, more));

/** The way to how well the forecasts of links or car parks do. */
export const forecastsButton = (screen: Screen, subject: 'link' | 'parking'): HTMLElement =>
  h(
    'div',
    { class: 'actions' },
    h(
      'button',
      { type: 'button', click: () => screen.select({ kind: 'forecasts', id: subject }) },
      screen.words.keepTheirWord,
    ),
  );

export const quiet = (text: string): HTMLElement => h('p', { class: 'quiet' }, text);

/** A table with a header row; cells that are numbers are aligned by their class. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
  numeric: readonly number[],
): HTMLElement => {
  const cellClass = (index: number) => (numeric.includes(index) ? 'number' : '');
  return h(
    'div',
    { class: 'table-scroll' },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...head.map((t, i) => h('th', { class: cellClass(i), scope: 'col' }, t)))),
      h(
        'tbody',
        {},
        ...rows.map((row) => h('tr', {}, ...row.map((cell, i) => h('td', { class: cellClass(i) }, cell)))),
      ),
    ),
  );
};
