/** The rows of the fault matrix: what is broken, and what is measured when it is. */
import type { Goal } from '#commands/goals.ts';
import type { City, CityOptions } from './city.ts';
import type { Rig } from './rig.ts';

/** What one repetition has measured; those of one name are put together over repetitions and rows. */
export interface Measured {
  readonly name: string;
  /** Undefined when it could not be measured. */
  readonly value: number | undefined;
  readonly relation: Goal['relation'];
  readonly bound: number;
  readonly unit: string;
  /** How the values of several repetitions become one. */
  readonly together: 'sum' | 'most' | 'least' | 'middle';
}

export interface Outcome {
  readonly measured: readonly Measured[];
  /** Why the row cannot be run here; nothing of it is judged then. */
  readonly skipped?: string;
  /** What a reader would want to know of this repetition. */
  readonly said?: string;
}

export interface Context {
  readonly rig: Rig;
  /** Of this repetition of this row. */
  readonly seed: number;
  /** From 0 up to 1, by the seed. */
  readonly random: () => number;
  /** From 0 on. */
  readonly repetition: number;
  /** How long row 12 lets processes come and go. */
  readonly stormSeconds: number;
  readonly note: (line: string) => void;
  /** A fresh city; it is closed, whatever happens, when the repetition ends. */
  newCity(options?: CityOptions): Promise<City>;
}

export interface Row {
  /** Its number in the matrix. */
  readonly row: number;
  readonly name: string;
  /** Run once however many repetitions there are: it repeats what it does by itself. */
  readonly once?: boolean;
  run(context: Context): Promise<Outcome>;
}

/** What is missing in the ledgers of all tasks. */
export const ledgerDeficit = (value: number): Measured => ({
  name: 'ledgerDeficit',
  value,
  relation: '=',
  bound: 0,
  unit: 'records',
  together: 'sum',
});

/** Rows of tables and of live state that differ from those of an undisturbed run. */
export const differingRows = (value: number): Measured => ({
  name: 'differingRows',
  value,
  relation: '=',
  bound: 0,
  unit: 'rows',
  together: 'sum',
});

/** What a goal asks of recovery, by what has failed. */
const recoveryBounds = { application: 5, broker: 10, database: 5, network: 10 } as const;

export const recovery = (of: keyof typeof recoveryBounds, seconds: number | undefined): Measured => ({
  name: `recoveryOf${of[0]!.toUpperCase()}${of.slice(1)}`,
  value: seconds,
  relation: '<=',
  bound: recoveryBounds[of],
  unit: 's',
  together: 'most',
});
