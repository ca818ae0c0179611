/**
 * What to show next, from a search over all sequences of stages of the coming minute. Vehicles are a fluid that stands
 * at the stop bar of its lane; the cost is the time that they stand. Of the sequences that show the same stage at the
 * same time only the best is followed (a forward dynamic programme), so the work grows with stages squared.
 */
import { openChance } from './discharge.ts';
import { startupSeconds, yellowUsedSeconds } from './green-learning.ts';
import type { Layout } from './layout.ts';
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

interface Node {
  readonly stage: number;
  /** Since its start of green, s. */
  readonly elapsed: number;
  /** When, in seconds from now. */
  readonly at: number;
  readonly cost: number;
  /** Cost, and what is still to come of it. */
  readonly total: number;
  /** First decision on the way here. */
  readonly first: Decision;
  readonly queue: Float64Array;
  /** Chance that the first vehicle of each lane need not give way. */
  readonly open: Float64Array;
}

/** A lane that waits longer than this weighs more, doubling each time, s. */
const patienceSeconds = 60;
/**
 * Green, at least, of a stage in which some give way, before one in which they may not go, s. Those who turn wait
 * inside the junction; when it is cut short again and again, they fill it and hold one another for good.
 */
const givingWaySeconds = 13;
/** In place of a place in the rates: nobody may go. */
const red = -1;
/** Less than this many vehicles are no queue. */
const noQueue = 0.5;

/** The search for one signal. */
export class Horizon {
  private readonly layout: Layout;
  private readonly state: SignalState;
  private readonly rates: StageRates;
  private readonly outlook: Outlook;
  private readonly timing: Timing;
  private readonly weights: number[];
  /** Before one stage may end for another: `[from][to]`, s. */
  private readonly leastGreen: readonly (readonly number[])[];

  constructor(layout: Layout, state: SignalState, outlook: Outlook, timing: Timing) {
    this.layout = layout;
    this.state = state;
    this.outlook = outlook;
    this.timing = timing;
    const { stages, minGreenSeconds } = layout.signal;
    this.leastGreen = stages.map((from) =>
      stages.map((to) =>
        from.green.some((link) => !from.protected.includes(link) && !to.green.includes(link))
          ? Math.max(minGreenSeconds, givingWaySeconds)
          : minGreenSeconds,
      ),
    );
    this.rates = stageRates(layout, state.lanes, outlook.closed);
    this.weights = state.lanes.map(({ waitedSeconds }) => 1 + Math.max(0, waitedSeconds / patienceSeconds - 1));
  }

  decide(standing: Standing): Decision {
    const { tickSeconds, latencySeconds } = this.timing;
    const stages = this.layout.signal.stages.length;
    const steps = Math.floor((this.outlook.seconds - latencySeconds) / tickSeconds);
    const layers: (Node | undefined)[][] = Array.from({ length: steps + 1 }, () => new Array(stages).fill(undefined));
    (layers[0] as Node[])[standing.stage] = this.start(standing);
    for (let step = 0; step < steps; step++)
      for (const node of layers[step] as (Node | undefined)[]) if (node) this.branch(node, step, standing, layers);
    let best: Node | undefined;
    for (const node of layers[steps] as (Node | undefined)[])
      if (node && (best === undefined || node.total < best.total)) best = node;
    return best?.first ?? { stage: standing.stage, afterSeconds: 0 };
  }

  /** When the decision takes effect. */
  private start({ stage, elapsedSeconds, startsInSeconds }: Standing): Node {
    const does = this.layout.lanes.map((lane) => lane.service[stage] as readonly number[]);
    const { lanes } = this.state;
    const now: Node = {
      stage,
      elapsed: elapsedSeconds,
      at: 0,
      cost: 0,
      total: 0,
      first: { stage, afterSeconds: 0 },
      queue: Float64Array.from(lanes, ({ vehicles, moving, beyond }) => vehicles - moving + beyond),
      open: Float64Array.from(lanes, ({ discharge }, l) => openChance(discharge, does[l] as number[])),
    };
    return this.hold(now, this.timing.latencySeconds, startsInSeconds, now.first);
  }

  private branch(node: Node, step: number, standing: Standing, layers: (Node | undefined)[][]): void {
    const { signal, clearance } = this.layout;
    const { tickSeconds } = this.timing;
    const steps = layers.length - 1;
    for (let to = 0; to < signal.stages.length; to++) {
      if (to === node.stage) {
        const first = step === 0 ? { stage: to, afterSeconds: 0 } : node.first;
        keep(layers[step + 1] as Node[], this.hold(node, tickSeconds, 0, first));
        continue;
      }
      const least = (this.leastGreen[node.stage]?.[to] as number) - node.elapsed;
      // Only the coming switch is timed to the second; the later ones will be when their turn comes.
      const last = step === 0 && standing.startsInSeconds <= 0 ? tickSeconds - 1 : 0;
      for (let after = 0; after <= last; after++) {
        const wait = Math.max(after, least);
        if (wait >= tickSeconds || (wait > after && after < last)) continue;
        const clear = clearance[node.stage]?.[to] as number;
        const taken = Math.ceil((wait + clear + signal.minGreenSeconds - 1e-9) / tickSeconds);
        const next = Math.min(steps, step + Math.max(1, taken));
        const first = step === 0 ? { stage: to, afterSeconds: wait } : node.first;
        keep(layers[next] as Node[], this.change(node, to, wait, (next - step) * tickSeconds, first));
      }
    }
  }

  /** Lets the stage go on for `seconds`, with no green in the first `redSeconds` of them. */
  private hold(node: Node, seconds: number, redSeconds: number, first: Decision): Node {
    const { lanes } = this.rates;
    const next = this.copy(node);
    // The start-up loss of a green that has just begun, or is about to.
    const lost = redSeconds > 0 ? redSeconds + startupSeconds : startupSeconds - node.elapsed;
    let cost = node.cost;
    for (let l = 0; l < lanes; l++) {
      const at = node.stage * lanes + l;
      cost += this.run(next, l, { from: 0, to: Math.min(seconds, Math.max(0, Math.ceil(lost))) }, red, node.at);
      const rest = { from: Math.max(0, Math.ceil(lost)), to: seconds };
      cost += this.run(next, l, rest, at, node.at);
    }
    const elapsed = redSeconds > 0 ? Math.max(0, seconds - redSeconds) : node.elapsed + seconds;
    return this.finish({ ...next, stage: node.stage, elapsed, at: node.at + seconds, cost, first });
  }

  /** Holds for `wait`, clears, and lets the stage `to` go for the rest of `seconds`. */
  private change(node: Node, to: number, wait: number, seconds: number, first: Decision): Node {
    const { lanes, stages, stays } = this.rates;
    const next = this.copy(node);
    const clear = this.layout.clearance[node.stage]?.[to] as number;
    const green = Math.min(seconds, wait + clear);
    let cost = node.cost;
    for (let l = 0; l < lanes; l++) {
      const before = node.stage * lanes + l;
      const after = to * lanes + l;
      const pair = (node.stage * stages + to) * lanes + l;
      const isSteady = stays[pair] === 1;
      const used = isSteady ? wait : Math.min(seconds, wait + Math.min(clear, yellowUsedSeconds));
      const begins = isSteady ? wait : Math.min(seconds, green + startupSeconds);
      const lost = node.elapsed === 0 ? Math.min(used, startupSeconds) : 0;
      cost += this.run(next, l, { from: 0, to: lost }, red, node.at);
      cost += this.run(next, l, { from: lost, to: used }, before, node.at);
      cost += this.run(next, l, { from: used, to: begins }, red, node.at);
      this.turn(next, l, pair, after);
      cost += this.run(next, l, { from: begins, to: seconds }, after, node.at);
    }
    return this.finish({ ...next, stage: to, elapsed: Math.max(0, seconds - green), at: node.at + seconds, cost, first });
  }

  /** The first vehicle under another stage: one that was held is more likely one that this stage serves. */
  private turn(next: Pick<Node, 'queue' | 'open'>, l: number, pair: number, after: number): void {
    const { passing, free, held } = this.rates;
    const chance = next.open[l] as number;
    next.open[l] =
      (next.queue[l] as number) < noQueue
        ? (passing[after] as number)
        : chance * (free[pair] as number) + (1 - chance) * (held[pair] as number);
  }

  /** Lets a lane discharge from one second to another; answers with the time that its vehicles stand, weighed. */
  private run(
    next: Pick<Node, 'queue' | 'open'>,
    l: number,
    { from, to }: { readonly from: number; readonly to: number },
    rate: number,
    at: number,
  ): number {
    const { arrivals, seconds } = this.outlook;
    const fast = rate === red ? 0 : (this.rates.fast[rate] as number);
    const slow = rate === red ? 0 : (this.rates.slow[rate] as number);
    const passing = rate === red ? 1 : (this.rates.passing[rate] as number);
    const first = l * seconds + at;
    let queue = next.queue[l] as number;
    let open = next.open[l] as number;
    let stood = 0;
    for (let s = from; s < to; s++) {
      queue += arrivals[first + s] as number;
      const could = fast * open + slow * (1 - open);
      if (could > 0) {
        const part = Math.min(1, queue / could);
        queue -= part * could;
        open += part * (passing * slow * (1 - open) - (1 - passing) * fast * open);
      }
      stood += queue;
    }
    next.queue[l] = queue;
    next.open[l] = open;
    return stood * (this.weights[l] as number);
  }

  private copy({ queue, open }: Node): { readonly queue: Float64Array; readonly open: Float64Array } {
    return { queue: queue.slice(), open: open.slice() };
  }

  /** Adds the cost of those who still stand: all must go, one stage after the other. */
  private finish(node: Omit<Node, 'total'>): Node {
    const { best } = this.rates;
    let vehicles = 0;
    let work = 0;
    for (let l = 0; l < best.length; l++) {
      const queue = node.queue[l] as number;
      vehicles += queue;
      if ((best[l] as number) > 0) work = Math.max(work, queue / (best[l] as number));
    }
    const { yellowSeconds } = this.layout.signal;
    return { ...node, total: node.cost + vehicles * (work / 2 + yellowSeconds + startupSeconds) };
  }
}

function keep(layer: (Node | undefined)[], node: Node): void {
  const best = layer[node.stage];
  if (best === undefined || node.total < best.total) layer[node.stage] = node;
}
