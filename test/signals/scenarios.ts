/** What advice is judged on, and where its goals lie: mean delay of a trip over unseen seeds, s. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How signals are advised; `native` leaves them alone and only watches. */
export type Mode = 'native' | 'radar' | 'loops' | 'plans';
export type Judged = Exclude<Mode, 'native'>;

export const judged: readonly Judged[] = ['radar', 'loops', 'plans'];
export const modes: readonly Mode[] = ['native', ...judged];

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
