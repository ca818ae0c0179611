/** The lanes of a signal, let go second by second under stages that are tried out. */
import { freeGiving, insideGapFactor } from './gaps.ts';
import { clearedVps, storedMost } from './inside.ts';
import type { LaneState } from './lane-estimate.ts';
import type { Outlook } from './outlook.ts';
import type { StageRates } from './stage-rates.ts';
import type { Workspace } from './workspace.ts';

/**
 * A lane that waits longer than this weighs more, s. Where vehicles are counted, they are only thought to wait, and
 * weigh no more until nobody may wait much longer: else a simulated trip took 1 s longer at one of three crossings.
 */
const [seenPatienceSeconds, countedPatienceSeconds] = [30, 75];
/** What a second of standing counts in a lane, as a multiple of one where nobody has waited for long. */
export function weightOf({ isSeen, waitedSeconds }: Pick<LaneState, 'isSeen' | 'waitedSeconds'>): number {
  const times = waitedSeconds / (isSeen ? seenPatienceSeconds : countedPatienceSeconds);
  return Math.max(1, isSeen ? times : times * times);
}

/** Less than this many vehicles are no queue. */
const noQueue = 0.5;

/** Its loops are most of what advice costs: numbers in flat arrays, and no objects. */
export class LaneRun {
  /**
   * Of each lane: vehicles that stand; chance that the first need not give way; vehicles that have left by then;
   * vehicles inside the junction that wait for a gap.
   */
  readonly standing: Float64Array;
  /** Numbers in `standing`. */
  readonly size: number;
  /** Time that vehicles have stood since somebody last set this to 0, vehicle seconds. */
  stoodSeconds = 0;
  private readonly rates: StageRates;
  private readonly arrivals: Float64Array;
  private readonly horizon: number;
  private readonly weights: Float64Array;
  /** Of the next run: see `span`. */
  private lost = 0;
  private used = 0;
  private staying = 0;
  private clearing = 0;
  /** Of each lane, those who have come before each second, and the sum of that: `[lane * (seconds + 1) + second]`. */
  private readonly came: Float64Array;
  private readonly cameSums: Float64Array;
  /** The most that come in one second from each on: `[lane * seconds + second]`. */
  private readonly most: Float64Array;
  /** Time that vehicles of the lane that is let go now have stood. */
  private stood = 0;

  constructor(rates: StageRates, outlook: Outlook, states: readonly LaneState[], workspace: Workspace) {
    const { lanes } = rates;
    this.rates = rates;
    this.arrivals = outlook.arrivals;
    this.horizon = outlook.seconds;
    this.size = 4 * lanes;
    this.standing = workspace.floats('standing', this.size);
    this.weights = workspace.floats('weights', lanes);
    this.came = workspace.floats('came', lanes * (outlook.seconds + 1));
    this.cameSums = workspace.floats('cameSums', lanes * (outlook.seconds + 1));
    this.most = workspace.floats('most', lanes * outlook.seconds);
    for (let l = 0; l < lanes; l++) {
      this.weights[l] = weightOf(states[l] as LaneState);
      this.sum(l);
    }
  }

  /** Sums up who comes to a lane. */
  private sum(l: number): void {
    const { horizon, arrivals, came, cameSums, most } = this;
    const first = l * (horizon + 1);
    let [all, sums] = [0, 0];
    came[first] = 0;
    cameSums[first] = 0;
    for (let s = 0; s < horizon; s++) {
      all += arrivals[l * horizon + s] as number;
      sums += all;
      came[first + s + 1] = all;
      cameSums[first + s + 1] = sums;
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

  /**
   * When, within the next run of so many `seconds`, lanes may go: from `lost` to `used` in the old stage; in the new
   * one from `staying` on where they need no new start, and from `clearing` on where they do.
   */
  span(seconds: number, lost: number, used: number, staying: number, clearing: number): void {
    this.lost = Math.min(seconds, Math.ceil(lost));
    this.used = Math.max(this.lost, Math.min(seconds, Math.ceil(used)));
    this.staying = Math.max(this.used, Math.min(seconds, Math.ceil(staying)));
    this.clearing = Math.max(this.used, Math.min(seconds, Math.ceil(clearing)));
  }

  /**
   * Lets all lanes go; answers with the time that their vehicles stand, weighed, vehicle seconds.
   * Lanes that give way go first, and find the others as they were.
   */
  run(from: number, to: number, at: number, seconds: number): number {
    const { weights } = this;
    const { lanes, givesWay } = this.rates;
    let cost = 0;
    for (let l = 0; l < lanes; l++)
      if (givesWay[l] === 1) cost += this.runLane(l, from, to, at, seconds) * (weights[l] as number);
    for (let l = 0; l < lanes; l++)
      if (givesWay[l] === 0) cost += this.runLane(l, from, to, at, seconds) * (weights[l] as number);
    return cost;
  }

  private runLane(l: number, from: number, to: number, at: number, seconds: number): number {
    const { lanes, stages, stays } = this.rates;
    const { standing, lost, used } = this;
    const begins = stays[(from * stages + to) * lanes + l] === 1 ? this.staying : this.clearing;
    this.stood = 0;
    if (
      lost === 0 &&
      standing[3 * lanes + l] === 0 &&
      this.isRed(from * lanes + l) &&
      this.isRed(to * lanes + l)
    )
      this.waitThrough(l, from, to, at, begins, seconds);
    else {
      if (lost > 0) this.wait(l, at, lost);
      if (used > lost) this.go(l, from, at + lost, used - lost);
      if (begins > used) this.wait(l, at + used, begins - used);
      if (begins < seconds) {
        this.turn(l, from, to, at + begins);
        this.go(l, to, at + begins, seconds - begins);
      }
    }
    this.stoodSeconds += this.stood;
    return this.stood;
  }

  private isRed(rate: number): boolean {
    return (this.rates.fast[rate] as number) <= 0 && (this.rates.slow[rate] as number) <= 0;
  }

  /**
   * A lane that goes in neither stage, and of which nobody is inside. The parts of its time are added up one by one,
   * as where it goes in one of them, so that the sums are the same to the last digit.
   */
  private waitThrough(
    l: number,
    from: number,
    to: number,
    at: number,
    begins: number,
    seconds: number,
  ): void {
    const { standing, came, used } = this;
    const sums = this.cameSums;
    const start = l * (this.horizon + 1) + at;
    const [second, third, end] = [start + used, start + begins, start + seconds];
    let queue = standing[l] as number;
    let stood =
      used * (queue - (came[start] as number)) + ((sums[second] as number) - (sums[start] as number));
    queue += (came[second] as number) - (came[start] as number);
    stood +=
      (begins - used) * (queue - (came[second] as number)) +
      ((sums[third] as number) - (sums[second] as number));
    queue += (came[third] as number) - (came[second] as number);
    if (begins < seconds) {
      standing[l] = queue;
      this.turn(l, from, to, at + begins);
      stood +=
        (seconds - begins) * (queue - (came[third] as number)) +
        ((sums[end] as number) - (sums[third] as number));
      queue += (came[end] as number) - (came[third] as number);
    }
    standing[l] = queue;
    this.stood = stood;
  }

  /** `seconds` in which nobody of a lane goes, from `at` on; those inside get out of the way. */
  private wait(l: number, at: number, seconds: number): void {
    const { standing, came } = this;
    const first = l * (this.horizon + 1) + at;
    const before = came[first] as number;
    const sums = (this.cameSums[first + seconds] as number) - (this.cameSums[first] as number);
    const queue = standing[l] as number;
    let stood = this.stood + (seconds * (queue - before) + sums);
    standing[l] = queue + ((came[first + seconds] as number) - before);
    const place = 3 * this.rates.lanes + l;
    let inside = standing[place] as number;
    if (inside > 0) {
      for (let s = 0; s < seconds && inside > 0; s++) {
        inside -= Math.min(inside, clearedVps);
        stood += inside;
      }
      standing[place] = inside;
    }
    this.stood = stood;
  }

  /** `seconds` of a green stage, from `at` on. */
  private go(l: number, stage: number, at: number, seconds: number): void {
    const { lanes, fast, slow, gives } = this.rates;
    const rate = stage * lanes + l;
    const quickest = fast[rate] as number;
    const slowest = slow[rate] as number;
    if (quickest <= 0 && slowest <= 0) this.wait(l, at, seconds);
    else if (gives[rate] === 1) this.giveWay(l, stage, at, seconds);
    else this.flow(l, rate, at, seconds);
  }

  /** A green stage in which nobody of a lane gives way to a stream. */
  private flow(l: number, rate: number, at: number, seconds: number): void {
    const { standing, arrivals } = this;
    const most = this.most;
    const { lanes, fast, slow, passing } = this.rates;
    const quickest = fast[rate] as number;
    const slowest = slow[rate] as number;
    const share = passing[rate] as number;
    const place = l * this.horizon + at;
    let queue = standing[l] as number;
    let open = standing[lanes + l] as number;
    let left = standing[2 * lanes + l] as number;
    let inside = standing[3 * lanes + l] as number;
    let { stood } = this;
    for (let s = 0; s < seconds; s++) {
      // Nobody waits, and nobody who comes will have to.
      if (queue < 1e-9 && inside <= 0 && share === 1 && (most[place + s] as number) <= quickest * open) {
        const first = l * (this.horizon + 1) + at;
        left += queue + (this.came[first + seconds] as number) - (this.came[first + s] as number);
        queue = 0;
        break;
      }
      queue += arrivals[place + s] as number;
      if (queue > 0) {
        const quick = quickest * open;
        const others = open < 1 ? slowest : 0;
        const could = quick + others * (1 - open);
        if (could > 0) {
          // A division takes long, and most of the time there is a queue.
          const part = queue >= could ? 1 : queue / could;
          queue -= part * could;
          left += part * could;
          open += part * (share * others * (1 - open) - (1 - share) * quick);
        }
      }
      if (inside > 0) {
        // With a green that need not give way they get out of the way.
        inside -= Math.min(inside, clearedVps);
        stood += inside;
      }
      stood += queue;
    }
    standing[l] = queue;
    standing[lanes + l] = open;
    standing[2 * lanes + l] = left;
    standing[3 * lanes + l] = inside;
    this.stood = stood;
  }

  /** A green stage in which some of a lane go inside the junction and wait there for a gap. */
  private giveWay(l: number, stage: number, at: number, seconds: number): void {
    const { standing, arrivals } = this;
    const most = this.most;
    const { lanes, fast, slow, passing } = this.rates;
    const rate = stage * lanes + l;
    const quickest = fast[rate] as number;
    const slowest = slow[rate] as number;
    const share = passing[rate] as number;
    const place = l * this.horizon + at;
    const steady = this.steadyGap(l, stage);
    let queue = standing[l] as number;
    let open = standing[lanes + l] as number;
    let left = standing[2 * lanes + l] as number;
    let inside = standing[3 * lanes + l] as number;
    let { stood } = this;
    for (let s = 0; s < seconds; s++) {
      if (queue < 1e-9 && inside <= 0 && share === 1 && (most[place + s] as number) <= quickest * open) {
        const first = l * (this.horizon + 1) + at;
        left += queue + (this.came[first + seconds] as number) - (this.came[first + s] as number);
        queue = 0;
        break;
      }
      queue += arrivals[place + s] as number;
      const gap = steady < 0 && (inside > 0 || open < 1) ? this.gap(l, stage, at + s) : steady;
      let entering = 0;
      if (queue > 0) {
        const quick = quickest * open;
        const others = open < 1 ? slowest * (inside < storedMost ? 1 : gap) : 0;
        const could = quick + others * (1 - open);
        if (could > 0) {
          const part = queue >= could ? 1 : queue / could;
          queue -= part * could;
          left += part * could;
          open += part * (share * others * (1 - open) - (1 - share) * quick);
          entering = part * others * (1 - open);
        }
      }
      if (inside > 0 || entering > 0) {
        inside += entering;
        inside -= Math.min(inside, freeGiving * gap);
        stood += inside;
      }
      stood += queue;
    }
    standing[l] = queue;
    standing[lanes + l] = open;
    standing[2 * lanes + l] = left;
    standing[3 * lanes + l] = inside;
    this.stood = stood;
  }

  /** Vehicles that reach the stop bar of a lane in so many seconds from `at` on. */
  coming(l: number, at: number, seconds: number): number {
    const first = l * (this.horizon + 1);
    const [begin, end] = [Math.min(this.horizon, at), Math.min(this.horizon, at + seconds)];
    return (this.came[first + end] as number) - (this.came[first + begin] as number);
  }

  /** What those who still stand will cost: all must go, one stage after the other; `changing` is lost at each, s. */
  toCome(changing: number): number {
    const { lanes, best } = this.rates;
    const { standing } = this;
    let vehicles = 0;
    let work = 0;
    for (let l = 0; l < lanes; l++) {
      const queue = standing[l] as number;
      vehicles += queue + (standing[3 * lanes + l] as number);
      if ((best[l] as number) > 0) work = Math.max(work, queue / (best[l] as number));
    }
    return vehicles * (work / 2 + changing);
  }

  /** The first vehicle under another stage: one that was held is more likely one that this stage serves. */
  private turn(l: number, from: number, to: number, at: number): void {
    const { standing } = this;
    const { lanes, stages, passing, free, held, first, protects } = this.rates;
    if (protects[to * lanes + l] === 0) {
      standing[lanes + l] = 0;
      return;
    }
    const queue = (standing[l] as number) + (this.arrivals[l * this.horizon + at] as number);
    const open = standing[lanes + l] as number;
    const pair = (from * stages + to) * lanes + l;
    const another =
      queue < noQueue
        ? (passing[to * lanes + l] as number)
        : open * (free[pair] as number) + (1 - open) * (held[pair] as number);
    // As long as nobody left, what is known of the vehicle that is first now still holds.
    const same = Math.max(0, 1 - (standing[2 * lanes + l] as number));
    standing[lanes + l] = same * (first[to * lanes + l] as number) + (1 - same) * another;
  }

  /** What `gap` will be in every second; below 0 where it changes with those who come. */
  private steadyGap(l: number, stage: number): number {
    const { lanes, foes } = this.rates;
    const against = foes[stage * lanes + l] as readonly number[];
    for (let i = 0; i < against.length; i++)
      if (!((this.standing[against[i] as number] as number) > noQueue)) return -1;
    return this.gap(l, stage, 0);
  }

  /** How many of those who give way find a gap, as a part of all, in the stream of the lanes that they let pass. */
  private gap(l: number, stage: number, at: number): number {
    const { standing, arrivals, horizon } = this;
    const { lanes, foes, fast, giving } = this.rates;
    const against = foes[stage * lanes + l] as readonly number[];
    if (against.length === 0) return 1;
    let flow = 0;
    for (let i = 0; i < against.length; i++) {
      const foe = against[i] as number;
      flow +=
        (standing[foe] as number) > noQueue
          ? (fast[stage * lanes + foe] as number) * (standing[lanes + foe] as number)
          : (arrivals[foe * horizon + at] as number);
    }
    return Math.min(1, (giving[l] as number) * insideGapFactor(flow));
  }
}
