/** What car parks do with the vehicles that pass their gates. */
export interface Gates {
  /** The car park that a driver who comes onto this link is bound for, or -1. */
  claim(link: number): number;
  /** True when the car park takes the vehicle in. */
  enter(facility: number, atMs: number): boolean;
}
