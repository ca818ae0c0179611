import type { Detector, Intersection, Network } from '#domain/network.ts';
import type { Meters } from './meters.ts';
import type { Roads } from './roads.ts';
import { code, type Moment } from './timing.ts';

export interface SavedActuations {
  readonly seenMs: readonly number[];
  readonly isOn: readonly number[];
}

/**
 * The detector events that controllers log for their stop-bar detectors: on and off, to the tenth of a second for
 * one vehicle a second. What several vehicles do within one second is told as one.
 */
export class Actuations {
  private readonly meters: Meters;
  private readonly roads: Roads;
  private readonly stopBars: readonly Detector[];
  private readonly seenMs: Float64Array;
  private readonly isOn: Uint8Array;

  constructor(network: Network, roads: Roads, meters: Meters) {
    this.meters = meters;
    this.roads = roads;
    this.stopBars = [...network.detectors.values()].filter(({ role }) => role === 'stop');
    this.seenMs = new Float64Array(roads.detectors.length);
    this.isOn = new Uint8Array(roads.detectors.length);
  }

  /** Forgets what was seen up to now. */
  begin(): void {
    this.seenMs.set(this.meters.detectorOccupiedMs);
  }

  /** What the controller's detectors did in the last second. */
  at({ site }: Intersection): Moment[] {
    const moments: Moment[] = [];
    for (const { site: at, id, channel } of this.stopBars) {
      if (at !== site) continue;
      const d = this.roads.detectorIndex.get(id)!;
      const occupiedMs = this.meters.detectorOccupiedMs[d]! - this.seenMs[d]!;
      this.seenMs[d] = this.meters.detectorOccupiedMs[d]!;
      const tenths = Math.min(9, Math.floor(occupiedMs / 100));
      const wasOn = this.isOn[d] === 1;
      // A zone that was off is entered late enough to be occupied for as long as it was.
      if (occupiedMs > 0 && !wasOn)
        moments.push({ at: 9 - tenths, code: code.detectorOn, parameter: channel });
      if (occupiedMs < 1000 && wasOn)
        moments.push({ at: tenths, code: code.detectorOff, parameter: channel });
      this.isOn[d] = occupiedMs >= 1000 || (occupiedMs > 0 && !wasOn) ? 1 : 0;
    }
    return moments;
  }

  save(): SavedActuations {
    return { seenMs: Array.from(this.seenMs), isOn: Array.from(this.isOn) };
  }

  restore(saved: SavedActuations): void {
    this.seenMs.set(saved.seenMs);
    this.isOn.set(saved.isOn);
  }
}
