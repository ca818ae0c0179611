import { compareVersions, type LiveState, type LiveValue, type OnChange } from './live.ts';

/** Live state in this process. */
export function createMemoryLive(): LiveState {
  const kinds = new Map<string, Map<string, LiveValue>>();
  const lists = new Map<string, readonly LiveValue[]>();
  const callbacks = new Set<OnChange>();
  return {
    async put(values) {
      const changed = new Map<string, string[]>();
      for (const value of values) {
        const known = kinds.get(value.kind) ?? new Map<string, LiveValue>();
        kinds.set(value.kind, known);
        const before = known.get(value.id);
        if (before !== undefined && compareVersions(value.version, before.version) <= 0) continue;
        known.set(value.id, value);
        const ids = changed.get(value.kind) ?? [];
        changed.set(value.kind, ids);
        ids.push(value.id);
        lists.delete(value.kind);
      }
      // After all of them, so that whoever is told finds the whole batch.
      for (const [kind, ids] of changed) for (const callback of callbacks) callback(kind, ids);
    },
    catchUp() {
      // Nobody else puts anything here.
    },
    async get(kind, id) {
      return kinds.get(kind)?.get(id);
    },
    async getSome(kind, ids) {
      return ids.flatMap((id) => kinds.get(kind)?.get(id) ?? []);
    },
    async list(kind) {
      const known = lists.get(kind);
      if (known !== undefined) return known;
      const list = [...(kinds.get(kind)?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
      lists.set(kind, list);
      return list;
    },
    onChange(callback) {
      // Wrapped, so that a function given twice is called twice and each is stopped by itself.
      const own: OnChange = (kind, ids) => callback(kind, ids);
      callbacks.add(own);
      return () => callbacks.delete(own);
    },
    hearing: 0,
    async close() {
      callbacks.clear();
    },
  };
}
