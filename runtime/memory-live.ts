import type { LiveState, LiveValue } from './live.ts';

/** Live state in this process. */
export function createMemoryLive(): LiveState {
  const kinds = new Map<string, Map<string, LiveValue>>();
  const callbacks = new Set<(kind: string) => void>();
  return {
    async put(values) {
      const changed = new Set<string>();
      for (const value of values) {
        const known = kinds.get(value.kind) ?? new Map<string, LiveValue>();
        kinds.set(value.kind, known);
        const before = known.get(value.id);
        if (before !== undefined && compareVersions(value.version, before.version) <= 0) continue;
        known.set(value.id, value);
        changed.add(value.kind);
      }
      // After all of them, so that whoever is told finds the whole batch.
      for (const kind of changed) for (const callback of callbacks) callback(kind);
    },
    async get(kind, id) {
      return kinds.get(kind)?.get(id);
    },
    async list(kind) {
      return [...(kinds.get(kind)?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    onChange(callback) {
      // Wrapped, so that a function given twice is called twice and each is stopped by itself.
      const own = (kind: string): void => callback(kind);
      callbacks.add(own);
      return () => callbacks.delete(own);
    },
    async close() {
      callbacks.clear();
    },
  };
}

/** Negative when `a` is older than `b`: number by number, and what has fewer of them is older. */
function compareVersions(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
