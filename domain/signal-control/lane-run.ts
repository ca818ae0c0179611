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
  /** Of each lane, those who have come before each second, and the sum of that: `[lane * (seconds + 1) + second]`. */
  private readonly came: Float64Array;
  private readonly cameSums: Float64Array;
  /** The most that come in one second from each on: `[lane * seconds + second]`. */
  private readonly most: Float64Array;
  /** The lane that is let go now: as in `standing`, and the time that its vehicles have stood. */
  private queue = 0;
  private open = 0;
  private left = 0;
  private inside = 0;
  private stood = 0;

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
    this.came = new Float64Array(rates.lanes * (outlook.seconds + 1));
    this.cameSums = new Float64Array(rates.lanes * (outlook.seconds + 1));
    this.most = new Float64Array(rates.lanes * outlook.seconds);
    for (let l = 0; l < rates.lanes; l++) this.sum(l);
  }

  /** Sums up who comes to a lane. */
  private sum(l: number): void {
    const { horizon, arrivals, came, cameSums, most } = this;
    const first = l * (horizon + 1);
    for (let s = 0; s < horizon; s++) {
      came[first + s + 1] = (came[first + s] as number) + (arrivals[l * horizon + s] as number);
      cameSums[first + s + 1] = (cameSums[first + s] as number) + (came[first + s + 1] as number);
    }
    let highest = 0;
    for (let s = horizon - 1; s >= 0; s--) {
      highest = Math.max(highest, arrivals[l * horizon + s] as number);
      most[l * horizon + s] = highest;
    }
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
    const { lanes } = this.rates;
    const { standing } = this;
    const lost = Math.min(seconds, Math.ceil(this.lost[l] as number));
    const used = Math.max(lost, Math.min(seconds, Math.ceil(this.used[l] as number)));
    const begins = Math.max(used, Math.min(seconds, Math.ceil(this.begins[l] as number)));
    this.queue = standing[l] as number;
    this.open = standing[lanes + l] as number;
    this.left = standing[2 * lanes + l] as number;
    this.inside = standing[3 * lanes + l] as number;
    this.stood = 0;
    this.wait(l, at, lost);
    this.go(l, from, at + lost, used - lost);
    this.wait(l, at + used, begins - used);
    if (begins < seconds) {
      this.open = this.turned(
        l,
        from,
        to,
        this.queue + (this.arrivals[l * this.horizon + at + begins] as number),
      );
      this.go(l, to, at + begins, seconds - begins);
    }
    standing[l] = this.queue;
    standing[lanes + l] = this.open;
    standing[2 * lanes + l] = this.left;
    standing[3 * lanes + l] = this.inside;
    this.stoodSeconds += this.stood;
    return this.stood;
  }

  /** `seconds` in which nobody of a lane goes, from `at` on; those inside get out of the way. */
  private wait(l: number, at: number, seconds: number): void {
    if (seconds <= 0) return;
    const first = l * (this.horizon + 1) + at;
    const before = this.came[first] as number;
    const sums = (this.cameSums[first + seconds] as number) - (this.cameSums[first] as number);
    this.stood += seconds * (this.queue - before) + sums;
    this.queue += (this.came[first + seconds] as number) - before;
    for (let s = 0; s < seconds && this.inside > 0; s++) {
      this.inside -= Math.min(this.inside, clearedVps);
      this.stood += this.inside;
    }
  }

  /** `seconds` of a green stage, from `at` on. */
  private go(l: number, stage: number, at: number, seconds: number): void {
    const { lanes, fast, slow, passing, gives } = this.rates;
    const rate = stage * lanes + l;
    const [quickest, slowest, share] = [fast[rate] as number, slow[rate] as number, passing[rate] as number];
    if (quickest <= 0 && slowest <= 0) {
      this.wait(l, at, seconds);
      return;
    }
    const giving = gives[rate] === 1;
    const { arrivals, horizon } = this;
    let { queue, open, left, inside, stood } = this;
    for (let s = 0; s < seconds; s++) {
      // Nobody waits, and nobody who comes will have to.
      const most = this.most[l * horizon + at + s] as number;
      if (queue < 1e-9 && inside <= 0 && share === 1 && most <= quickest * open) {
        const first = l * (horizon + 1) + at;
        left += queue + (this.came[first + seconds] as number) - (this.came[first + s] as number);
        queue = 0;
        break;
      }
      queue += arrivals[l * horizon + at + s] as number;
      const gap = giving && (inside > 0 || open < 1) ? this.gap(rate, at + s) : 1;
      let entering = 0;
      if (queue > 0) {
        const quick = quickest * open;
        const others = open < 1 ? slowest * (inside < storedMost ? 1 : gap) : 0;
        const could = quick + others * (1 - open);
        if (could > 0) {
          const part = Math.min(1, queue / could);
          queue -= part * could;
          left += part * could;
          open += part * (share * others * (1 - open) - (1 - share) * quick);
          if (giving) entering = part * others * (1 - open);
        }
      }
      if (inside > 0 || entering > 0) {
        // With a green that need not give way they get out of the way.
        inside += entering;
        inside -= Math.min(inside, giving ? freeGiving * gap : clearedVps);
        stood += inside;
      }
      stood += queue;
    }
    this.queue = queue;
    this.open = open;
    this.left = left;
    this.inside = inside;
    this.stood = stood;
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
  private turned(l: number, from: number, to: number, queue: number): number {
    const { open, left } = this;
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
    const { lanes, foes, fast, giving } = this.rates;
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
    return Math.min(1, (giving[rate - stage * lanes] as number) * insideGapFactor(flow));
  }
}
