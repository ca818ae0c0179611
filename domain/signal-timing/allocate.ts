/** One part of a whole number of seconds that is shared out. All in whole seconds. */
export interface Part {
  readonly floor: number;
  readonly ceiling: number;
  /** What it has before the rest is shared by weight. */
  readonly fixed: number;
  /** Not negative. Parts without weight get what nobody else can take. */
  readonly weight: number;
}

/** So small that a part without demand gets more than its floor only when the others are full. */
const leastWeight = 1e-6;
const halvings = 80;

/**
 * Shares `total` whole seconds among the parts: `fixed + k * weight` each, held within floor and ceiling, with
 * the one k for which the sum is right; what rounding leaves goes to the largest fractions, first part first.
 * Undefined when the floors or ceilings do not let the sum be right.
 */
export function allocate(total: number, parts: readonly Part[]): number[] | undefined {
  const floors = parts.reduce((sum, { floor }) => sum + floor, 0);
  const ceilings = parts.reduce((sum, { ceiling }) => sum + ceiling, 0);
  if (!(floors <= total && total <= ceilings) || parts.some(({ floor, ceiling }) => floor > ceiling))
    return undefined;
  const at = (k: number, part: Part): number =>
    Math.min(part.ceiling, Math.max(part.floor, part.fixed + k * Math.max(part.weight, leastWeight)));
  const size = parts.reduce(
    (sum, { floor, fixed }) => sum + Math.abs(floor) + Math.abs(fixed),
    Math.abs(total),
  );
  let low = -size / leastWeight;
  let high = size / leastWeight;
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (parts.reduce((sum, part) => sum + at(middle, part), 0) <= total) low = middle;
    else high = middle;
  }
  const exact = parts.map((part) => at(low, part));
  const whole = exact.map((value, i) => Math.max((parts[i] as Part).floor, Math.floor(value + 1e-6)));
  const order = exact
    .map((value, i) => ({ i, fraction: value - (whole[i] as number) }))
    .sort((a, b) => b.fraction - a.fraction || a.i - b.i);
  let left = total - whole.reduce((sum, value) => sum + value, 0);
  for (let round = 0; left > 0; round++) {
    const { i } = order[round % order.length] as { i: number };
    if ((whole[i] as number) < (parts[i] as Part).ceiling) {
      whole[i] = (whole[i] as number) + 1;
      left--;
    }
  }
  return whole;
}
