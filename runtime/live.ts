/** The port to live state: the newest of each thing, and a tick when it changes. Rebuilt from the store at start. */

/** The newest known state of one thing. */
export interface LiveValue {
  /** `link`, `parking`, `incident`, ...: the kinds of `schemas/tables.ts`. */
  readonly kind: string;
  readonly id: string;
  /** Orders the states of one thing; compared number by number. A value never goes back. */
  readonly version: readonly number[];
  /** The event, as it stands on the topic. */
  readonly value: unknown;
}

export type OnChange = (kind: string, ids: readonly string[] | undefined) => void;

export interface LiveState {
  /** Keeps each value unless a newer version is there. */
  put(values: readonly LiveValue[]): Promise<void>;
  /** Soon has what another process committed to the store, and may have died before it could put it here. */
  catchUp(): void;
  get(kind: string, id: string): Promise<LiveValue | undefined>;
  /** All of one kind, by id. The same array may be given until something has changed, and another then. */
  list(kind: string): Promise<readonly LiveValue[]>;
  /** These of one kind, in any order; without those that are not there. */
  getSome(kind: string, ids: readonly string[]): Promise<readonly LiveValue[]>;
  /** Calls back when something of a kind has changed, with the ids where they are known; returns how to stop. */
  onChange(callback: OnChange): () => void;
  /** A number for as long as every change is told of, and another when some may not have been; else undefined. */
  readonly hearing: number | undefined;
  close(): Promise<void>;
}

/** Negative when `a` is older than `b`: number by number, and what has fewer of them is older. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
