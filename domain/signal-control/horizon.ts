/**
 * What to show next, from a search over all sequences of stages of the coming minute. Vehicles are a fluid that stands
 * at the stop bar of its lane; the cost is the time that they stand. Of the sequences that show the same stage at the
 * same time only the best is followed (a forward dynamic programme), so the work grows with stages squared.
 */
import { learntRatio, rateOf, shareOf } from './discharge.ts';
import type { Lane, Layout } from './layout.ts';
import { service } from './layout.ts';
import { type SignalState, startupSeconds, yellowUsedSeconds } from './signal-estimate.ts';

/** What is to come. */
export interface Outlook {
  /** Vehicles that reach the stop bar of each lane in each second: `arrivals[lane * seconds + second]`. */
  readonly arrivals: Float64Array;
  /** Seconds that are looked ahead. */
  readonly seconds: number;
  /** Of each lane, which of its links have no room behind them. */
  readonly closed: readonly (readonly boolean[])[];
}

export interface Timing {
  readonly tickSeconds: number;
  /** From now to the effect of a decision, s. */
  readonly latencySeconds: number;
}

/** A lane that waits longer than this weighs more, doubling each time, s. */
const patienceSeconds = 60;

/** Discharge of every lane under every stage. */
export class Rates {
  readonly perSecond: Float64Array;
  readonly passing: Float64Array;
  /** Whether every link that goes in `to` goes in `from` already: `stays[(from * stages + to) * lanes + lane]`. */
  readonly stays: Uint8Array;
  /** Chance that a vehicle which `from` holds may go in `to`. */
  readonly held: Float64Array;
  /** Chance that a vehicle which `from` lets go may go in `to`. */
  readonly free: Float64Array;

  constructor(layout: Layout, state: SignalState, closed: Outlook['closed']) {
    const { lanes } = layout;
    const stages = layout.signal.stages.length;
    const all = lanes.length;
    this.perSecond = new Float64Array(stages * all);
    this.passing = new Float64Array(stages * all);
    this.stays = new Uint8Array(stages * stages * all);
    this.held = new Float64Array(stages * stages * all);
    this.free = new Float64Array(stages * stages * all);
    for (const [l, lane] of lanes.entries())
      for (let stage = 0; stage < stages; stage++) {
        const discharge = (state.lanes[l] as SignalState['lanes'][number]).discharge;
        const rate = rateOf(lane, discharge, lane.service[stage] as readonly number[], learntRatio(discharge, stage), closed[l]);
        this.perSecond[stage * all + l] = rate.perSecond;
        this.passing[stage * all + l] = rate.passing;
        for (let to = 0; to < stages; to++) this.relate(lane, l, all, stages, stage, to, discharge);
      }
  }

  private relate(
    lane: Lane,
    l: number,
    all: number,
    stages: number,
    from: number,
    to: number,
    discharge: SignalState['lanes'][number]['discharge'],
  ): void {
    let [both, inFrom, onlyTo, stays] = [0, 0, 0, 1];
    for (let i = 0; i < lane.links.length; i++) {
      const share = shareOf(discharge, i);
      const goes = (lane.service[from]?.[i] as number) !== service.none;
      const will = (lane.service[to]?.[i] as number) !== service.none;
      if (goes) inFrom += share;
      if (goes && will) both += share;
      if (!goes && will) onlyTo += share;
      if (will && !goes) stays = 0;
      if (will && (lane.service[from]?.[i] as number) < (lane.service[to]?.[i] as number)) stays = 0;
    }
    const at = (from * stages + to) * all + l;
    this.stays[at] = both > 0 ? stays : 0;
    this.free[at] = inFrom > 1e-9 ? both / inFrom : onlyTo;
    this.held[at] = inFrom < 1 - 1e-9 ? onlyTo / (1 - inFrom) : both;
  }
}

/** A stage, and after how many seconds from the effect of a decision it is to be called. */
export interface Decision {
  readonly stage: number;
  readonly afterSeconds: number;
}

interface Node {
  readonly stage: number;
  /** Since its start of green, s. */
  readonly elapsed: number;
  /** When, in seconds from now. */
  readonly at: number;
  readonly cost: number;
  /** First decision on the way here. */
  readonly first: Decision;
  readonly queue: Float64Array;
  readonly open: Float64Array;
}

/** The search for one signal. */
export class Horizon {
  private readonly layout: Layout;
  private readonly rates: Rates;
  private readonly outlook: Outlook;
  private readonly weights: number[];
  private readonly all: number;

  constructor(layout: Layout, state: SignalState, outlook: Outlook) {
    this.layout = layout;
    this.outlook = outlook;
    this.rates = new Rates(layout, state, outlook.closed);
    this.all = layout.lanes.length;
    this.weights = state.lanes.map(({ waitedSeconds }) => 1 + Math.max(0, waitedSeconds / patienceSeconds - 1));
  }

  /** The stage to show, from the one that shows, or will when the clearance is over in `startsIn` seconds. */
  decide(state: SignalState, stage: number, elapsed: number, startsIn: number, timing: Timing): Decision {
    const { signal } = this.layout;
    const discharges = state.lanes.map(({ discharge }) => discharge);
    const root: Node = {
      stage,
      elapsed,
      at: 0,
      cost: 0,
      first: { stage, afterSeconds: 0 },
      queue: Float64Array.from(state.lanes, ({ vehicles, moving, beyond }) => vehicles - moving + beyond),
      open: Float64Array.from(discharges, ({ front }, l) =>
        front.reduce((sum, chance, i) => sum + (this.goes(stage, l, i) ? chance : 0), 0),
      ),
    };
    const start = this.advance(root, stage, Math.max(0, startsIn), timing.latencySeconds, -1);
    const steps = Math.floor((this.outlook.seconds - timing.latencySeconds) / timing.tickSeconds);
    const layers: (Node | undefined)[][] = Array.from({ length: steps + 1 }, () => []);
    (layers[0] as Node[])[stage] = start;
    for (let step = 0; step < steps; step++)
      for (const node of layers[step] as (Node | undefined)[]) {
        if (node === undefined) continue;
        for (let to = 0; to < signal.stages.length; to++) {
          if (to !== node.stage && node.elapsed < signal.minGreenSeconds - timing.tickSeconds) continue;
          // Only the coming switch is timed to the second; the later ones will be when their turn comes.
          const last = step === 0 && to !== node.stage && startsIn <= 0 ? timing.tickSeconds - 1 : 0;
          for (let after = 0; after <= last; after++) {
            const next = this.follow(node, to, { step, steps, after }, timing);
            const layer = layers[next.step] as (Node | undefined)[];
            const best = layer[to];
            if (best === undefined || this.total(next.node) < this.total(best)) layer[to] = next.node;
          }
        }
      }
    let best: Node | undefined;
    for (const node of layers[steps] as (Node | undefined)[])
      if (node !== undefined && (best === undefined || this.total(node) < this.total(best))) best = node;
    return best?.first ?? { stage, afterSeconds: 0 };
  }

  private goes(stage: number, lane: number, link: number): boolean {
    return (this.layout.lanes[lane]?.service[stage]?.[link] as number) !== service.none;
  }

  private follow(node: Node, to: number, { step, steps, after }: { step: number; steps: number; after: number }, timing: Timing): { node: Node; step: number } {
    const { signal, clearance } = this.layout;
    const tick = timing.tickSeconds;
    const first = step === 0 ? { stage: to, afterSeconds: after } : node.first;
    if (to === node.stage)
      return { node: { ...this.advance(node, to, 0, tick, -1), first }, step: step + 1 };
    const held = Math.max(after, signal.minGreenSeconds - node.elapsed);
    const clear = clearance[node.stage]?.[to] as number;
    const taken = Math.max(1, Math.ceil((held + clear + signal.minGreenSeconds - 1e-9) / tick));
    const next = Math.min(steps, step + taken);
    const seconds = (next - step) * tick;
    return { node: { ...this.advance(node, to, held + clear, seconds, node.stage), first }, step: next };
  }

  /** Lets the vehicles go for `seconds`: those of `to` from `greenIn` on, until then those of `from` by its yellow. */
  private advance(node: Node, to: number, greenIn: number, seconds: number, from: number): Node {
    const { all, rates, outlook, weights } = this;
    const stages = this.layout.signal.stages.length;
    const queue = Float64Array.from(node.queue);
    const open = Float64Array.from(node.open);
    const clear = from < 0 ? greenIn : (this.layout.clearance[from]?.[to] as number);
    const usedUntil = from < 0 ? 0 : greenIn - clear + Math.min(clear, yellowUsedSeconds);
    let cost = node.cost;
    for (let l = 0; l < all; l++) {
      const before = from < 0 ? 0 : (rates.perSecond[from * all + l] as number);
      const after = rates.perSecond[to * all + l] as number;
      const pair = (from * stages + to) * all + l;
      const stays = from >= 0 && rates.stays[pair] === 1;
      const fresh = from < 0 && node.at === 0 && greenIn === 0 ? Math.max(0, startupSeconds - node.elapsed) : 0;
      const startsAt = stays ? 0 : from < 0 && greenIn === 0 ? fresh : greenIn + startupSeconds;
      let chance = open[l] as number;
      let q = queue[l] as number;
      let switched = from < 0;
      const weight = weights[l] as number;
      const offset = l * outlook.seconds + node.at;
      for (let s = 0; s < seconds; s++) {
        q += outlook.arrivals[offset + s] as number;
        if (!switched && s >= greenIn) {
          switched = true;
          const wasFree = q < 0.5 ? 1 : chance;
          const passes = rates.passing[to * all + l] as number;
          chance =
            q < 0.5
              ? passes
              : wasFree * (rates.free[pair] as number) + (1 - wasFree) * (rates.held[pair] as number);
        }
        let goes = 0;
        if (switched ? s >= startsAt : stays || s < usedUntil) goes = switched || stays ? after : before;
        if (goes > 0) {
          const left = Math.min(q, goes * chance);
          q -= left;
          chance *= 1 - Math.min(1, (1 - (rates.passing[(switched || stays ? to : from) * all + l] as number)) * left);
        }
        cost += weight * q;
      }
      queue[l] = q;
      open[l] = chance;
    }
    const elapsed = from < 0 && greenIn === 0 ? node.elapsed + seconds : seconds - greenIn;
    return { stage: to, elapsed, at: node.at + seconds, cost, first: node.first, queue, open };
  }

  /** Cost so far, and of the vehicles that still stand: all must go, one stage after the other. */
  private total(node: Node): number {
    const { all, rates } = this;
    const stages = this.layout.signal.stages.length;
    let vehicles = 0;
    let work = 0;
    for (let l = 0; l < all; l++) {
      const q = node.queue[l] as number;
      vehicles += q;
      let best = 0;
      for (let stage = 0; stage < stages; stage++)
        best = Math.max(best, rates.perSecond[stage * all + l] as number);
      if (best > 0) work = Math.max(work, q / best);
    }
    return node.cost + vehicles * (work / 2 + this.layout.signal.yellowSeconds + startupSeconds);
  }
}
