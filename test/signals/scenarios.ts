/** What advice is judged on, and where its goals lie: mean delay of a trip over unseen seeds, s. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How signals are advised; `native` leaves them alone and only watches. */
export type Mode = 'native' | 'radar' | 'loops' | 'plans';
export type Judged = Exclude<Mode, 'native'>;

export const judged: readonly Judged[] = ['radar', 'loops', 'plans'];
export const modes: readonly Mode[] = ['native', ...judged];

/** What people call them. */
export const names: Readonly<Record<Mode, string>> = {
  native: 'left alone',
  radar: 'stages, radar',
  loops: 'stages, loops',
  plans: 'plans only',
};

/** What makes it harder than usual, by name: options of the referee. */
export const troubles = {
  none: [],
  'dead-detectors': ['--detector-fail', '0.1', '--miscount', '0.05'],
  latency: ['--latency', '5'],
  jitter: ['--jitter', '120'],
  'more-traffic': ['--scale', '1.2'],
} as const satisfies Record<string, readonly string[]>;
export type Trouble = keyof typeof troubles;
export const troubleNames = Object.keys(troubles) as Trouble[];
/** Others do not touch the programme that the network has by itself. */
export const touchesNative = (trouble: Trouble): boolean =>
  ['none', 'jitter', 'more-traffic'].includes(trouble);
/** So much worse advice may be under trouble, %. */
export const worseAtMostPercent = 15;

export interface Scenario {
  readonly name: string;
  /** Delay under the programme that the network has by itself, s, for the eye. */
  readonly native: number;
  /** Delay at most, s. */
  readonly goals: Readonly<Record<Judged, number>>;
}

export const scenarios: readonly Scenario[] = [
  { name: 'cologne1', native: 58.8, goals: { radar: 28, loops: 33, plans: 52 } },
  { name: 'cologne3', native: 41.4, goals: { radar: 19.5, loops: 22, plans: 35 } },
  { name: 'ingolstadt1', native: 40.6, goals: { radar: 20.5, loops: 24, plans: 28 } },
  { name: 'grid4x4', native: 93.8, goals: { radar: 31, loops: 36, plans: 65 } },
];

const shared = fileURLToPath(new URL('../../shared/', import.meta.url));
const beside = fileURLToPath(new URL('../../../shared/', import.meta.url));
const folder = existsSync(shared) ? shared : beside;

export const python = '/usr/bin/python3';
export const referee = `${folder}referee/signals/referee.py`;
export const folderOf = (scenario: Scenario): string => `${folder}scenarios/${scenario.name}`;
