/**
 * What to show next, from a search over all sequences of stages of the coming minute. Vehicles are a fluid that stands
 * at the stop bar of its lane; the cost is the time that they stand. Of the sequences that show the same stage at the
 * same time only the best is followed (a forward dynamic programme), so the work grows with stages squared.
 */
import { LaneRun } from './lane-run.ts';
import type { Layout } from './layout.ts';
import type { Stage } from './model.ts';
import type { Outlook } from './outlook.ts';
import type { SignalState } from './signal-estimate.ts';
import { type StageRates, stageRates } from './stage-rates.ts';
import { Workspace } from './workspace.ts';

/** What the signal is at when it is asked. */
export interface Standing {
  /** The stage that shows, or that the clearance leads to. */
  readonly stage: number;
  readonly elapsedSeconds: number;
  /** To the end of the clearance, s; 0 when there is none. */
  readonly startsInSeconds: number;
  /** What was called before and has had no effect yet, in order. */
  readonly calls: readonly { readonly stage: number; readonly inSeconds: number }[];
}

/** What the signal will be at when a decision takes effect. */
export interface Led {
  readonly stage: number;
  /** Below 0 while the clearance before it goes on. */
  readonly elapsedSeconds: number;
  /** Whether something that was called before has begun meanwhile. */
  readonly isCalled: boolean;
}

export interface Timing {
  readonly tickSeconds: number;
  /** From now to the effect of a decision, s. */
  readonly latencySeconds: number;
}

/** A stage, and how many seconds after a decision takes effect it is to be called. */
export interface Decision {
  readonly stage: number;
  readonly afterSeconds: number;
}

/** What it costs, vehicle seconds, when two or more are inside whom crossing traffic then follows on. */
const trapSeconds = 100;
/**
 * What it costs, vehicle seconds, when somebody who goes straight on stands inside behind one who waits for a gap, and
 * crossing traffic meets him. Without it 8 of 20 simulated hours locked up at a wide junction with 3 s of yellow, those
 * that were looked into after such a meeting, which followed a green of 6 to 12 s.
 */
const heldSeconds = 1_500;
/** With a clearance as long as this he is away in time, and with one so much shorter never, s: not where it is 5 s. */
const [awaySeconds, neverSeconds] = [5, 2];
/** Who comes within so many seconds after a green ends is inside when it does, s. */
const followsWithinSeconds = 3;
/**
 * A green that ends amid a queue has lasted so long, s: the last of it are under way by then. Those who have just
 * started are still inside when crossing traffic follows, and in some simulated hours a junction locked up on them.
 */
const underWaySeconds = 10;
/** Fewer are no queue that a green could end amid of. */
const queueVehicles = 2;
/** A sequence that costs more than this times the best at the same time is given up. */
const worthFollowing = 1.5;

/** The search for one signal. Its nodes are places in flat arrays, `step * stages + stage`: it leaves no garbage. */
export class Horizon {
  private readonly layout: Layout;
  private readonly state: SignalState;
  private readonly rates: StageRates;
  private readonly timing: Timing;
  private readonly steps: number;
  private readonly lanes: LaneRun;
  /** Of each node: cost so far and what is still to come of it, Infinity where none is; s since its start of green. */
  private readonly costs: Float64Array;
  private readonly totals: Float64Array;
  private readonly elapsed: Float64Array;
  /** The decision by which each node was reached: a stage, and after how many seconds it is called. */
  private readonly firstStages: Float64Array;
  private readonly firstWaits: Float64Array;
  /** The node that each came from, -1 for none, and how long that one's stage went on before it changed, s. */
  private readonly parents: Float64Array;
  private readonly waits: Float64Array;
  /** `lanes.size` numbers a node: how its lanes stand. */
  private readonly standings: Float64Array;

  constructor(
    layout: Layout,
    state: SignalState,
    outlook: Outlook,
    timing: Timing,
    workspace: Workspace = new Workspace(),
  ) {
    this.layout = layout;
    this.state = state;
    this.timing = timing;
    this.rates = stageRates(layout, state.lanes, outlook.closed, workspace);
    this.lanes = new LaneRun(this.rates, outlook, state.lanes, workspace);
    this.steps = Math.floor((outlook.seconds - timing.latencySeconds) / timing.tickSeconds);
    const nodes = (this.steps + 1) * this.rates.stages;
    this.costs = workspace.floats('costs', nodes).fill(0, 0, nodes);
    this.totals = workspace.floats('totals', nodes).fill(Number.POSITIVE_INFINITY, 0, nodes);
    this.elapsed = workspace.floats('elapsed', nodes).fill(0, 0, nodes);
    this.firstStages = workspace.floats('firstStages', nodes).fill(-1, 0, nodes);
    this.firstWaits = workspace.floats('firstWaits', nodes);
    this.parents = workspace.floats('parents', nodes).fill(-1, 0, nodes);
    this.waits = workspace.floats('waits', nodes);
    const numbers = nodes * this.lanes.size;
    this.standings = workspace.floats('standings', numbers).fill(0, 0, numbers);
  }

  decide(standing: Standing): Decision {
    const { stages } = this.rates;
    const { cost, ...led } = this.lead(standing);
    this.led = led;
    this.keep(led.stage, cost, led.elapsedSeconds, led.stage, 0, -1, 0);
    // Only the coming switch is timed to the second, of a stage that shows; the later ones will be when they come.
    const isTimed = standing.startsInSeconds <= 0 && !led.isCalled;
    for (let step = 0; step < this.steps; step++) {
      const limit = worthFollowing * (this.totals[this.bestOf(step)] as number);
      for (let stage = 0; stage < stages; stage++)
        if ((this.totals[step * stages + stage] as number) <= limit) this.branch(step, stage, isTimed);
    }
    const best = this.bestOf(this.steps);
    return (this.firstStages[best] as number) < 0
      ? { stage: led.stage, afterSeconds: 0 }
      : { stage: this.firstStages[best] as number, afterSeconds: this.firstWaits[best] as number };
  }

  /** What the signal will be at when what `decide` found takes effect. */
  led: Led = { stage: 0, elapsedSeconds: 0, isCalled: false };

  /** How far `decide` looks, s. */
  get seconds(): number {
    return this.timing.latencySeconds + this.steps * this.timing.tickSeconds;
  }

  /** The sequence that `decide` found best. */
  path(): Segment[] {
    const { stages } = this.rates;
    const { tickSeconds } = this.timing;
    const segments: Segment[] = [];
    for (let node = this.bestOf(this.steps); (this.parents[node] as number) >= 0; ) {
      const parent = this.parents[node] as number;
      const seconds = (Math.floor(node / stages) - Math.floor(parent / stages)) * tickSeconds;
      segments.push({ to: node % stages, waitSeconds: this.waits[node] as number, seconds });
      node = parent;
    }
    return segments.reverse();
  }

  /** Time that vehicles would stand from now on under a sequence, vehicle seconds: nobody weighs more than another. */
  stoodUnder(standing: Standing, sequence: readonly Segment[]): number {
    this.lanes.stoodSeconds = 0;
    let { stage } = this.lead(standing);
    let at = this.timing.latencySeconds;
    for (const { to, waitSeconds: wait, seconds } of sequence) {
      if (to === stage) {
        this.hold(stage, 0, at, seconds);
      } else {
        this.change(stage, to, wait, at, seconds);
        stage = to;
      }
      at += seconds;
    }
    return this.lanes.stoodSeconds;
  }

  /** Lets the lanes go until a decision takes effect: what shows goes on, and what was called before begins. */
  private lead({ stage: shown, elapsedSeconds, startsInSeconds, calls }: Standing): Led & { cost: number } {
    const { latencySeconds } = this.timing;
    const { stages } = this.layout.signal;
    this.lanes.start(shown, this.state.lanes);
    let [stage, at, cost, isCalled] = [shown, 0, 0, false];
    let elapsed = startsInSeconds > 0 ? -startsInSeconds : elapsedSeconds;
    for (const [i, { stage: to, inSeconds }] of calls.entries()) {
      const begins = Math.max(inSeconds, at, at - elapsed + (stages[stage] as Stage).minGreenSeconds);
      const next = calls.slice(i + 1).find((call) => call.inSeconds > inSeconds);
      const until = Math.min(latencySeconds, Math.max(at, next?.inSeconds ?? latencySeconds));
      // What has not begun by then gives way to what is called after it.
      if (to === stage || begins >= until) continue;
      cost += this.change(stage, to, begins - at, at, until - at, Math.max(0, -elapsed));
      elapsed = until - begins - (this.layout.clearance[stage]?.[to] as number);
      [stage, at, isCalled] = [to, until, true];
    }
    cost += this.hold(stage, Math.max(0, -elapsed), at, latencySeconds - at);
    return { stage, elapsedSeconds: elapsed + latencySeconds - at, isCalled, cost };
  }

  /** The node of a step with the least total. */
  private bestOf(step: number): number {
    const { totals } = this;
    const { stages } = this.rates;
    let node = step * stages;
    for (let other = node + 1; other < (step + 1) * stages; other++)
      if ((totals[other] as number) < (totals[node] as number)) node = other;
    return node;
  }

  /** All that may follow a node: its stage goes on, or another begins. */
  private branch(step: number, stage: number, isTimed: boolean): void {
    const { tickSeconds, latencySeconds } = this.timing;
    const { stages } = this.rates;
    const node = step * stages + stage;
    const at = latencySeconds + step * tickSeconds;
    const elapsed = this.elapsed[node] as number;
    const isFirst = step === 0;
    this.take(node);
    const held = (this.costs[node] as number) + this.hold(stage, Math.max(0, -elapsed), at, tickSeconds);
    const firstStage = isFirst ? stage : (this.firstStages[node] as number);
    const firstWait = isFirst ? 0 : (this.firstWaits[node] as number);
    this.keep(node + stages, held, elapsed + tickSeconds, firstStage, firstWait, node, 0);
    const last = isFirst && isTimed ? tickSeconds - 1 : 0;
    for (let to = 0; to < stages; to++)
      if (to !== stage) this.switch(node, stage, to, last, isTimed || !isFirst);
  }

  /** Another stage after a node: called at once, or in up to `last` seconds; later only if it `mayWait`. */
  private switch(node: number, from: number, to: number, last: number, mayWait: boolean): void {
    const { tickSeconds, latencySeconds } = this.timing;
    const { stages: shown } = this.layout.signal;
    const { stages } = this.rates;
    const step = (node - from) / stages;
    const at = latencySeconds + step * tickSeconds;
    const elapsed = this.elapsed[node] as number;
    const minGreen = (shown[from] as Stage).minGreenSeconds;
    const least = this.endsAmidQueue(node, from, to) ? Math.max(minGreen, underWaySeconds) : minGreen;
    const clear = this.layout.clearance[from]?.[to] as number;
    const minNext = (shown[to] as Stage).minGreenSeconds;
    for (let after = 0; after <= last; after++) {
      const wait = Math.max(after, least - elapsed);
      if (wait >= tickSeconds || (wait > after && after < last)) continue;
      // A controller itself keeps no more than the minimum green.
      if (!mayWait && wait > Math.max(0, minGreen - elapsed)) continue;
      const green = wait + clear;
      const ticks = Math.max(1, Math.ceil((green + minNext - 1e-9) / tickSeconds));
      const next = Math.min(this.steps, step + ticks);
      const seconds = (next - step) * tickSeconds;
      this.take(node);
      const cost = (this.costs[node] as number) + this.change(from, to, wait, at, seconds);
      const firstStage = step === 0 ? to : (this.firstStages[node] as number);
      const firstWait = step === 0 ? wait : (this.firstWaits[node] as number);
      this.keep(next * stages + to, cost, Math.max(0, seconds - green), firstStage, firstWait, node, wait);
    }
  }

  /** Whether the green of a lane with a queue would end. */
  private endsAmidQueue(node: number, from: number, to: number): boolean {
    const { lanes, fast, slow } = this.rates;
    const { size } = this.lanes;
    for (let l = 0; l < lanes; l++)
      if (
        (fast[from * lanes + l] as number) > 0 &&
        (fast[to * lanes + l] as number) + (slow[to * lanes + l] as number) === 0 &&
        (this.standings[node * size + l] as number) >= queueVehicles
      )
        return true;
    return false;
  }

  /** Cost of a stage that goes on for `seconds`, with no green in the first `redSeconds` of them. */
  private hold(stage: number, redSeconds: number, at: number, seconds: number): number {
    this.lanes.span(seconds, redSeconds, seconds, seconds, seconds);
    return this.lanes.run(stage, stage, at, seconds);
  }

  /**
   * Cost of `wait` more seconds of a stage, in the first `redSeconds` of which it has no green, the clearance, and the
   * stage `to` for the rest of `seconds`.
   */
  private change(
    from: number,
    to: number,
    wait: number,
    at: number,
    seconds: number,
    redSeconds = 0,
  ): number {
    const clear = this.layout.clearance[from]?.[to] as number;
    this.lanes.span(seconds, redSeconds, wait, wait, wait + clear);
    return this.trapped(from, to, at + wait) + this.lanes.run(from, to, at, seconds);
  }

  /** What it may cost that crossing traffic follows on those who are still inside: they hold one another, for good. */
  private trapped(from: number, to: number, ends: number): number {
    const { lanes, gives, fast, slow, passing, holdsTwo } = this.rates;
    const clear = this.layout.clearance[from]?.[to] as number;
    const late = Math.max(0, Math.min(1, (awaySeconds - clear) / neverSeconds));
    let cost = 0;
    for (let l = 0; l < lanes; l++) {
      if (gives[from * lanes + l] !== 1) continue;
      const goesOn = (fast[to * lanes + l] as number) + (slow[to * lanes + l] as number) > 0;
      if (goesOn) continue;
      const inside = this.lanes.standing[3 * lanes + l] as number;
      if (inside === 0) continue;
      // By chance there are more or fewer than are thought: Poisson.
      const none = Math.exp(-inside);
      cost += trapSeconds * (1 - none * (1 + inside));
      const behind = (this.lanes.standing[l] as number) + this.lanes.coming(l, ends, followsWithinSeconds);
      const held = (1 - none) * (1 - Math.exp(-behind)) * (passing[from * lanes + l] as number);
      if (holdsTwo[l] === 1) cost += heldSeconds * late * held;
    }
    return cost;
  }

  private take(node: number): void {
    const { standings } = this;
    const { size, standing } = this.lanes;
    for (let i = 0; i < size; i++) standing[i] = standings[node * size + i] as number;
  }

  /** Keeps what the lanes have come to, when nothing better shows this stage at this time. */
  private keep(
    node: number,
    cost: number,
    elapsed: number,
    firstStage: number,
    firstWait: number,
    parent: number,
    wait: number,
  ): void {
    const { yellowSeconds, allRedSeconds } = this.layout.signal;
    const total = cost + this.lanes.toCome(yellowSeconds + allRedSeconds);
    if (total >= (this.totals[node] as number)) return;
    this.totals[node] = total;
    this.costs[node] = cost;
    this.elapsed[node] = elapsed;
    this.firstStages[node] = firstStage;
    this.firstWaits[node] = firstWait;
    this.parents[node] = parent;
    this.waits[node] = wait;
    const { standings } = this;
    const { size, standing } = this.lanes;
    for (let i = 0; i < size; i++) standings[node * size + i] = standing[i] as number;
  }
}

/** `waitSeconds` more of what shows, the clearance, and the stage `to` for the rest of `seconds`. */
export interface Segment {
  readonly to: number;
  readonly waitSeconds: number;
  readonly seconds: number;
}
