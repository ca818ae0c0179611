import type { CityClock } from './clock.ts';
import type { Format } from './format.ts';
import type { Selection } from './map.ts';
import type { Store } from './state.ts';
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
  select(selection: Selection | undefined): void;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): void;
}
