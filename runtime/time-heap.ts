/** A binary heap of times, each with a number, the least at index 0. */
export class TimeHeap {
  private readonly times: number[] = [];
  private readonly values: number[] = [];

  /** Infinite when there is none. */
  get least(): number {
    return this.times.length > 0 ? (this.times[0] as number) : Number.POSITIVE_INFINITY;
  }

  push(time: number, value: number): void {
    const { times, values } = this;
    let child = times.push(time) - 1;
    values.push(value);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((times[parent] as number) <= time) break;
      times[child] = times[parent] as number;
      values[child] = values[parent] as number;
      child = parent;
    }
    times[child] = time;
    values[child] = value;
  }

  /** The number of the least time, which there must be. */
  pop(): number {
    const { times, values } = this;
    const popped = this.values[0] as number;
    const time = times.pop() as number;
    const value = values.pop() as number;
    if (times.length === 0) return popped;
    let parent = 0;
    for (let child = 1; child < times.length; child = 2 * parent + 1) {
      if (child + 1 < times.length && (times[child + 1] as number) < (times[child] as number)) child++;
      if ((times[child] as number) >= time) break;
      times[parent] = times[child] as number;
      values[parent] = values[child] as number;
      parent = child;
    }
    times[parent] = time;
    values[parent] = value;
    return popped;
  }
}
