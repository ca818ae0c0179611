import type { CityClock } from './clock.ts';
import type { Format } from './format.ts';
import type { Selection } from './map.ts';
import type { Past } from './past.ts';
import type { City, Store } from './state.ts';
import type { Palette, Theme } from './theme.ts';
import type { Language, Words } from './words.ts';

/** What every part of the page is given. It is read anew at each drawing, so theme and language can change. */
export interface Screen {
  readonly store: Store;
  readonly clock: CityClock;
  language: Language;
  words: Words;
  format: Format;
  theme: Theme;
  palette: Palette;
  selection: Selection | undefined;
  /** The minute of the past that is shown; undefined while the city is live. */
  past: Past | undefined;
  /** The city as it is shown: live, or at that minute. */
  city(): City;
  /** The time as it is shown, milliseconds; undefined before the first report. */
  now(): number | undefined;
  /** Shows a minute of the past (milliseconds), or the live city again. */
  goTo(at: number | undefined): void;
  select(selection: Selection | undefined): void;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): void;
}
