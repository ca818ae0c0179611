import { compareVersions, type LiveState, type LiveValue } from './live.ts';

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
    catchUp() {
      // Nobody else puts anything here.
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
