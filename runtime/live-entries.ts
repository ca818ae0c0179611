/** Live values as text, the newest of each thing: what is still to be written. */
import assert from 'node:assert';
import { compareVersions, type LiveValue } from './live.ts';

/** A value as it stands in Redis: `[[1717200000000,2],{"link":"A1"}]`, the version first. */
export interface LiveEntry {
  readonly kind: string;
  readonly id: string;
  readonly version: readonly number[];
  readonly text: string;
}

export function entryOf({ kind, id, version, value }: LiveValue): LiveEntry {
  // What cannot be compared could not be written by any later try either.
  assert(version.every(Number.isFinite), `the version of ${kind} ${id} is ${version}`);
  return { kind, id, version, text: JSON.stringify([version, value]) };
}

export function liveValueOf(kind: string, id: string, text: string): LiveValue {
  const [version, value] = JSON.parse(text) as [number[], unknown];
  return { kind, id, version, value };
}

/** The newest entry of each thing. */
export class LiveEntries {
  size = 0;
  private readonly kinds = new Map<string, Map<string, LiveEntry>>();

  add(entry: LiveEntry): void {
    let known = this.kinds.get(entry.kind);
    if (known === undefined) {
      known = new Map();
      this.kinds.set(entry.kind, known);
    }
    const before = known.get(entry.id);
    if (before === undefined) this.size++;
    else if (compareVersions(entry.version, before.version) <= 0) return;
    known.set(entry.id, entry);
  }

  /** All of them, in parts of at most so many. */
  *parts(most: number): Generator<readonly LiveEntry[]> {
    let part: LiveEntry[] = [];
    for (const known of this.kinds.values())
      for (const entry of known.values()) {
        part.push(entry);
        if (part.length < most) continue;
        yield part;
        part = [];
      }
    if (part.length > 0) yield part;
  }
}
