type Numbers = Float32Array | Int32Array | Int16Array | Uint16Array | Uint8Array;

/** Numbers of one kind: `width` of each sensor, one sensor after the other. Replaced when sensors are added. */
export interface Column<Values extends Numbers> {
  readonly width: number;
  values: Values;
}

interface Kept extends Column<Numbers> {
  readonly make: new (length: number) => Numbers;
  readonly first: number;
}

/** What is known of many sensors, as columns of numbers, so that many cost little and one can be saved as bytes. */
export class Columns {
  readonly #kept: Kept[] = [];
  #room = 0;

  /** A new column; of a sensor not yet heard of, every number is `first`. To be called before `grow`. */
  add<Values extends Numbers>(
    make: new (length: number) => Values,
    width: number,
    first = 0,
  ): Column<Values> {
    const column = { make, width, first, values: new make(0) };
    this.#kept.push(column);
    return column;
  }

  /** Makes room for so many sensors. */
  grow(sensors: number): void {
    if (sensors <= this.#room) return;
    const room = Math.max(16, 2 * this.#room, sensors);
    for (const column of this.#kept) {
      const values = new column.make(room * column.width).fill(column.first);
      values.set(column.values);
      column.values = values;
    }
    this.#room = room;
  }

  /** Bytes that are known of each sensor. */
  get bytesASensor(): number {
    return this.#kept.reduce((sum, { width, values }) => sum + width * values.BYTES_PER_ELEMENT, 0);
  }

  /** A copy of what is known of sensors that follow one another. */
  save(first: number, count = 1): Uint8Array {
    const saved = new Uint8Array(count * this.bytesASensor);
    this.#copy(first, count, (own, from) => saved.set(own, from));
    return saved;
  }

  /** Takes back what `save` gave of as many sensors. Throws RangeError when it is not of these columns. */
  restore(first: number, saved: Uint8Array, count = 1): void {
    const right = count * this.bytesASensor;
    if (saved.length !== right)
      throw new RangeError(`${saved.length} bytes of a sensor; ${right} would be right`);
    this.#copy(first, count, (own, from) => own.set(saved.subarray(from, from + own.length)));
  }

  #copy(first: number, count: number, each: (own: Uint8Array, from: number) => void): void {
    let from = 0;
    for (const { width, values } of this.#kept) {
      const bytes = width * values.BYTES_PER_ELEMENT;
      each(new Uint8Array(values.buffer, values.byteOffset + first * bytes, count * bytes), from);
      from += count * bytes;
    }
  }
}
