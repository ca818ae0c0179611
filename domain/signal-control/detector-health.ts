/** Whether a detector can be believed: one that reports a fault cannot, nor one that is stuck. */
import type { Reading } from './model.ts';

/** Of one detector; plain data. */
export interface HealthState {
  /** Since when it is on without a break, s. */
  onSeconds: number;
  /** Vehicles that others on the same lane saw since its last. */
  missed: number;
}

/** Longer than any red (180 s) with the queue behind it. */
const stuckOnSeconds = 300;
/** Chance that this many pass beside a sound loop unseen is nil even when it misses one in twenty. */
const stuckOffVehicles = 12;

export const initialHealth = (): HealthState => ({ onSeconds: 0, missed: 0 });

/** Takes up a reading; `others` are vehicles that another detector of the lane counted in the same interval. */
export function judge(
  state: HealthState,
  reading: Reading | undefined,
  others: number,
  seconds: number,
): boolean {
  if (reading === undefined || reading.kind === 'fault') return false;
  if (reading.kind === 'zone') {
    state.missed = reading.vehicles > 0 ? 0 : state.missed + others;
    return state.missed < stuckOffVehicles;
  }
  const always = reading.isOn && reading.vehicles === 0 && reading.occupancy > 0.99;
  state.onSeconds = always ? state.onSeconds + seconds : 0;
  state.missed = reading.vehicles > 0 || reading.isOn ? 0 : state.missed + others;
  return state.onSeconds < stuckOnSeconds && state.missed < stuckOffVehicles;
}
