import type { LiveState, LiveValue } from '#runtime/live.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createMemoryLive } from '#runtime/memory-live.ts';
import type { RedisSettings } from '#runtime/redis-settings.ts';
import { eventOf, liveIdOf, liveVersionOf } from '#schemas/row.ts';
import { columnOf, tables } from '#schemas/tables.ts';

/** Live state with the newest of each thing in the store: in Redis where one is given, else in this process. */
export async function openLive(
  store: MeasureStore,
  redis: RedisSettings | undefined,
  notice: (message: string) => void,
): Promise<LiveState> {
  if (redis !== undefined) {
    // Not even loaded where there is no Redis.
    const { createRedisLive } = await import('#runtime/redis-live.ts');
    return createRedisLive({ ...redis, rebuild: () => newestValues(store), notice });
  }
  const live = createMemoryLive();
  await live.put(await newestValues(store));
  return live;
}

/** The newest of each thing in the store, as live state. */
export async function newestValues(store: MeasureStore): Promise<LiveValue[]> {
  const values: LiveValue[] = [];
  for (const { name, live } of tables) {
    if (live === undefined) continue;
    const { kind, id, version } = live;
    for (const row of await store.newest(name, id.map(columnOf), version.map(columnOf))) {
      const event = eventOf(row);
      values.push({ kind, id: liveIdOf(live, event), version: liveVersionOf(live, event), value: event });
    }
  }
  return values;
}
