/** What a plan was worth that has been applied: measured against what the plan before would have cost. */

/** One window under the new plan, mean control delay of a vehicle. */
export interface Measured {
  /** As measured, s. */
  readonly delaySeconds: number;
  /** As the plan before would have had with the same traffic, s. */
  readonly expectedSeconds: number;
}

/** How a model of delay stood to what was measured while a plan ran that is known. */
export interface Calibration {
  /** Measured over modelled, the mean of the windows. */
  readonly ratio: number;
  /** Standard deviation of that mean. */
  readonly deviation: number;
}

export type Verdict = 'better' | 'unsure' | 'worse';

export interface Benefit {
  readonly windows: number;
  readonly delaySeconds: number;
  readonly expectedSeconds: number;
  /** Saving of a vehicle, s, and the bounds that hold it nine times in ten. */
  readonly saving: { readonly mean: number; readonly low: number; readonly high: number };
  readonly verdict: Verdict;
}

/** Windows before a verdict: of fewer, the spread is not known. */
export const windowsForVerdict = 3;

/** Of Student's t with 1, 2, ... degrees of freedom, the value that 5 % lie above. */
const t95 = [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796];
const t95Beyond = 1.782;

/** The ratio over windows under one plan; undefined with fewer than two, or without delay. */
export function calibrate(
  windows: readonly { readonly measuredSeconds: number; readonly modelledSeconds: number }[],
): Calibration | undefined {
  const ratios = windows
    .filter(({ modelledSeconds }) => modelledSeconds > 0)
    .map(({ measuredSeconds, modelledSeconds }) => measuredSeconds / modelledSeconds);
  if (ratios.length < 2) return undefined;
  const ratio = mean(ratios);
  if (ratio === 0) return undefined;
  return { ratio, deviation: Math.sqrt(variance(ratios, ratio) / ratios.length) };
}

/** Paired by window, so that it does not matter whether more or fewer vehicles came; undefined with too few. */
export function benefitOf(measured: readonly Measured[], calibration: Calibration): Benefit | undefined {
  const { length } = measured;
  if (length < windowsForVerdict) return undefined;
  const savings = measured.map(({ delaySeconds, expectedSeconds }) => expectedSeconds - delaySeconds);
  const saving = mean(savings);
  const expectedSeconds = mean(measured.map((one) => one.expectedSeconds));
  // The error of the ratio is the same in all windows, so that more of them do not make it less.
  const shared = (calibration.deviation / calibration.ratio) * expectedSeconds;
  const spread = Math.sqrt(variance(savings, saving) / length + shared * shared);
  const half = (t95[length - 2] ?? t95Beyond) * spread;
  const [low, high] = [saving - half, saving + half];
  return {
    windows: length,
    delaySeconds: mean(measured.map(({ delaySeconds }) => delaySeconds)),
    expectedSeconds,
    saving: { mean: saving, low, high },
    verdict: low > 0 ? 'better' : high < 0 ? 'worse' : 'unsure',
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample. */
const variance = (values: readonly number[], around: number): number =>
  values.reduce((sum, value) => sum + (value - around) ** 2, 0) / (values.length - 1);
