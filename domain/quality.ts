/**
 * What a value is. `observed` was measured; `imputed` was derived from neighbours or another sensor;
 * `forecast` is about the future; `stale` was true once; `missing` is not known, and is never 0.
 */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';

/** Level of service, A (free) to F (failed). Derived from a delay or a speed ratio, never stored without it. */
export type LevelOfService = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
