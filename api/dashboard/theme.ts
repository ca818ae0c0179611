import type { LevelOfService } from './model.ts';

export type Theme = 'light' | 'dark';

/** Colours that the map and the plots draw with; the rest is in the style sheets. */
export interface Palette {
  readonly ground: string;
  readonly districts: readonly string[];
  readonly road: string;
  readonly roadEdge: string;
  readonly text: string;
  readonly quietText: string;
  readonly halo: string;
  readonly surface: string;
  readonly accent: string;
  readonly missing: string;
  readonly incident: string;
  readonly parking: string;
  readonly grid: string;
  /** Blue to sand to dark red; each step differs in lightness too, so it reads without colour vision. */
  readonly levels: Readonly<Record<LevelOfService, string>>;
}

export const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    ground: '#eceae5',
    districts: ['#e5e6e3', '#e9e5dc', '#e3e6e9', '#e8e4e6'],
    road: '#ffffff',
    roadEdge: '#cfccc4',
    text: '#23272d',
    quietText: '#6b6f76',
    halo: '#f6f5f2',
    surface: '#ffffff',
    accent: '#6a2fb5',
    missing: '#a3a6aa',
    incident: '#1b1d21',
    parking: '#33475f',
    grid: '#e2e0da',
    levels: { A: '#1d6fb8', B: '#6aabdc', C: '#d8c48a', D: '#df9a4c', E: '#c64a2c', F: '#7d0d20' },
  },
  dark: {
    ground: '#121519',
    districts: ['#171b20', '#1a1b1d', '#161a21', '#1b191d'],
    road: '#262b32',
    roadEdge: '#0d0f12',
    text: '#e8eaed',
    quietText: '#9aa2ac',
    halo: '#121519',
    surface: '#1b1f25',
    accent: '#c2a2ff',
    missing: '#6b727b',
    incident: '#f4f1ea',
    parking: '#b9c9dd',
    grid: '#2b3038',
    levels: { A: '#3d94e0', B: '#86c1ee', C: '#e2d3a2', D: '#e9a85f', E: '#dd5a38', F: '#b3152f' },
  },
};

const key = 'arterial.theme';

/** What the person chose here before, else what the system prefers. */
export function currentTheme(): Theme {
  const kept = localStorage.getItem(key);
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Shows a theme, and keeps it when the person chose it. */
export function showTheme(theme: Theme, isChosen: boolean): void {
  document.documentElement.dataset['theme'] = theme;
  if (isChosen) localStorage.setItem(key, theme);
}

/** Calls back when the system changes its mind and the person has not chosen. */
export function onSystemTheme(listener: (theme: Theme) => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (!localStorage.getItem(key)) listener(currentTheme());
  });
}
