/**
 * What to show next, from a search over all sequences of stages of the coming minute. Vehicles are a fluid that stands
 * at the stop bar of its lane; the cost is the time that they stand. Of the sequences that show the same stage at the
 * same time only the best is followed (a forward dynamic programme), so the work grows with stages squared.
 */
import { LaneRun } from './lane-run.ts';
import type { Layout } from './layout.ts';
import type { Stage } from './model.ts';
import type { SignalState } from './signal-estimate.ts';
import { type StageRates, stageRates } from './stage-rates.ts';

/** What is to come. */
export interface Outlook {
  /** Vehicles that reach the stop bar of each lane in each second: `arrivals[lane * seconds + second]`. */
  readonly arrivals: Float64Array;
  /** Seconds that are looked ahead. */
  readonly seconds: number;
  /** Of each lane, which of its links have no room behind them. */
  readonly closed: readonly (readonly boolean[])[];
}

/** What the signal is at when it is asked. */
export interface Standing {
  /** The stage that shows, or that the clearance leads to. */
  readonly stage: number;
  readonly elapsedSeconds: number;
  /** To the end of the clearance, s; 0 when there is none. */
  readonly startsInSeconds: number;
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
  /** The decision by which each node was reached. */
  private readonly first: Decision[];
  /** The node that each came from, and how long that one's stage went on before it changed, s. */
  private readonly parents: Int32Array;
  private readonly waits: Float64Array;
  /** `lanes.size` numbers a node: how its lanes stand. */
  private readonly standings: Float64Array;

  constructor(layout: Layout, state: SignalState, outlook: Outlook, timing: Timing) {
    this.layout = layout;
    this.state = state;
    this.timing = timing;
    this.rates = stageRates(layout, state.lanes, outlook.closed);
    this.lanes = new LaneRun(this.rates, outlook, state.lanes);
    this.steps = Math.floor((outlook.seconds - timing.latencySeconds) / timing.tickSeconds);
    const nodes = (this.steps + 1) * this.rates.stages;
    this.costs = new Float64Array(nodes);
    this.totals = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
    this.elapsed = new Float64Array(nodes);
    this.first = new Array<Decision>(nodes);
    this.parents = new Int32Array(nodes).fill(-1);
    this.waits = new Float64Array(nodes);
    this.standings = new Float64Array(nodes * this.lanes.size);
  }

  decide(standing: Standing): Decision {
    const { stages } = this.rates;
    const { latencySeconds } = this.timing;
    this.lanes.start(standing.stage, this.state.lanes);
    const stay = { stage: standing.stage, afterSeconds: 0 };
    const { elapsedSeconds, startsInSeconds } = standing;
    const cost = this.hold(standing.stage, startsInSeconds, 0, latencySeconds);
    this.keep(standing.stage, cost, heldFor(elapsedSeconds, startsInSeconds, latencySeconds), stay, -1, 0);
    for (let step = 0; step < this.steps; step++) {
      const limit = worthFollowing * this.bestOf(step).total;
      for (let stage = 0; stage < stages; stage++)
        if ((this.totals[step * stages + stage] as number) <= limit) this.branch(step, stage, standing);
    }
    return this.first[this.bestOf(this.steps).node] ?? stay;
  }

  /** How far `decide` looks, s. */
  get seconds(): number {
    return this.timing.latencySeconds + this.steps * this.timing.tickSeconds;
  }

  /** The sequence that `decide` found best. */
  path(): Segment[] {
    const { stages } = this.rates;
    const { tickSeconds } = this.timing;
    const segments: Segment[] = [];
    for (let { node } = this.bestOf(this.steps); (this.parents[node] as number) >= 0; ) {
      const parent = this.parents[node] as number;
      const seconds = (Math.floor(node / stages) - Math.floor(parent / stages)) * tickSeconds;
      segments.push({ to: node % stages, waitSeconds: this.waits[node] as number, seconds });
      node = parent;
    }
    return segments.reverse();
  }

  /** Time that vehicles would stand from now on under a sequence, vehicle seconds: nobody weighs more than another. */
  stoodUnder(standing: Standing, sequence: readonly Segment[]): number {
    const { latencySeconds } = this.timing;
    const { startsInSeconds } = standing;
    this.lanes.start(standing.stage, this.state.lanes);
    this.lanes.stoodSeconds = 0;
    this.hold(standing.stage, startsInSeconds, 0, latencySeconds);
    let at = latencySeconds;
    let stage = standing.stage;
    for (const { to, waitSeconds: wait, seconds } of sequence) {
      if (to === stage) {
        this.hold(stage, 0, at, seconds);
      } else {
        this.change({ from: stage, to, wait, at, seconds });
        stage = to;
      }
      at += seconds;
    }
    return this.lanes.stoodSeconds;
  }

  private bestOf(step: number): { readonly node: number; readonly total: number } {
    const { stages } = this.rates;
    let node = step * stages;
    for (let other = node + 1; other < (step + 1) * stages; other++)
      if ((this.totals[other] as number) < (this.totals[node] as number)) node = other;
    return { node, total: this.totals[node] as number };
  }

  /** All that may follow a node: its stage goes on, or another begins. */
  private branch(step: number, stage: number, standing: Standing): void {
    const { stages: shown } = this.layout.signal;
    const { tickSeconds, latencySeconds } = this.timing;
    const { stages } = this.rates;
    const node = step * stages + stage;
    const at = latencySeconds + step * tickSeconds;
    const elapsed = this.elapsed[node] as number;
    this.take(node);
    const held = (this.costs[node] as number) + this.hold(stage, 0, at, tickSeconds);
    const stays = step === 0 ? { stage, afterSeconds: 0 } : (this.first[node] as Decision);
    this.keep(node + stages, held, elapsed + tickSeconds, stays, node, 0);
    // Only the coming switch is timed to the second; the later ones will be when their turn comes.
    const last = step === 0 && standing.startsInSeconds <= 0 ? tickSeconds - 1 : 0;
    for (let to = 0; to < stages; to++)
      for (let after = 0; to !== stage && after <= last; after++) {
        const least = Math.max(
          (shown[stage] as Stage).minGreenSeconds,
          this.endsAmidQueue(node, stage, to) ? underWaySeconds : 0,
        );
        const wait = Math.max(after, least - elapsed);
        if (wait >= tickSeconds || (wait > after && after < last)) continue;
        const green = wait + (this.layout.clearance[stage]?.[to] as number);
        const next = Math.min(
          this.steps,
          step + Math.max(1, Math.ceil((green + (shown[to] as Stage).minGreenSeconds - 1e-9) / tickSeconds)),
        );
        const seconds = (next - step) * tickSeconds;
        this.take(node);
        const cost = (this.costs[node] as number) + this.change({ from: stage, to, wait, at, seconds });
        const first = step === 0 ? { stage: to, afterSeconds: wait } : (this.first[node] as Decision);
        this.keep(next * stages + to, cost, Math.max(0, seconds - green), first, node, wait);
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
    for (let l = 0; l < this.rates.lanes; l++) this.lanes.span(l, Math.ceil(redSeconds), seconds, seconds);
    return this.lanes.run(stage, stage, at, seconds);
  }

  /** Cost of `wait` more seconds of a stage, the clearance, and the stage `to` for the rest of `seconds`. */
  private change({ from, to, wait, at, seconds }: Change): number {
    const { lanes, stages, stays } = this.rates;
    const clear = this.layout.clearance[from]?.[to] as number;
    for (let l = 0; l < lanes; l++)
      this.lanes.span(l, 0, wait, stays[(from * stages + to) * lanes + l] === 1 ? wait : wait + clear);
    return this.trapped(from, to) + this.lanes.run(from, to, at, seconds);
  }

  /** What it may cost that crossing traffic follows on those who are still inside: they hold one another, for good. */
  private trapped(from: number, to: number): number {
    const { lanes, gives, fast, slow } = this.rates;
    let cost = 0;
    for (let l = 0; l < lanes; l++) {
      if (gives[from * lanes + l] !== 1) continue;
      const goesOn = (fast[to * lanes + l] as number) + (slow[to * lanes + l] as number) > 0;
      const inside = this.lanes.standing[3 * lanes + l] as number;
      // By chance there are more or fewer than are thought: Poisson.
      if (!goesOn) cost += trapSeconds * (1 - Math.exp(-inside) * (1 + inside));
    }
    return cost;
  }

  private take(node: number): void {
    const { size } = this.lanes;
    for (let i = 0; i < size; i++) this.lanes.standing[i] = this.standings[node * size + i] as number;
  }

  /** Keeps what the lanes have come to, when nothing better shows this stage at this time. */
  private keep(
    node: number,
    cost: number,
    elapsed: number,
    first: Decision,
    parent: number,
    wait: number,
  ): void {
    const total =
      cost + this.lanes.toCome(this.layout.signal.yellowSeconds + this.layout.signal.allRedSeconds);
    if (total >= (this.totals[node] as number)) return;
    this.totals[node] = total;
    this.costs[node] = cost;
    this.elapsed[node] = elapsed;
    this.first[node] = first;
    this.parents[node] = parent;
    this.waits[node] = wait;
    const { size } = this.lanes;
    for (let i = 0; i < size; i++) this.standings[node * size + i] = this.lanes.standing[i] as number;
  }
}

/** `waitSeconds` more of what shows, the clearance, and the stage `to` for the rest of `seconds`. */
export interface Segment {
  readonly to: number;
  readonly waitSeconds: number;
  readonly seconds: number;
}

interface Change {
  readonly from: number;
  readonly to: number;
  readonly wait: number;
  readonly at: number;
  readonly seconds: number;
}

/** Below 0 while the clearance goes on. */
const heldFor = (elapsed: number, red: number, seconds: number): number =>
  red > 0 ? seconds - red : elapsed + seconds;
