/** A kept row as it comes back from a store. */
export const keptAgain = (value: unknown): unknown =>
  Buffer.isBuffer(value) ? Buffer.from(value) : JSON.parse(JSON.stringify(value));
