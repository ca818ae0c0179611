/** What a driver sees at the stop bar, by movement. Written by the signals, read by the traffic. */
export interface Lights {
  /** One of `red`, `yellow`, `permittedGreen`, `protectedGreen`. */
  readonly light: Uint8Array;
  /** When it came on, ms; 0 for a movement that no phase serves and that is always green. */
  readonly sinceMs: Float64Array;
}

export const red = 0;
export const yellow = 1;
/** Green that yields to oncoming traffic. */
export const permittedGreen = 2;
export const protectedGreen = 3;

/** Every movement green for ever, as at a crossing without a signal. */
export function createLights(movementCount: number): Lights {
  return {
    light: new Uint8Array(movementCount).fill(protectedGreen),
    sinceMs: new Float64Array(movementCount),
  };
}
