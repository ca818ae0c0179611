/** The lanes of a signal, let go second by second under stages that are tried out. */
import { gapFactor } from './gaps.ts';
import type { Outlook } from './horizon.ts';
import type { LaneState } from './lane-estimate.ts';
import type { StageRates } from './stage-rates.ts';

/** A lane that waits longer than this weighs more, once more each time, s. */
const patienceSeconds = 30;
/** Less than this many vehicles are no queue. */
const noQueue = 0.5;

export class LaneRun {
  /** Of each lane: vehicles that stand; chance that the first need not give way; vehicles that have left by then. */
  readonly standing: Float64Array;
  /** Length of `standing`. */
  readonly size: number;
  private readonly rates: StageRates;
  private readonly arrivals: Float64Array;
  private readonly horizon: number;
  private readonly weights: Float64Array;
  private readonly lost: Float64Array;
  private readonly used: Float64Array;
  private readonly begins: Float64Array;

  constructor(rates: StageRates, outlook: Outlook, states: readonly LaneState[]) {
    this.rates = rates;
    this.arrivals = outlook.arrivals;
    this.horizon = outlook.seconds;
    this.size = 3 * rates.lanes;
    this.standing = new Float64Array(this.size);
    this.weights = Float64Array.from(
      states,
      (lane) => 1 + Math.max(0, lane.waitedSeconds / patienceSeconds - 1),
    );
    this.lost = new Float64Array(rates.lanes);
    this.used = new Float64Array(rates.lanes);
    this.begins = new Float64Array(rates.lanes);
  }

  start(stage: number, states: readonly LaneState[]): void {
    const { lanes, first } = this.rates;
    for (let l = 0; l < lanes; l++) {
      const { vehicles, moving, beyond } = states[l] as LaneState;
      this.standing[l] = vehicles - moving + beyond;
      this.standing[lanes + l] = first[stage * lanes + l] as number;
      this.standing[2 * lanes + l] = 0;
    }
  }

  /** When, within the next run, a lane may go: from `lost` to `used` in the old stage, from `begins` on in the new. */
  span(lane: number, lost: number, used: number, begins: number): void {
    this.lost[lane] = lost;
    this.used[lane] = used;
    this.begins[lane] = begins;
  }

  /** Lets all lanes go; answers with the time that their vehicles stand, weighed, vehicle seconds. */
  run(from: number, to: number, at: number, seconds: number): number {
    const { lanes, fast, passing } = this.rates;
    const { standing, arrivals, horizon, lost, used, begins } = this;
    const weights = this.weights;
    let stood = 0;
    for (let s = 0; s < seconds; s++)
      for (let l = 0; l < lanes; l++) {
        let queue = (standing[l] as number) + (arrivals[l * horizon + at + s] as number);
        const begun = s >= (begins[l] as number);
        if (begun && s - 1 < (begins[l] as number)) this.turn(l, from, to);
        if (queue > 0 && (begun || (s >= (lost[l] as number) && s < (used[l] as number)))) {
          const rate = (begun ? to : from) * lanes + l;
          const open = standing[lanes + l] as number;
          const quick = (fast[rate] as number) * open;
          const slow = open < 1 ? this.slowRate(rate, at + s) : 0;
          const could = quick + slow * (1 - open);
          if (could > 0) {
            const part = Math.min(1, queue / could);
            const share = passing[rate] as number;
            queue -= part * could;
            standing[2 * lanes + l] = (standing[2 * lanes + l] as number) + part * could;
            standing[lanes + l] = open + part * (share * slow * (1 - open) - (1 - share) * quick);
          }
        }
        standing[l] = queue;
        stood += queue * (weights[l] as number);
      }
    return stood;
  }

  /** What those who still stand will cost: all must go, one stage after the other; `changing` is lost at each, s. */
  toCome(changing: number): number {
    const { lanes, best } = this.rates;
    let vehicles = 0;
    let work = 0;
    for (let l = 0; l < lanes; l++) {
      const queue = this.standing[l] as number;
      vehicles += queue;
      if ((best[l] as number) > 0) work = Math.max(work, queue / (best[l] as number));
    }
    return vehicles * (work / 2 + changing);
  }

  /** The first vehicle under another stage: one that was held is more likely one that this stage serves. */
  private turn(l: number, from: number, to: number): void {
    const { lanes, stages, passing, free, held, first } = this.rates;
    const pair = (from * stages + to) * lanes + l;
    const open = this.standing[lanes + l] as number;
    const another =
      (this.standing[l] as number) < noQueue
        ? (passing[to * lanes + l] as number)
        : open * (free[pair] as number) + (1 - open) * (held[pair] as number);
    // As long as nobody left, what is known of the vehicle that is first now still holds.
    const same = Math.max(0, 1 - (this.standing[2 * lanes + l] as number));
    this.standing[lanes + l] = same * (first[to * lanes + l] as number) + (1 - same) * another;
  }

  /** Of vehicles that give way to lanes which may be on the move, vehicles a second. */
  private slowRate(rate: number, at: number): number {
    const { lanes, slow, foes, fast } = this.rates;
    const alone = slow[rate] as number;
    const against = foes[rate] as readonly number[];
    if (alone === 0 || against.length === 0) return alone;
    const stage = (rate - (rate % lanes)) / lanes;
    let flow = 0;
    for (let i = 0; i < against.length; i++) {
      const foe = against[i] as number;
      flow +=
        (this.standing[foe] as number) > noQueue
          ? (fast[stage * lanes + foe] as number) * (this.standing[lanes + foe] as number)
          : (this.arrivals[foe * this.horizon + at] as number);
    }
    return alone * gapFactor(flow);
  }
}
