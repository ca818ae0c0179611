import type { Constraint } from './model.ts';
import { type Language, spelledApart } from './words.ts';

/** The safety gate's conditions by name, in English and Chinese. */
const names: Readonly<Record<string, readonly [english: string, chinese: string]>> = {
  minimumGreen: ['Green at least the minimum', '绿灯不短于最小绿'],
  maximumGreen: ['Green at most the maximum', '绿灯不长于最大绿'],
  pedestrianBuffer: ['Buffer after the pedestrian clearance', '行人清空后的缓冲'],
  pedestrianGreen: ['Green long enough to cross', '绿灯足够行人过街'],
  walkMinimum: ['Walk at least the minimum', '行人绿灯不短于最小值'],
  pedestrianClearance: ['Pedestrian clearance by walking speed', '行人清空时间'],
  walkAndClearance: ['Walk and clearance together', '行人绿灯与清空合计'],
  yellowFormula: ['Yellow by the stopping formula', '黄灯符合停车公式'],
  yellowMinimum: ['Yellow at least the minimum', '黄灯不短于最小值'],
  yellowMaximum: ['Yellow at most the maximum', '黄灯不长于最大值'],
  redClearanceFormula: ['Red clearance by the formula', '全红符合清空公式'],
  redClearanceMaximum: ['Red clearance at most the maximum', '全红不长于最大值'],
  omissionAllowed: ['Phase that may be left out', '允许省略的相位'],
  omissionServed: ['Movements of a phase left out served elsewhere', '被省略相位的流向另有放行'],
  omissionWalked: ['Nobody walks in a phase left out', '被省略相位无行人过街'],
  ringSum: ['Splits of a ring fill the cycle', '环内绿信比之和等于周期'],
  barrierTogether: ['Rings reach the barrier together', '各环同时到达屏障'],
  cycleMinimum: ['Cycle at least the minimum', '周期不短于下限'],
  cycleMaximum: ['Cycle at most the maximum', '周期不长于上限'],
  cycleChange: ['Change of cycle at once', '周期单次变化'],
  splitChange: ['Change of a split at once', '绿信比单次变化'],
  splitDrift: ['Drift from the controller’s own plan', '偏离自带方案的程度'],
  offsetMinimum: ['Offset not below zero', '相位差不小于零'],
  offsetMaximum: ['Offset within the cycle', '相位差在周期内'],
  wholeSeconds: ['Whole seconds only', '均为整秒'],
  phases: ['The junction has phases', '路口有相位'],
  ringOnce: ['One phase of each ring', '每环只有一个相位'],
  barrierOne: ['Phases of one barrier group', '相位同属一个屏障组'],
  phaseDefinedOnce: ['Each phase defined once', '每相位只定义一次'],
  phaseGivenOnce: ['Each phase given once', '每相位只给出一次'],
  phaseUnknown: ['No unknown phase', '无未知相位'],
};

/** A condition's name; one that is not in the list is spelled apart. */
export function constraintName(language: Language, name: string): string {
  const known = names[name];
  if (!known) return spelledApart(name);
  return known[language === 'zh' ? 1 : 0];
}

const signs: Readonly<Record<string, string>> = { atLeast: '≥', atMost: '≤', equals: '=' };

/** The sign of a relation; an unknown one shows itself. */
export const relationSign = (relation: string): string => signs[relation] ?? relation;

/** How far the value is on the right side of its bound, in the constraint's unit; negative when it is not. */
export function marginOf({ value, relation, bound }: Constraint): number {
  if (relation === 'atLeast') return value - bound;
  if (relation === 'atMost') return bound - value;
  return value === bound ? 0 : -Math.abs(value - bound);
}

/** Constraints of one name: all of them, and the one with the least margin. */
export interface Family {
  readonly name: string;
  readonly all: readonly Constraint[];
  readonly tightest: Constraint;
  readonly met: boolean;
}

/** The margin as a share of the bound, so that seconds and counts compare. */
const tightness = ({ tightest }: Family): number =>
  marginOf(tightest) / Math.max(1, Math.abs(tightest.bound));

/** Constraints by name: those not met first, then inequalities, the tightest first, then identities. */
export function familiesOf(constraints: readonly Constraint[]): readonly Family[] {
  const byName = new Map<string, Constraint[]>();
  for (const constraint of constraints)
    byName.set(constraint.name, [...(byName.get(constraint.name) ?? []), constraint]);
  const families = [...byName].map(([name, all]): Family => {
    const tightest = all.reduce((a, b) => (marginOf(b) < marginOf(a) ? b : a));
    return { name, all, tightest, met: all.every((constraint) => constraint.met) };
  });
  const rank = (family: Family) => (family.met ? (family.tightest.relation === 'equals' ? 2 : 1) : 0);
  return families.sort((a, b) => rank(a) - rank(b) || tightness(a) - tightness(b));
}
