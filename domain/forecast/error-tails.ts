import { tails } from './network-model.ts';
import { type Silence, silences } from './recent.ts';

/** How restless the last hour was, and how far below a free road the forecast is: bounds of the cells. */
const unrestBounds = [0.1, 0.25, 0.5, 1] as const;
const levelBounds = [0.4, 0.6, 0.75, 0.9, 1] as const;
/** Classes of unrest, then of silence. */
const unrestClasses = unrestBounds.length + silences.length;
const cellCount = unrestClasses * (levelBounds.length + 1);
/** The tails before anything is known: those of errors as large as departures from the usual. */
const firstTail = 2;
/** Step of a tail at first and later, in units of the spread of the sensor. */
const [firstStep, laterStep] = [0.3, 0.01];

/**
 * Tails of the errors of one forecaster at each horizon, of all sensors together, apart by how restless the last hour
 * was, or how long nothing came, and by what is forecast: a jam that breaks up is less certain than a free night. In
 * units of the spread of each sensor. Learned error by error (Robbins and Monro 1951).
 */
export class ErrorTails {
  /** Horizon by horizon, cell by cell: the low tail, the high one, and errors so far. To be saved. */
  readonly numbers: Float32Array;

  constructor(horizons: number) {
    this.numbers = new Float32Array(horizons * cellCount * 3);
    for (let at = 0; at < this.numbers.length; at += 3) this.numbers.set([-firstTail, firstTail], at);
  }

  /**
   * Where in `numbers` the cell of a forecast is. `unrest` in spreads, `level` in high values; the unrest of a sensor
   * that is silent says nothing.
   */
  cell(horizon: number, unrest: number, level: number, silence: Silence): number {
    const row =
      silence === 'none' ? classOf(unrest, unrestBounds) : unrestBounds.length + silences.indexOf(silence);
    return 3 * (horizon * cellCount + row * (levelBounds.length + 1) + classOf(level, levelBounds));
  }

  /** The cell of a forecast of the same horizon and level, of a sensor that has been silent for days. */
  ofSilent(cell: number): number {
    const place = cell / 3;
    const levels = levelBounds.length + 1;
    const horizon = Math.floor(place / cellCount);
    return 3 * (horizon * cellCount + (unrestClasses - 1) * levels + (place % levels));
  }

  /** Takes in an error, in spreads. */
  learn(cell: number, error: number): void {
    const times = this.numbers[cell + 2]!;
    this.numbers[cell + 2] = Math.min(1e6, times + 1);
    const step = Math.max(laterStep, firstStep / (1 + times / 20));
    for (const [i, level] of tails.entries())
      this.numbers[cell + i]! += step * (error < this.numbers[cell + i]! ? level - 1 : level);
  }
}

function classOf(value: number, bounds: readonly number[]): number {
  let i = 0;
  while (i < bounds.length && value > bounds[i]!) i++;
  return i;
}
