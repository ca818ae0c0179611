/** Reads live state as events. */
import type { LiveState } from '#runtime/live.ts';

/** The newest event of one thing; undefined when nothing was ever said of it. */
export async function liveEvent<Event>(
  live: LiveState,
  kind: string,
  id: string,
): Promise<Event | undefined> {
  return (await live.get(kind, id))?.value as Event | undefined;
}

/** The newest events of a kind by the field that names the thing. */
export async function liveEvents<Event>(
  live: LiveState,
  kind: string,
  field: keyof Event & string,
): Promise<ReadonlyMap<string, Event>> {
  const values = await live.list(kind);
  return new Map(values.map(({ value }) => [String((value as Event)[field]), value as Event] as const));
}

/** All newest events of a kind: of a forecast, one for each thing and horizon. */
export async function liveList<Event>(live: LiveState, kind: string): Promise<readonly Event[]> {
  return (await live.list(kind)).map(({ value }) => value as Event);
}
