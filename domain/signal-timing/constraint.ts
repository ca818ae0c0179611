/** A condition of safety, evaluated with its numbers. */

/** How the value must stand to the bound. */
export type Relation = 'atLeast' | 'atMost' | 'equals';

/** One condition of safety, with its numbers. */
export interface Constraint {
  readonly name: string;
  /** Phase that it speaks of; null when it is the advice as a whole. */
  readonly phase: number | null;
  readonly value: number;
  readonly relation: Relation;
  readonly bound: number;
  readonly unit: string;
  readonly met: boolean;
}

/** Whether advice with these constraints may be sent. No constraints at all are not a proof. */
export const passes = (constraints: readonly Constraint[]): boolean =>
  constraints.length > 0 && constraints.every(({ met }) => met);

/** To a millionth: far finer than any controller, and free of the noise of binary fractions. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Evaluates one more condition; what is not a finite number meets none. */
export function add(
  constraints: Constraint[],
  name: string,
  phase: number | null,
  rawValue: number,
  relation: Relation,
  rawBound: number,
  unit = 's',
): void {
  const value = rounded(rawValue);
  const bound = rounded(rawBound);
  const holds =
    relation === 'atLeast' ? value >= bound : relation === 'atMost' ? value <= bound : value === bound;
  const met = holds && Number.isFinite(value) && Number.isFinite(bound);
  constraints.push({ name, phase, value, relation, bound, unit, met });
}

/** Of yellow, s: MUTCD 4D.26. */
export const yellowRange = { minimum: 3, maximum: 6 };
/** MUTCD 4D.26. */
export const longestRedClearanceSeconds = 6;
