import type { Meters } from './meters.ts';
import type { Roads } from './roads.ts';

/** Length of a vehicle, metres; with the zone it makes the effective length that occupancy shows. */
export const vehicleMeters = 4.5;

/** Feels vehicles over the detectors' zones, exactly, from where they were and are at both ends of a second. */
export class Sensing {
  private readonly roads: Roads;
  private readonly meters: Meters;
  private readonly occupiedMs: Float64Array;

  constructor(roads: Roads, meters: Meters) {
    this.roads = roads;
    this.meters = meters;
    this.occupiedMs = new Float64Array(roads.detectors.length);
  }

  /** A vehicle of this lane has gone from `from` to `to` (metres to the stop bar) in this second. */
  move(lane: number, from: number, to: number): void {
    const { detectorCount, detectorMps, detectorInverseMps } = this.meters;
    for (const { detector, nearMeters, farMeters } of this.roads.zones[lane]!) {
      // Beyond the stop bar the vehicle belongs to another link; what is missing of its tail is added below.
      const leaves = Math.max(0, nearMeters - vehicleMeters);
      if (to > farMeters || from < leaves) continue;
      const length = from - to;
      if (length < 1e-9) {
        this.occupy(detector, 1000);
        continue;
      }
      const over = Math.min(from, farMeters) - Math.max(to, leaves);
      this.occupy(detector, (over / length) * 1000);
      if (to >= leaves) continue;
      if (nearMeters < vehicleMeters)
        this.occupy(detector, ((vehicleMeters - nearMeters) / Math.max(length, 2)) * 1000);
      detectorCount[detector]!++;
      detectorMps[detector]! += length;
      detectorInverseMps[detector]! += 1 / length;
    }
  }

  /** Ends the second: a zone is not occupied for longer than it lasts. */
  endSecond(): void {
    const { detectorOccupiedMs } = this.meters;
    for (let d = 0; d < this.occupiedMs.length; d++) {
      detectorOccupiedMs[d]! += Math.min(1000, this.occupiedMs[d]!);
      this.occupiedMs[d] = 0;
    }
  }

  private occupy(detector: number, ms: number): void {
    const sofar = this.occupiedMs[detector]!;
    // Over several lanes the zone is occupied while any of them is; their arrivals are taken as independent.
    this.occupiedMs[detector] =
      this.roads.detectorLanes[detector] === 1 ? sofar + ms : sofar + ms * Math.max(0, 1 - sofar / 1000);
  }
}
