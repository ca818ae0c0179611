/** The lanes of a signal, let go second by second under stages that are tried out. */
import { freeGiving, insideGapFactor } from './gaps.ts';
import type { Outlook } from './horizon.ts';
import { clearedVps, storedMost } from './inside.ts';
import type { LaneState } from './lane-estimate.ts';
import type { StageRates } from './stage-rates.ts';

/** A lane that waits longer than this weighs more, once more each time, s. */
const patienceSeconds = 30;
/** Less than this many vehicles are no queue. */
const noQueue = 0.5;

export class LaneRun {
  /**
   * Of each lane: vehicles that stand; chance that the first need not give way; vehicles that have left by then;
   * vehicles inside the junction that wait for a gap.
   */
  readonly standing: Float64Array;
  /** Length of `standing`. */
  readonly size: number;
  /** Time that vehicles have stood since somebody last set this to 0, vehicle seconds. */
  stoodSeconds = 0;
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
    this.size = 4 * rates.lanes;
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
      const { vehicles, moving, beyond, inside } = states[l] as LaneState;
      this.standing[l] = vehicles - moving + beyond;
      this.standing[lanes + l] = first[stage * lanes + l] as number;
      this.standing[2 * lanes + l] = 0;
      this.standing[3 * lanes + l] = inside;
    }
  }

  /** When, within the next run, a lane may go: from `lost` to `used` in the old stage, from `begins` on in the new. */
  span(lane: number, lost: number, used: number, begins: number): void {
    this.lost[lane] = lost;
    this.used[lane] = used;
    this.begins[lane] = begins;
  }

  /**
   * Lets all lanes go; answers with the time that their vehicles stand, weighed, vehicle seconds.
   * Lanes that give way go first, and find the others as they were.
   */
  run(from: number, to: number, at: number, seconds: number): number {
    const { lanes, givesWay } = this.rates;
    let cost = 0;
    for (let l = 0; l < lanes; l++)
      if (givesWay[l] === 1) cost += this.runLane(l, from, to, at, seconds) * (this.weights[l] as number);
    for (let l = 0; l < lanes; l++)
      if (givesWay[l] === 0) cost += this.runLane(l, from, to, at, seconds) * (this.weights[l] as number);
    return cost;
  }

  private runLane(l: number, from: number, to: number, at: number, seconds: number): number {
    const { lanes, fast, slow, passing, gives } = this.rates;
    const { standing, arrivals, horizon } = this;
    const [lost, used, begins] = [this.lost[l] as number, this.used[l] as number, this.begins[l] as number];
    let queue = standing[l] as number;
    let open = standing[lanes + l] as number;
    let left = standing[2 * lanes + l] as number;
    let inside = standing[3 * lanes + l] as number;
    let rate = from * lanes + l;
    let [quickest, share, giving] = [fast[rate] as number, passing[rate] as number, gives[rate] === 1];
    let stood = 0;
    let isTurned = false;
    for (let s = 0; s < seconds; s++) {
      const arriving = arrivals[l * horizon + at + s] as number;
      queue += arriving;
      if (!isTurned && s >= begins) {
        isTurned = true;
        open = this.turned(l, from, to, queue, open, left);
        rate = to * lanes + l;
        [quickest, share, giving] = [fast[rate] as number, passing[rate] as number, gives[rate] === 1];
      }
      const goes = isTurned || (s >= lost && s < used);
      const gap = giving && goes && (inside > 0 || open < 1) ? this.gap(rate, at + s) : 1;
      let could = 0;
      let entering = 0;
      if (goes && queue > 0) {
        const quick = quickest * open;
        const others = open < 1 ? (slow[rate] as number) * (inside < storedMost ? 1 : gap) : 0;
        could = quick + others * (1 - open);
        if (could > 0) {
          const part = Math.min(1, queue / could);
          queue -= part * could;
          left += part * could;
          open += part * (share * others * (1 - open) - (1 - share) * quick);
          if (giving) entering = part * others * (1 - open);
        }
      }
      if (inside > 0 || entering > 0) {
        // With a green that need not give way, or none at all, those inside get out of the way.
        inside += entering;
        inside -= Math.min(inside, goes && giving ? freeGiving * gap : clearedVps);
        stood += inside;
      }
      stood += queue;
    }
    standing[l] = queue;
    standing[lanes + l] = open;
    standing[2 * lanes + l] = left;
    standing[3 * lanes + l] = inside;
    this.stoodSeconds += stood;
    return stood;
  }

  /** What those who still stand will cost: all must go, one stage after the other; `changing` is lost at each, s. */
  toCome(changing: number): number {
    const { lanes, best } = this.rates;
    let vehicles = 0;
    let work = 0;
    for (let l = 0; l < lanes; l++) {
      const queue = this.standing[l] as number;
      vehicles += queue + (this.standing[3 * lanes + l] as number);
      if ((best[l] as number) > 0) work = Math.max(work, queue / (best[l] as number));
    }
    return vehicles * (work / 2 + changing);
  }

  /** The first vehicle under another stage: one that was held is more likely one that this stage serves. */
  private turned(l: number, from: number, to: number, queue: number, open: number, left: number): number {
    const { lanes, stages, passing, free, held, first } = this.rates;
    const pair = (from * stages + to) * lanes + l;
    const another =
      queue < noQueue
        ? (passing[to * lanes + l] as number)
        : open * (free[pair] as number) + (1 - open) * (held[pair] as number);
    // As long as nobody left, what is known of the vehicle that is first now still holds.
    const same = Math.max(0, 1 - left);
    return same * (first[to * lanes + l] as number) + (1 - same) * another;
  }

  /** How many of those who give way find a gap, as a part of all, in the stream of the lanes that they let pass. */
  private gap(rate: number, at: number): number {
    const { lanes, foes, fast } = this.rates;
    const against = foes[rate] as readonly number[];
    if (against.length === 0) return 1;
    const stage = (rate - (rate % lanes)) / lanes;
    let flow = 0;
    for (let i = 0; i < against.length; i++) {
      const foe = against[i] as number;
      flow +=
        (this.standing[foe] as number) > noQueue
          ? (fast[stage * lanes + foe] as number) * (this.standing[lanes + foe] as number)
          : (this.arrivals[foe * this.horizon + at] as number);
    }
    return insideGapFactor(flow);
  }
}
