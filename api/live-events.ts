/** Reads live state as events. */
import type { LiveState, LiveValue } from '#runtime/live.ts';

/** What was made from a list, for as long as that is the list. */
const derived = new WeakMap<readonly LiveValue[], Map<string, unknown>>();

/** What `make` makes from the events of a list, once for each list and name. */
export function derive<Event, Thing>(
  values: readonly LiveValue[],
  name: string,
  make: (events: readonly Event[]) => Thing,
): Thing {
  const known = derived.get(values) ?? new Map<string, unknown>();
  derived.set(values, known);
  if (!known.has(name)) known.set(name, make(eventsOf<Event>(values)));
  return known.get(name) as Thing;
}

export const eventsOf = <Event>(values: readonly LiveValue[]): readonly Event[] =>
  values.map(({ value }) => value as Event);

/** The events of a list by the field that names the thing. */
export const eventsBy = <Event>(
  values: readonly LiveValue[],
  field: keyof Event & string,
): ReadonlyMap<string, Event> =>
  derive(
    values,
    field,
    (events: readonly Event[]) => new Map(events.map((event) => [String(event[field]), event])),
  );

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
  return eventsBy(await live.list(kind), field);
}

/** All newest events of a kind: of a forecast, one for each thing and horizon. */
export async function liveList<Event>(live: LiveState, kind: string): Promise<readonly Event[]> {
  return eventsOf(await live.list(kind));
}
