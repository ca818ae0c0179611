/** Where a client of the stream stands: a vector of positions, which travels as the id of an event. */

/** Positions by topic, then by partition. */
export type Cursor = ReadonlyMap<string, readonly number[]>;

/** `link.state.v1:12,15;incident.v1:3,0`, base64url. */
export function encodeCursor(cursor: Cursor): string {
  const text = [...cursor].map(([topic, positions]) => `${topic}:${positions.join(',')}`).join(';');
  return Buffer.from(text).toString('base64url');
}

/** The vector of an event id; undefined when it is none. */
export function decodeCursor(id: string): Cursor | undefined {
  const text = Buffer.from(id, 'base64url').toString();
  const cursor = new Map<string, readonly number[]>();
  for (const part of text.split(';')) {
    const found = /^([a-z.]+\.v\d+):(\d{1,16}(?:,\d{1,16})*)$/.exec(part);
    if (found === null) return undefined;
    const positions = (found[2] as string).split(',').map(Number);
    if (!positions.every(Number.isSafeInteger)) return undefined;
    cursor.set(found[1] as string, positions);
  }
  return cursor;
}
