/** What was aimed at and what was measured: the form in which every command that judges prints its verdict. */
export interface Goal {
  readonly name: string;
  /** Undefined when it could not be measured, which is short of any goal. */
  readonly measured: number | undefined;
  readonly relation: '<=' | '>=' | '=';
  readonly bound: number;
  readonly unit: string;
  /** Figures after the decimal point that matter; 1 when it does not say. */
  readonly digits?: number;
}

export const isMet = ({ measured, relation, bound }: Goal): boolean => {
  if (measured === undefined) return false;
  if (relation === '<=') return measured <= bound;
  return relation === '>=' ? measured >= bound : measured === bound;
};

/** One line a goal, or all of them as JSON. */
export function formatGoals(goals: readonly Goal[], asJson: boolean): string {
  if (asJson)
    return JSON.stringify(
      goals.map(({ digits, ...goal }) => ({ ...goal, measured: goal.measured ?? null, met: isMet(goal) })),
    );
  return goals
    .map((goal) => {
      const { name, measured, relation, bound, unit, digits = 1 } = goal;
      const found = measured === undefined ? 'nothing' : `${Number(measured.toFixed(digits))} ${unit}`;
      return `goal ${name}: measured ${found}, goal ${relation} ${bound} ${unit}, ${isMet(goal) ? 'met' : 'short'}`;
    })
    .join('\n');
}
