/** The signals of the invented city: phases, plans and advice with its proof. */

import { type fixtureIntersections, fixtureLinks, type Json } from './dashboard-city.ts';
import { iso, minute, noise, round, seedOf } from './dashboard-states.ts';

const codes = ['NBL', 'SBT', 'EBL', 'WBT', 'SBL', 'NBT', 'WBL', 'EBT'];
const greens = [12, 30, 11, 29, 13, 29, 12, 28];

/** An intersection with its eight phases. */
export function intersectionState(
  place: (typeof fixtureIntersections)[number],
  now: number,
  open?: Json,
): Json {
  const busy = 1.08 - Math.hypot(place.column - 3, (place.row - 1.5) * 1.4) * 0.16;
  const phases = codes.map((code, i) => {
    const ratio = Math.max(
      0.2,
      busy - (i % 2 === 0 ? 0.16 : 0) + noise(seedOf(place.intersection) + i, 0) * 0.3,
    );
    const delay = 14 + 32 * ratio ** 3 + (ratio > 1 ? (ratio - 1) * 220 : 0);
    return {
      phase: i + 1,
      movements: [code],
      greenSeconds: greens[i]! + 0.4,
      volumeVph: Math.round(ratio * (i % 2 ? 640 : 210)),
      saturationVph: 1800,
      volumeToCapacity: round(ratio, 2),
      controlDelaySeconds: round(delay, 1),
      levelOfService: 'ABCDEF'[[10, 20, 35, 55, 80].filter((b) => delay > b).length],
      greenOccupancyPercent: 60,
      splitFailures: ratio > 1 ? 2 : 0,
      quality: 'observed',
    };
  });
  const delay = phases.reduce((sum, p) => sum + p.controlDelaySeconds, 0) / 8;
  return {
    intersection: place.intersection,
    name: place.name,
    windowStart: iso(Math.floor(now / (15 * minute)) * 15 * minute - 15 * minute),
    windowSeconds: 900,
    revision: 0,
    quality: 'observed',
    samples: 10,
    cycleSeconds: 90,
    controlDelaySeconds: round(delay, 1),
    levelOfService: 'ABCDEF'[[10, 20, 35, 55, 80].filter((b) => delay > b).length],
    phases,
    ageSeconds: 120,
    planInForce: { ...plan(90, greens), source: 'network', id: 'day', since: null },
    recommendation: open ?? null,
  };
}

const plan = (cycleSeconds: number, green: readonly number[]) => ({
  cycleSeconds,
  offsetSeconds: 12,
  splits: green.map((seconds, i) => ({ phase: i + 1, seconds: seconds + 5 })),
});

/** Advice in the shape of the API, with the safety gate's conditions. */
export function recommendation(
  index: number,
  place: (typeof fixtureIntersections)[number],
  now: number,
): Json {
  const after = [13, 36, 11, 32, 14, 35, 12, 31];
  const each = (
    name: string,
    value: (i: number) => number,
    relation: string,
    bound: (i: number) => number,
    unit = 's',
  ) =>
    after.map((_, i) => ({
      name,
      phase: i + 1,
      value: value(i),
      relation,
      bound: bound(i),
      unit,
      met: true,
    }));
  const gain = 4.2 + index * 2.6;
  return {
    recommendation: `R${index}`,
    intersection: place.intersection,
    district: 'D2',
    issuedAt: iso(now - 90_000),
    expiresAt: iso(now + 12 * minute),
    nonce: `n${index}`,
    plan: plan(100, after),
    previous: plan(90, greens),
    constraints: [
      {
        name: 'wholeSeconds',
        phase: null,
        value: 0,
        relation: 'equals',
        bound: 0,
        unit: 'fractions',
        met: true,
      },
      ...each(
        'minimumGreen',
        (i) => after[i]!,
        'atLeast',
        (i) => (i % 2 ? 10 : 6),
      ),
      ...each(
        'maximumGreen',
        (i) => after[i]!,
        'atMost',
        (i) => (i % 2 ? 50 : 25),
      ),
      ...each(
        'yellowFormula',
        () => 4,
        'atLeast',
        () => 3.7,
      ),
      ...each(
        'redClearanceFormula',
        () => 1.5,
        'atLeast',
        () => 1.2,
      ),
      ...[2, 4, 6, 8].map((phase) => ({
        name: 'pedestrianGreen',
        phase,
        value: after[phase - 1],
        relation: 'atLeast',
        bound: phase === 4 ? 32 : 26,
        unit: 's',
        met: true,
      })),
      ...each(
        'splitChange',
        (i) => Math.abs(after[i]! - greens[i]!),
        'atMost',
        () => 10,
      ),
      { name: 'ringSum', phase: 4, value: 100, relation: 'equals', bound: 100, unit: 's', met: true },
      { name: 'cycleMinimum', phase: null, value: 100, relation: 'atLeast', bound: 60, unit: 's', met: true },
      { name: 'cycleMaximum', phase: null, value: 100, relation: 'atMost', bound: 120, unit: 's', met: true },
      { name: 'cycleChange', phase: null, value: 10, relation: 'atMost', bound: 15, unit: 's', met: true },
    ],
    evidence: {
      windowStart: iso(now - 16 * minute),
      windowEnd: iso(now - minute),
      windows: 15,
      quality: 'observed',
    },
    currentDelaySeconds: 48.2 + index,
    predictedDelaySeconds: round(48.2 + index - gain, 1),
    benefitLowSeconds: round(gain * 0.62, 1),
    benefitHighSeconds: round(gain * 1.41, 1),
    reason: `SBT (phase 2) is over capacity (v/c 1.06): cycle 90 to 100 s, phase 2 +6 s, phase 6 +6 s`,
    signature: 'ab'.repeat(32),
    status: 'issued',
    acknowledgements: [],
  };
}

/** Queues before an intersection, of two lanes a leg. */
export function approaches(intersection: string, now: number): Json {
  const lanes = fixtureLinks
    .filter((link) => link.to === intersection)
    .flatMap(({ link }, leg) =>
      [1, 2].map((lane) => ({
        link,
        lane,
        queueVehicles: round(2 + 3 * noise(seedOf(link) + lane, 0) + leg, 1),
        queueDeviationVehicles: 0.8,
        longestWaitSeconds: 20 + 7 * leg,
        arrivalVph: 260 + 90 * leg + 40 * lane,
        saturationVph: leg === 3 ? null : 1720,
        spillsBack: leg === 0 && lane === 1,
        shares:
          lane === 1
            ? [{ movement: codes[leg * 2]!, percent: 100 }]
            : [
                { movement: codes[leg * 2 + 1]!, percent: 78.5 },
                { movement: codes[leg * 2 + 1]!.replace('T', 'R'), percent: 21.5 },
              ],
        quality: leg === 2 ? 'imputed' : 'observed',
      })),
    );
  return {
    asOf: iso(now),
    intersection,
    windowStart: iso(Math.floor(now / minute) * minute - minute),
    windowSeconds: 60,
    statuses: 12,
    ageSeconds: 8,
    twin: null,
    lanes,
  };
}
